import { createHmac } from 'node:crypto';

/** How an API user of EspoCRM proves who it is. The user's own authentication method decides which one is accepted. */
export type EspoCrmAuth =
  | { readonly kind: 'apiKey'; readonly apiKey: string }
  | { readonly kind: 'hmac'; readonly apiKey: string; readonly secretKey: string };

/**
 * Headers for one request. For HMAC the signed text is the method and the path below `/api/v1`, without the query
 * (documented in EspoCRM's API overview, observed on 9.2.7).
 */
export function authenticationHeaders(auth: EspoCrmAuth, method: string, path: string): Record<string, string> {
  if (auth.kind === 'apiKey') return { 'x-api-key': auth.apiKey };
  const signature = createHmac('sha256', auth.secretKey).update(`${method} ${path}`).digest('hex');
  return { 'x-hmac-authorization': Buffer.from(`${auth.apiKey}:${signature}`).toString('base64') };
}
