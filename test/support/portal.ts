import { composePortal } from '../../api/portal/compose-portal.ts';
import type { WritingSettings } from '../../api/portal/writing/compose-writing.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { type ApiTestOptions, type ApiUnderTest, startTestApi, unlimited } from './api.ts';
import { portalTokens } from './portal-tokens.ts';

export { adminToken, clientToken, portalTokens, tokenWith, type TokenOptions } from './portal-tokens.ts';

export interface PortalTestOptions extends ApiTestOptions {
  readonly writing?: WritingSettings;
  /** Of the portal's memory. Without it, every question comes when the answer to the one before is forgotten. */
  readonly nowMs?: () => number;
}

/** The portal over this database, without Temporal. */
export const startTestPortal = (
  database: OpenDatabase,
  { writing = {}, nowMs = forgetful(), ...options }: PortalTestOptions = {},
): Promise<ApiUnderTest> =>
  startTestApi({
    ...options,
    database,
    limits: { ...unlimited, ...options.limits },
    replace: (deps, opened) => ({
      portal: composePortal({ tokens: portalTokens, writing, nowMs }, () => opened),
      ...options.replace?.(deps, opened),
    }),
  });

/** A clock that is a minute later each time. */
function forgetful(): () => number {
  let nowMs = 0;
  return () => (nowMs += 60_000);
}

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
