import type { CallContext } from '../connector.ts';
import { createHttpClient, type HttpAnswer, type HttpRequest } from '../http.ts';
import { createRefusedCredentials } from '../refused-credentials.ts';
import { authenticationHeaders, type EspoCrmAuth } from './authentication.ts';
import { locksAddress } from './refusal.ts';

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
  send(request: HttpRequest, context: CallContext): Promise<HttpAnswer>;
}

export function createEspoCrmClient(options: EspoCrmOptions): EspoCrmClient {
  const { system = 'EspoCRM', url, auth, timeoutMs = 10_000, now = Date.now } = options;
  const baseUrl = `${url.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}/api/v1`;
  const http = createHttpClient({ system, baseUrl, timeoutMs });
  const refused = createRefusedCredentials(system, now);
  return {
    system,
    timeoutMs,
    now,
    send: async (request, context) => {
      refused.check();
      const headers = { ...authenticationHeaders(auth, request.method, request.path), ...request.headers };
      const answer = await http.send({ ...request, headers }, context);
      if (answer.status === 401 || locksAddress(answer)) refused.remember();
      return answer;
    },
  };
}

/** The query that asks for records by a condition, as one JSON text (documented in EspoCRM's API search parameters). */
export function searchQuery(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  return { searchParams: JSON.stringify(parameters) };
}
