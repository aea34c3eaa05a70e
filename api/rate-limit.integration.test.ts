import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { startEspoCrm } from '../simulators/espocrm/start-espocrm.ts';
import { type ApiUnderTest, callOps, readableLog, refusedWith, startTestApi, testToken } from '../test/support/api.ts';
import { batch, postWebhook, type Registration, signature, storedIds } from '../test/support/espo-webhook.ts';
import { until } from '../test/support/house.ts';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import type { HttpLimits } from './http-limits.ts';

const registration: Registration = { id: 'w1', secret: 'key-of-the-webhook' };
const secrets = new Map([[registration.id, registration.secret]]);
const perMinute = (calls: number) => ({ calls, perMs: 60_000 });

let database: OpenDatabase;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(() => database.db.execute(sql`truncate hints`));

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
async function startLimited(limits: Partial<HttpLimits>, more: Parameters<typeof startTestApi>[0] = {}) {
  const api = await startTestApi({ secrets, database, ...more, limits });
  cleanUps.push(() => api.stop());
  return api;
}

interface From {
  readonly by?: Registration;
  /** What a proxy, or somebody who plays one, says about the origin. */
  readonly from?: string;
}
async function send(api: ApiUnderTest, id: string, { by = registration, from }: From = {}) {
  const body = batch(id);
  const forwarded: Record<string, string> = from === undefined ? {} : { 'x-forwarded-for': from };
  return postWebhook(api, body, { ...signature(body, by), ...forwarded });
}
const ask = (api: ApiUnderTest, token = testToken) =>
  callOps(api, 'GET', '/api/v1/pairs', { authorization: `Bearer ${token}` });
const guessed: Registration = { ...registration, secret: 'guessed' };

async function statusesOf(count: number, act: () => Promise<{ status: number }>): Promise<number[]> {
  const statuses = [];
  for (let done = 0; done < count; done += 1) statuses.push((await act()).status);
  return statuses;
}

describe('who asks too often', () => {
  test('is told to come again with 503 if it is EspoCRM, nothing of it is stored, and others hear nothing of it', async () => {
    const { log, lines } = readableLog('warn');
    const api = await startLimited({ webhookRate: perMinute(3) }, { replace: () => ({ log }) });
    for (const id of ['m1', 'm2', 'm3']) expect((await send(api, id)).status).toBe(200);
    for (const id of ['m4', 'm5']) {
      const answer = await send(api, id);
      expect([answer.status, answer.body.error?.code]).toEqual([503, 'rate_limited']);
      const seconds = Number(answer.headers.get('retry-after'));
      expect(seconds > 0 && seconds <= 60).toBe(true);
    }
    expect(await storedIds(api)).toEqual(['m1', 'm2', 'm3']);
    expect((await ask(api)).status).toBe(200);
    for (const path of ['/healthz', '/metrics']) expect((await fetch(`${api.url}${path}`)).status).toBe(200);
    expect(lines().map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ source: '127.0.0.1', status: 503 }),
    ]);
  });

  test('is told so with 429 by the ops API, in its own form', async () => {
    const api = await startLimited({ apiRate: perMinute(3) });
    expect(await statusesOf(3, () => ask(api))).toEqual([200, 200, 200]);
    expect(await ask(api)).toEqual(refusedWith(429, 'rate_limited', /^Too many requests .* come again in \d+ s$/));
    expect((await send(api, 'm1')).status).toBe(200);
  });

  test('is never limited where health and metrics are concerned', async () => {
    const api = await startLimited({ apiRate: perMinute(1), webhookRate: perMinute(1) });
    for (const path of ['/healthz', '/metrics']) {
      const statuses = await statusesOf(20, () => fetch(`${api.url}${path}`));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
  });

  test('loses nothing by it if it is EspoCRM, which comes again', async () => {
    let minutes = 0;
    const crm = await startEspoCrm({ now: () => new Date(Date.now() + minutes * 60_000) });
    cleanUps.push(() => crm.stop());
    const api = await startLimited(
      { webhookRate: { calls: 4, perMs: 400 } },
      {
        secrets: new Map(),
        fetchSecrets: () => Promise.resolve(new Map(crm.webhooks.list().map(({ id, secretKey }) => [id, secretKey]))),
      },
    );
    const url = `${api.url}/webhooks/espocrm/beteiligte/create`;
    crm.webhooks.register({ event: 'CBeteiligte.create', url, skipOwn: true }, crm.apiUser);
    crm.webhooks.settings.batchSize = 1;
    const ids = Array.from({ length: 8 }, (_, n) => crm.create('CBeteiligte', { lastName: `Nr. ${n}` }).id);
    const { statuses } = await crm.webhooks.deliverAll();
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    while (minutes < 30) {
      await until('the window is over', async () => (await postWebhook(api, '', {})).status === 401);
      minutes += 10;
      await crm.webhooks.deliverAll();
    }
    expect((await storedIds(api)).toSorted()).toEqual(ids.toSorted());
  });
});

describe('who shows wrong credentials', () => {
  test('may do so only a tenth as often, and then the right ones do not help either', async () => {
    const api = await startLimited({ webhookRate: perMinute(50) });
    expect((await send(api, 'm1')).status).toBe(200);
    const wrong = await statusesOf(10, () => send(api, 'm2', { by: guessed }));
    expect(wrong).toEqual([...Array<number>(6).fill(401), ...Array<number>(4).fill(503)]);
    expect((await send(api, 'm3')).status).toBe(503);
    expect(await storedIds(api)).toEqual(['m1']);
  });

  test('of the ops API: the same', async () => {
    const api = await startLimited({ apiRate: perMinute(50) });
    const wrong = await statusesOf(10, () => ask(api, 'guessed'));
    expect(wrong).toEqual([...Array<number>(6).fill(401), ...Array<number>(4).fill(429)]);
    expect((await ask(api)).status).toBe(429);
  });

  test('is heard again when the time is over', async () => {
    const api = await startLimited({ apiRate: { calls: 10, perMs: 300 } });
    await statusesOf(5, () => ask(api, 'guessed'));
    await until('it is heard', async () => (await ask(api)).status === 200);
  });
});

describe('a source is', () => {
  const limits = { webhookRate: perMinute(2) };
  const viaProxy = { ...limits, trustedProxies: ['127.0.0.0/8'] };
  const statuses = async (api: ApiUnderTest, origins: readonly string[]) => {
    const found = [];
    for (const from of origins) found.push((await send(api, 'm1', { from })).status);
    return found;
  };

  test('the address of the connection, whatever the request says about its origin', async () => {
    const api = await startLimited(limits);
    expect(await statuses(api, ['192.0.2.1', '192.0.2.2', '192.0.2.3'])).toEqual([200, 200, 503]);
  });

  test('what a trusted proxy says, each origin for itself', async () => {
    const api = await startLimited(viaProxy);
    const [one, other] = ['192.0.2.1', '192.0.2.2'];
    expect(await statuses(api, [one, one, one, other])).toEqual([200, 200, 503, 200]);
  });

  test('not what somebody tells a trusted proxy', async () => {
    const api = await startLimited(viaProxy);
    const forged = ['198.51.100.1', '198.51.100.2', 'rubbish'].map((told) => `${told}, 192.0.2.1`);
    expect(await statuses(api, forged)).toEqual([200, 200, 503]);
  });

  test('a network of /64 where it is IPv6', async () => {
    const api = await startLimited(viaProxy);
    const network = ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:1:ffff::3'];
    expect(await statuses(api, [...network, '2001:db8:0:2::1'])).toEqual([200, 200, 503, 200]);
  });

  test.each([
    ['nothing', ''],
    ['a comma', ','],
    ['rubbish', 'rubbish'],
    ['an address and nothing', '::ffff:192.0.2.1, '],
    ['a number too high', '999.1.1.1:80'],
    ['ten thousand letters', 'x'.repeat(10_000)],
    ['a network too small', '2001:db8::/200'],
  ])('found, or at least nothing breaks, if a proxy says %s', async (_title, from) => {
    const api = await startLimited(viaProxy);
    expect(await statuses(api, [from, from, from])).toEqual([200, 200, 503]);
  });
});
