import pLimit from 'p-limit';
import type { CallContext } from '../connector.ts';
import { AuthFailed, Stopped } from '../errors.ts';
import { createHttpClient, type HttpAnswer, type HttpRequest } from '../http.ts';
import { inTurn } from '../in-turn.ts';
import { createRefusedCredentials } from '../refused-credentials.ts';
import type { TokenCache } from '../token-cache.ts';
import { untilAborted } from '../until-aborted.ts';
import { discover, type Endpoints, withoutSlash } from './discovery.ts';
import { system } from './refusal.ts';
import { type AdvowareCredentials, requestToken } from './token-request.ts';

export interface AdvowareClientOptions {
  /** The vendor's configurator, complete up to the query. Asked only where `url` or `securityUrl` is not given. */
  readonly configuratorUrl?: string;
  /** The relay or the firm's connector. */
  readonly url?: string | null;
  readonly securityUrl?: string | null;
  /** What stands between the address and `/Beteiligte`: known clients differ in it. */
  readonly basePath?: string;
  readonly credentials: AdvowareCredentials;
  /** For one call, in milliseconds. */
  readonly timeoutMs: number;
  /** Calls at a time: all go through a relay to one office server. */
  readonly concurrency?: number;
  readonly tokens: TokenCache;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Advoware's API with our token. Paths are those below the base path; an answer may have any status. */
export interface AdvowareClient {
  readonly now: () => number;
  endpoints(context: CallContext): Promise<Endpoints>;
  token(context: CallContext): Promise<string>;
  /** A refused token is replaced once and the request repeated. */
  send(request: HttpRequest, context: CallContext): Promise<HttpAnswer>;
}

const vendorsConfigurator = 'https://www2.advo-net.net/AdvonetConfigurator/api/Url';

export function createAdvowareClient(options: AdvowareClientOptions): AdvowareClient {
  const { credentials, tokens, now, timeoutMs, basePath = '/api/v1/advonet', concurrency = 4 } = options;
  const limit = pLimit(concurrency);
  const endpoints = createEndpoints(options);
  const refused = createRefusedCredentials(system, now);
  const tokenKey = [credentials.kanzlei, credentials.database, credentials.user, credentials.appId].join('\n');

  const token = (context: CallContext): Promise<string> => {
    const fetch = async () => {
      refused.check();
      const { securityUrl } = await endpoints(unbound(context));
      try {
        return await requestToken({ securityUrl, credentials, timeoutMs, now }, unbound(context));
      } catch (error) {
        if (error instanceof AuthFailed) refused.remember();
        throw error;
      }
    };
    return shared(tokens.get(tokenKey, fetch, now), context);
  };

  const sendWith = async (bearer: string, request: HttpRequest, context: CallContext): Promise<HttpAnswer> => {
    const { apiUrl } = await endpoints(context);
    const http = createHttpClient({ system, baseUrl: `${apiUrl}${withoutSlash(basePath)}`, timeoutMs });
    const headers = { ...request.headers, authorization: `Bearer ${bearer}` };
    return inTurn(limit, { system, context }, () => http.send({ ...request, headers }, context));
  };

  return {
    now,
    endpoints,
    token,
    send: async (request, context) => {
      const bearer = await token(context);
      const answer = await sendWith(bearer, request, context);
      if (answer.status !== 401) return answer;
      await tokens.invalidate(tokenKey, bearer);
      return sendWith(await token(context), request, context);
    },
  };
}

/** Where the services are: as configured, else asked for once and for all who wait. */
function createEndpoints(options: AdvowareClientOptions): (context: CallContext) => Promise<Endpoints> {
  const { configuratorUrl = vendorsConfigurator, url, securityUrl, credentials, timeoutMs, now } = options;
  let known: Promise<Endpoints> | undefined;
  const learn = async (context: CallContext): Promise<Endpoints> => {
    if (url != null && securityUrl != null) {
      return { apiUrl: withoutSlash(url), securityUrl: withoutSlash(securityUrl) };
    }
    const found = await discover({ configuratorUrl, kanzlei: credentials.kanzlei, timeoutMs, now }, unbound(context));
    return {
      apiUrl: withoutSlash(url ?? found.apiUrl),
      securityUrl: withoutSlash(securityUrl ?? found.securityUrl),
    };
  };
  return (context) => {
    known ??= learn(context).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return shared(known, context);
  };
}

/** Work that others wait for as well is not stopped by the deadline of the first who asked. */
const unbound = (context: CallContext): CallContext => ({ ...context, signal: new AbortController().signal });

const shared = <T>(work: Promise<T>, { signal }: CallContext): Promise<T> =>
  untilAborted(work, signal, () => new Stopped(`${system}: stopped by a deadline or a shutdown`, { system }));
