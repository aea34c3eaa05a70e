import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createRedisTokenCache, type RedisTokenCache } from './redis-token-cache.ts';
import { createTokenCache, type Token, type TokenCache } from './token-cache.ts';

const redisUrl = process.env['TEST_REDIS_URL'];
const minuteMs = 60_000;
let nowMs = 0;
const now = () => nowMs;

const open: RedisTokenCache[] = [];
const problems: string[] = [];
const redisCache = (url: string): TokenCache => {
  const cache = createRedisTokenCache({ url, onProblem: (text) => problems.push(text) });
  open.push(cache);
  return cache;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((cache) => cache.close()));
  problems.length = 0;
});

/** A login that counts itself; its tokens live an hour. */
function createLogin() {
  const login = {
    count: 0,
    fetch: async (): Promise<Token> => {
      login.count += 1;
      const token = `token-${login.count}`;
      await new Promise((resolve) => setImmediate(resolve));
      return { token, expiresAt: nowMs + 60 * minuteMs };
    },
  };
  return login;
}

const caches: readonly (readonly [string, () => TokenCache])[] = [
  ['in this process', createTokenCache],
  ...(redisUrl === undefined ? [] : [['shared through Redis', () => redisCache(redisUrl)] as const]),
];

describe.each(caches)('tokens kept %s', (_title, create) => {
  test('are fetched once for fifty who wait', async () => {
    const [cache, login, key] = [create(), createLogin(), randomUUID()];
    const tokens = await Promise.all(Array.from({ length: 50 }, () => cache.get(key, login.fetch, now)));
    expect([[...new Set(tokens)], login.count]).toEqual([['token-1'], 1]);
  });

  test('are kept apart by key', async () => {
    const [cache, login] = [create(), createLogin()];
    await cache.get(randomUUID(), login.fetch, now);
    expect(await cache.get(randomUUID(), login.fetch, now)).toBe('token-2');
  });

  test('are renewed two minutes before they expire', async () => {
    const [cache, login, key] = [create(), createLogin(), randomUUID()];
    await cache.get(key, login.fetch, now);
    nowMs += 58 * minuteMs - 1;
    expect(await cache.get(key, login.fetch, now)).toBe('token-1');
    nowMs += 1;
    expect(await cache.get(key, login.fetch, now)).toBe('token-2');
  });

  test('are not kept when fetching fails: all who wait learn it, the next one tries', async () => {
    const [cache, login, key] = [create(), createLogin(), randomUUID()];
    const refused = () => Promise.reject(new Error('refused'));
    const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => cache.get(key, refused, now)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await cache.get(key, login.fetch, now)).toBe('token-1');
  });

  test('are dropped one by one: a newer token survives the refusal of an older one', async () => {
    const [cache, login, key] = [create(), createLogin(), randomUUID()];
    const old = await cache.get(key, login.fetch, now);
    await cache.invalidate(key, old);
    expect(await cache.get(key, login.fetch, now)).toBe('token-2');
    await cache.invalidate(key, old);
    expect(await cache.get(key, login.fetch, now)).toBe('token-2');
  });
});

const sharing = (url: string) => {
  test('fetch once for fifty who wait in each of them', async () => {
    const [login, key] = [createLogin(), randomUUID()];
    const processes = Array.from({ length: 4 }, () => redisCache(url));
    const waits = processes.flatMap((cache) => Array.from({ length: 50 }, () => cache.get(key, login.fetch, now)));
    expect([[...new Set(await Promise.all(waits))], login.count]).toEqual([['token-1'], 1]);
  });

  test('see that a token was dropped, as soon as it is refused to themselves', async () => {
    const [login, key, one, other] = [createLogin(), randomUUID(), redisCache(url), redisCache(url)];
    const old = await one.get(key, login.fetch, now);
    await other.get(key, login.fetch, now);
    await one.invalidate(key, old);
    await one.get(key, login.fetch, now);
    await other.invalidate(key, old);
    expect([await other.get(key, login.fetch, now), login.count]).toEqual(['token-2', 2]);
  });

  test('do not wait for ever for one that died while fetching', async () => {
    const [login, key] = [createLogin(), randomUUID()];
    const dying = createRedisTokenCache({ url, onProblem: () => undefined, lockMs: 200 });
    open.push(dying);
    const fetching = Promise.withResolvers<undefined>();
    void dying.get(
      key,
      () => {
        fetching.resolve(undefined);
        return new Promise<never>(() => undefined);
      },
      now,
    );
    await fetching.promise;
    expect(await redisCache(url).get(key, login.fetch, now)).toBe('token-1');
  });

  test('show neither firm nor user in the names of their keys', async () => {
    const key = `Kanzlei-${randomUUID()}`;
    await redisCache(url).get(key, createLogin().fetch, now);
    const redis = new Redis(url);
    const names = await redis.keys('*');
    redis.disconnect();
    expect([names.some((name) => name.startsWith('tandem:token:')), names.some((name) => name.includes(key))]).toEqual([
      true,
      false,
    ]);
  });
};
if (redisUrl !== undefined) {
  describe('processes that share one Redis', () => {
    sharing(redisUrl);
  });
}

describe('without Redis', () => {
  const nobody = 'redis://127.0.0.1:9';

  test('a process fetches for itself, and says once what is wrong', async () => {
    const [cache, login] = [redisCache(nobody), createLogin()];
    const keys = [randomUUID(), randomUUID()];
    const tokens = await Promise.all(keys.map((key) => cache.get(key, login.fetch, now)));
    await cache.invalidate(keys[0] ?? '', 'token-1');
    expect(tokens).toEqual(['token-1', 'token-2']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('token-');
  });

  test('a failed login is still a failed login', async () => {
    const refused = () => Promise.reject(new Error('refused'));
    await expect(redisCache(nobody).get(randomUUID(), refused, now)).rejects.toThrow('refused');
  });
});
