import type { CallContext } from '../connector.ts';
import { createHttpClient, type HttpAnswer, type HttpRequest } from '../http.ts';
import { authenticationHeaders, type EspoCrmAuth } from './authentication.ts';
import { createCarefulKey } from './careful-key.ts';
import { forbiddenWithoutReason, mayLockAddress, refusal } from './refusal.ts';

export interface EspoCrmOptions {
  /** The name that people know; each instance in a house has one of its own. */
  readonly system?: string;
  /** Address of the instance, with or without `/api/v1`. */
  readonly url: string;
  readonly auth: EspoCrmAuth;
  /** For one call, in milliseconds. */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** EspoCRM's API with our credentials. Paths are those below `/api/v1`; an answer may have any status. */
export interface EspoCrmClient {
  readonly system: string;
  readonly timeoutMs: number;
  readonly now: () => number;
  /**
   * @throws Forbidden for a 403 that gives no reason while our own user can be read: it concerns what was asked for
   * @throws whatever says why our own user can't be read, where that is so
   */
  send(request: HttpRequest, context: CallContext): Promise<HttpAnswer>;
}

/** Answers whoever has valid credentials, whatever their role (observed on 9.2.7). */
export const healthCheck = { method: 'GET', path: '/App/user', purpose: 'check' } as const;

export function createEspoCrmClient(options: EspoCrmOptions): EspoCrmClient {
  const { system = 'EspoCRM', url, auth, timeoutMs = 10_000, now = Date.now } = options;
  const baseUrl = `${url.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}/api/v1`;
  const http = createHttpClient({ system, baseUrl, timeoutMs });
  const key = createCarefulKey(system, now);
  const show = (request: HttpRequest, context: CallContext): Promise<HttpAnswer> => {
    const headers = { ...authenticationHeaders(auth, request.method, request.path), ...request.headers };
    return key.show(context, () => http.send({ ...request, headers }, context));
  };
  return {
    system,
    timeoutMs,
    now,
    send: async (request, context) => {
      const answer = await show(request, context);
      if (!mayLockAddress(answer)) return answer;
      // A firewall in between refuses single requests in the same way as EspoCRM a whole address.
      const isCheck = request.path === healthCheck.path;
      const health = isCheck ? answer : await show(healthCheck, context);
      if (mayLockAddress(health)) key.refused();
      if (isCheck) return answer;
      throw health.status < 300 ? forbiddenWithoutReason(answer) : refusal(health, null, now());
    },
  };
}

/** The query that asks for records by a condition, as one JSON text (documented in EspoCRM's API search parameters). */
export function searchQuery(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  return { searchParams: JSON.stringify(parameters) };
}
