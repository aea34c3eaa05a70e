import { createHmac, randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { z } from 'zod';
import type { CallContext } from '../connector.ts';
import { createHttpClient } from '../http.ts';
import type { Token } from '../token-cache.ts';
import { loginRefusal, system } from './refusal.ts';

/** `apiKey` is base64, issued by the vendor with the app id; `user` are the initials of a member of staff. */
export interface AdvowareCredentials {
  readonly appId: string;
  readonly apiKey: string;
  readonly kanzlei: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

const product = 64;
const role = 2;
/** With the two minutes of the cache 53 minutes of use: what a known client assumes where the answer tells no end. */
const assumedLifeMs = 55 * 60_000;

/** The body of a token request (documented in the vendor's help centre, "Authentifizierung"). */
function tokenRequestBody(credentials: AdvowareCredentials, nowMs: number) {
  const nonce = randomUUID();
  const timestamp = new Date(nowMs).toISOString().replace('Z', '0000Z');
  const signed = `${product}:${credentials.appId}:${nonce}:${timestamp}`;
  const key = Buffer.from(credentials.apiKey, 'base64');
  return {
    AppID: credentials.appId,
    Kanzlei: credentials.kanzlei,
    Database: credentials.database,
    User: credentials.user,
    Role: role,
    Product: product,
    Password: credentials.password,
    Nonce: nonce,
    HMAC512Signature: createHmac('sha512', key).update(signed).digest('base64'),
    RequestTimeStamp: timestamp,
  };
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expiration_utc: z.unknown().optional() });

export interface TokenRequestOptions {
  readonly securityUrl: string;
  readonly credentials: AdvowareCredentials;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** @throws Unavailable, AuthFailed, RateLimited, Misconfigured */
export async function requestToken(options: TokenRequestOptions, context: CallContext): Promise<Token> {
  const { securityUrl, credentials, timeoutMs, now } = options;
  const http = createHttpClient({ system, baseUrl: securityUrl, timeoutMs });
  const body = tokenRequestBody(credentials, now());
  const answer = await http.send({ method: 'POST', path: '/api/v1/Token', body, purpose: 'login' }, context);
  const token = tokenAnswer.safeParse(answer.json);
  if (answer.status >= 300 || !token.success) throw loginRefusal(answer, now());
  return { token: token.data.access_token, expiresAt: endOfLife(token.data.expiration_utc, now()) };
}

/** An end that lies in the past by our clock tells more about the clocks than about the token. */
function endOfLife(expiration: unknown, nowMs: number): number {
  const told = typeof expiration === 'string' ? DateTime.fromISO(expiration, { zone: 'utc' }).toMillis() : Number.NaN;
  return told > nowMs ? told : nowMs + assumedLifeMs;
}
