import { SignJWT } from 'jose';
import { composePortal } from '../../api/portal/compose-portal.ts';
import type { WritingSettings } from '../../api/portal/writing/compose-writing.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { type ApiTestOptions, type ApiUnderTest, startTestApi, unlimited } from './api.ts';

const secret = 'a-secret-of-the-tests-with-more-than-32-bytes';
export const portalTokens = { signer: { kind: 'secret', secret }, audience: 'tandem-portal' } as const;

export interface TokenOptions {
  readonly secret?: string;
  readonly audience?: string;
  /** Seconds from now. */
  readonly endsIn?: number;
}

/** A signed token with these claims. */
export function tokenWith(claims: Readonly<Record<string, unknown>>, options: TokenOptions = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(options.audience ?? portalTokens.audience)
    .setIssuedAt(now)
    .setExpirationTime(now + (options.endsIn ?? 3_600))
    .sign(new TextEncoder().encode(options.secret ?? secret));
}

export const adminToken = (): Promise<string> => tokenWith({ sub: 'pm-1', role: 'admin' });

/** @param companyId Productive's */
export const clientToken = (companyId: string): Promise<string> =>
  tokenWith({ sub: `client-of-${companyId}`, role: 'client', company_id: companyId });

/** The portal over this database, without Temporal. */
export const startTestPortal = (
  database: OpenDatabase,
  { writing = {}, ...options }: ApiTestOptions & { readonly writing?: WritingSettings } = {},
): Promise<ApiUnderTest> =>
  startTestApi({
    ...options,
    database,
    limits: { ...unlimited, ...options.limits },
    replace: (deps, opened) => ({
      portal: composePortal({ tokens: portalTokens, writing }, () => opened),
      ...options.replace?.(deps, opened),
    }),
  });

export interface PortalAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One request to the portal as the bearer of the token. */
export async function askPortal(
  { url }: Pick<ApiUnderTest, 'url'>,
  token: string,
  path: string,
): Promise<PortalAnswer> {
  const answer = await fetch(`${url}/portal/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() };
}
