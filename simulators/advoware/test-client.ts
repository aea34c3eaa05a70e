import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Advoware } from './start-advoware.ts';

/** An answer as a caller sees it; `body` is undefined when there was none. */
export type Answer = { status: number; body: unknown };

/** A signed token request, built only from what the vendor documents. */
export function signedTokenRequest(advoware: Advoware, overrides: Record<string, unknown> = {}) {
  const { appId, apiKey, kanzlei, database, user, password } = advoware.credentials;
  const named = {
    AppID: appId,
    Kanzlei: kanzlei,
    Database: database,
    User: user,
    Role: 2,
    Product: 64,
    Password: password,
    Nonce: randomUUID(),
    RequestTimeStamp: new Date().toISOString().replace('Z', '0000Z'),
    ...overrides,
  };
  const signed = `${named.Product}:${named.AppID}:${named.Nonce}:${named.RequestTimeStamp}`;
  const signature = createHmac('sha512', Buffer.from(apiKey, 'base64')).update(signed).digest('base64');
  return { HMAC512Signature: signature, ...named };
}

/** Sends a token request to the gateway. */
export async function requestToken(advoware: Advoware, overrides: Record<string, unknown> = {}): Promise<Answer> {
  return send(`${advoware.url}/security/api/v1/Token`, 'POST', signedTokenRequest(advoware, overrides));
}

/** A token that the gateway issued; throws if it refuses. */
export async function tokenFor(advoware: Advoware, overrides: Record<string, unknown> = {}): Promise<string> {
  const answer = await requestToken(advoware, overrides);
  return z.object({ access_token: z.string() }).parse(answer.body).access_token;
}

/** Sends a request, with a bearer token if one is given. */
export async function send(url: string, method = 'GET', body?: unknown, token?: string): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** A client that has a token and knows where parties are. `path` is what follows `Beteiligte`. */
export async function signIn(advoware: Advoware, basePath = '/api/v1/advonet') {
  const token = await tokenFor(advoware);
  return {
    token,
    call: (method: string, path = '', body?: unknown) =>
      send(`${advoware.url}${basePath}/Beteiligte${path}`, method, body, token),
  };
}

const party = z.looseObject({ betNr: z.int(), geaendertAm: z.string(), rowId: z.string() });

/** The one party of an answer that has the form of a list. */
export function onlyParty(answer: Answer) {
  return z.tuple([party]).parse(answer.body)[0];
}
