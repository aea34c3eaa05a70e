import { SignJWT } from 'jose';

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

export const adminToken = (options: TokenOptions = {}): Promise<string> =>
  tokenWith({ sub: 'pm-1', role: 'admin' }, options);

/** @param companyId Productive's */
export const clientToken = (companyId: string, options: TokenOptions = {}): Promise<string> =>
  tokenWith({ sub: `client-of-${companyId}`, role: 'client', company_id: companyId }, options);
