import { z } from 'zod';
import type { CallContext } from '../connector.ts';
import { Misconfigured } from '../errors.ts';
import { createHttpClient } from '../http.ts';
import { loginRefusal, message, system } from './refusal.ts';

/** Where a firm's services are, without a slash at the end. */
export interface Endpoints {
  readonly apiUrl: string;
  readonly securityUrl: string;
}

export interface DiscoveryOptions {
  readonly configuratorUrl: string;
  readonly kanzlei: string;
  readonly timeoutMs: number;
  readonly now: () => number;
}

const address = z.url({ protocol: /^https?$/ }).transform(withoutSlash);
const answerShape = z
  .record(z.string(), z.unknown())
  .transform((body) => Object.fromEntries(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value])))
  .pipe(
    z.object({
      relayurl: address.nullish().catch(null),
      connectorurl: address.nullish().catch(null),
      securitygateway: address,
    }),
  );

/** Asks the vendor's configurator. A connector of the firm's own goes before the relay, as the vendor demands. */
export async function discover(options: DiscoveryOptions, context: CallContext): Promise<Endpoints> {
  const { pathname, origin } = new URL(options.configuratorUrl);
  const http = createHttpClient({ system, baseUrl: origin, timeoutMs: options.timeoutMs });
  const query = { Kanzlei: options.kanzlei };
  const answer = await http.send({ method: 'GET', path: pathname, query, purpose: 'login' }, context);
  const body = answerShape.safeParse(answer.json);
  if (answer.status >= 300 || !body.success) throw loginRefusal(answer, options.now());
  const apiUrl = body.data.connectorurl ?? body.data.relayurl;
  if (!apiUrl) throw answer.lost('names neither connector nor relay');
  const endpoints = { apiUrl, securityUrl: body.data.securitygateway };
  if (origin.startsWith('https:') && Object.values(endpoints).some((url) => !url.startsWith('https:'))) {
    throw new Misconfigured(
      message(answer, 'names an address without https; set ADVOWARE_URL and ADVOWARE_SECURITY_URL'),
      {
        system,
      },
    );
  }
  return endpoints;
}

export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
