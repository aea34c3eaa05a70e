import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { EspoUser } from './database.ts';
import { EspoError } from './espo-error.ts';

export type Account = { user: EspoUser } & (
  | { method: 'apiKey'; apiKey: string }
  | { method: 'hmac'; apiKey: string; secretKey: string }
  | { method: 'basic'; password: string }
);

const maxFailures = 10;
const failurePeriodMs = 60_000;

/** Who is asking. More than ten failures of one address within a minute lock it out, good keys included. */
export class Authentication {
  readonly #accounts: readonly Account[];
  readonly #now: () => Date;
  #failures = new Map<string, number[]>();

  constructor(accounts: readonly Account[], now: () => Date) {
    this.#accounts = accounts;
    this.#now = now;
  }

  /** @throws EspoError 401, or 403 without a reason while the address is locked */
  user(request: { headers: IncomingHttpHeaders; method: string; path: string; address: string }): EspoUser {
    const now = this.#now().getTime();
    const recent = (this.#failures.get(request.address) ?? []).filter((at) => now - at < failurePeriodMs);
    if (recent.length > maxFailures) throw new EspoError(403, null);
    const account = this.#accounts.find((candidate) => proves(candidate, request));
    if (account !== undefined) return account.user;
    if (hasCredentials(request.headers)) this.#failures.set(request.address, [...recent, now]);
    throw new EspoError(401, null);
  }

  unlock(): void {
    this.#failures = new Map();
  }
}

const hasCredentials = (headers: IncomingHttpHeaders): boolean =>
  ['x-api-key', 'x-hmac-authorization', 'authorization'].some((name) => headers[name] !== undefined);

function proves(account: Account, request: { headers: IncomingHttpHeaders; method: string; path: string }): boolean {
  switch (account.method) {
    case 'apiKey':
      return request.headers['x-api-key'] === account.apiKey;
    case 'hmac':
      return request.headers['x-hmac-authorization'] === hmacHeader(account, request);
    case 'basic':
      return request.headers.authorization === `Basic ${btoa(`${account.user.userName}:${account.password}`)}`;
  }
}

/** The signed text is the method and the path below `/api/v1`, without the query. */
function hmacHeader(account: Account & { method: 'hmac' }, { method, path }: { method: string; path: string }): string {
  const signed = `${method.toUpperCase()} ${path.replace(/^\/api\/v1/, '')}`;
  return btoa(`${account.apiKey}:${createHmac('sha256', account.secretKey).update(signed).digest('hex')}`);
}
