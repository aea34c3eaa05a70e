import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { createTokenCache, isFresh, type Token, type TokenCache } from './token-cache.ts';

export interface RedisTokenCacheOptions {
  readonly url: string;
  /** Called once per outage of Redis, with a text for the log. */
  readonly onProblem: (text: string) => void;
  /** How long one process may keep the others waiting for its fetch, in milliseconds; more than a fetch takes. */
  readonly lockMs?: number;
}

export interface RedisTokenCache extends TokenCache {
  close(): Promise<void>;
}

const commandTimeoutMs = 2_000;
const pollMs = 50;

/**
 * A cache that processes share: one of them fetches, the others wait for what it stores. Without Redis each process
 * fetches for itself. Tokens stand in Redis as they are, under a hash of their key, until they expire.
 */
export function createRedisTokenCache({ url, onProblem, lockMs = 40_000 }: RedisTokenCacheOptions): RedisTokenCache {
  const redis = new Redis(url, {
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 1,
    connectTimeout: commandTimeoutMs,
  });
  // Without a listener a lost connection ends the process; what it means is learned from the commands that fail.
  redis.on('error', () => undefined);
  const shared = new SharedTokens(new Guarded(redis, onProblem), lockMs);
  const local = createTokenCache();
  return {
    get: (key, fetch, now) => local.get(key, () => shared.get(redisKey(key), fetch, now), now),
    invalidate: async (key, token) => {
      await local.invalidate(key, token);
      await shared.invalidate(redisKey(key), token);
    },
    close: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

/** The key may name a user or a firm, so it is not shown. */
const redisKey = (key: string): string => `tandem:token:${createHash('sha256').update(key).digest('hex')}`;

const down = Symbol('Redis is down');
type Down = typeof down;

/** Redis whose failures are values, and are told once until it works again. */
class Guarded {
  readonly #redis: Redis;
  readonly #onProblem: (text: string) => void;
  #isTold = false;

  constructor(redis: Redis, onProblem: (text: string) => void) {
    this.#redis = redis;
    this.#onProblem = onProblem;
  }

  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T | Down> {
    try {
      const answer = await command(this.#redis);
      this.#isTold = false;
      return answer;
    } catch {
      if (!this.#isTold) this.#onProblem('Redis does not answer; each process asks for tokens by itself until it does');
      this.#isTold = true;
      return down;
    }
  }
}

const storedToken = z.object({ token: z.string().min(1), expiresAt: z.number() });

const deleteIfEqual = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

interface Fetching {
  readonly owner: string;
  readonly fetch: () => Promise<Token>;
  readonly now: () => number;
}

class SharedTokens {
  readonly #redis: Guarded;
  readonly #lockMs: number;

  constructor(redis: Guarded, lockMs: number) {
    this.#redis = redis;
    this.#lockMs = lockMs;
  }

  async get(key: string, fetch: () => Promise<Token>, now: () => number): Promise<Token> {
    const owner = randomUUID();
    for (;;) {
      const stored = await this.#stored(key);
      if (stored === down) return fetch();
      if (stored !== null && isFresh(stored, now())) return stored;
      const lock = await this.#redis.run((redis) => redis.set(`${key}:lock`, owner, 'PX', this.#lockMs, 'NX'));
      if (lock === down) return fetch();
      if (lock === 'OK') return this.#fetchAndStore(key, { owner, fetch, now });
      await sleep(pollMs);
    }
  }

  async invalidate(key: string, token: string): Promise<void> {
    const raw = await this.#redis.run((redis) => redis.get(key));
    if (typeof raw !== 'string' || parsed(raw)?.token !== token) return;
    await this.#redis.run((redis) => redis.eval(deleteIfEqual, 1, key, raw));
  }

  async #stored(key: string): Promise<Token | null | Down> {
    const raw = await this.#redis.run((redis) => redis.get(key));
    return typeof raw === 'string' ? parsed(raw) : raw;
  }

  async #fetchAndStore(key: string, { owner, fetch, now }: Fetching): Promise<Token> {
    try {
      // Another process may have stored one between our look and our lock.
      const stored = await this.#stored(key);
      if (stored !== null && stored !== down && isFresh(stored, now())) return stored;
      const token = await fetch();
      const lifeMs = Math.max(1, Math.floor(token.expiresAt - now()));
      await this.#redis.run((redis) => redis.set(key, JSON.stringify(token), 'PX', lifeMs));
      return token;
    } finally {
      await this.#redis.run((redis) => redis.eval(deleteIfEqual, 1, `${key}:lock`, owner));
    }
  }
}

function parsed(raw: string): Token | null {
  try {
    return storedToken.parse(JSON.parse(raw));
  } catch {
    return null;
  }
}
