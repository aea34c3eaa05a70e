import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { CircuitStore } from '../../store/circuits.ts';
import type { ConflictStore } from '../../store/conflicts.ts';
import { HintStore } from '../../store/hints.ts';
import { links } from '../../store/schema.ts';
import {
  type ApiUnderTest,
  callOps,
  readableLog,
  refusedWith,
  startTestApi,
  testToken,
  unlimited,
} from '../../test/support/api.ts';
import { takeAway } from '../../test/support/embedded.ts';
import { everything } from '../../test/support/store.ts';

const pair = 'beteiligte';
const base = `/api/v1/pairs/${pair}`;
const reason = { reason: 'x' };
const take = { take: 'master' };
/** With a body that is understood where one is needed. */
const routes: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['GET', '/api/v1/openapi.json'],
  ['GET', '/api/v1/status'],
  ['GET', '/api/v1/pairs'],
  ['GET', '/api/v1/conflicts'],
  ['POST', '/api/v1/conflicts/7/decide', take],
  ['POST', '/api/v1/conflicts/decide', { pair, all: true, ...take }],
  ['GET', `${base}/records`],
  ['GET', `${base}/records/m1`],
  ['GET', `${base}/records/m1/history`],
  ['GET', `${base}/records/m1/plan`],
  ['POST', `${base}/records/m1/check`, reason],
  ['POST', `${base}/records/m1/answer`, { answer: 'create' }],
  ['GET', `${base}/plan`],
  ['GET', `${base}/questions`],
  ['GET', `${base}/deletions`],
  ['POST', `${base}/deletions/decide`, { answer: 'keep', all: true }],
  ['GET', `${base}/failed`],
  ['POST', `${base}/retry`, { all: true }],
  ['POST', `${base}/records/m1/retry`, reason],
  ['POST', `${base}/pause`, reason],
  ['POST', `${base}/resume`, reason],
  ['POST', `${base}/accept`, reason],
  ['POST', `${base}/census`, { mode: 'census', dryRun: true }],
  ['GET', `${base}/census`],
  ['GET', `${base}/census/runs`],
  ['POST', `${base}/census/pause`],
  ['POST', `${base}/census/resume`],
  ['POST', `${base}/census/cancel`],
  ['GET', '/api/v1/webhooks'],
  ['POST', '/api/v1/webhooks/keep'],
];

let api: ApiUnderTest;
const others: ApiUnderTest[] = [];
beforeAll(async () => {
  api = await startTestApi({ limits: unlimited });
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.database.db.execute(sql`truncate conflicts, hints, links, ledger, pairs restart identity cascade`);
});
afterEach(async () => {
  for (const started of others.splice(0)) await started.stop();
});

async function another(options: Parameters<typeof startTestApi>[0]): Promise<ApiUnderTest> {
  const started = await startTestApi(options);
  others.push(started);
  return started;
}

const call = (
  method: string,
  path: string,
  { to = api, ...options }: { to?: ApiUnderTest; authorization?: string; body?: unknown } = {},
) => callOps(to, method, path, options);

describe('only a bearer of a token is heard', () => {
  const wrong = [
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Basic ${testToken}`,
    testToken,
    `Bearer ${testToken}x`,
    `Bearer ${testToken} x`,
  ];

  test.each(routes.map(([method, path, body]) => ({ method, path, body })))('$method $path', async (route) => {
    const { method, path, body } = route;
    for (const authorization of wrong) {
      const answer = await call(method, path, { authorization, body });
      expect(answer).toMatchObject(refusedWith(401, 'unauthorized', /API_TOKENS/));
    }
    expect(await everything(api.database.db)).toEqual({ hints: [], links: [], ledger: [], pairs: [] });
    expect((await call(method, path)).status).not.toBe(401);
  });

  test('these are all the routes there are', async () => {
    const shape = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
    const withIds = (path: string): string =>
      path.replace('{pair}', pair).replace('records/{id}', 'records/m1').replace('conflicts/{id}', 'conflicts/7');
    const { paths } = shape.parse((await call('GET', '/api/v1/openapi.json')).body);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${withIds(path)}`),
    );
    const walked = routes
      .map(([method, path]) => `${method} ${path}`)
      .filter((route) => !route.endsWith('openapi.json'));
    expect(described.sort()).toEqual(walked.sort());
  });

  test('health and metrics need none', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await fetch(`${api.url}${path}`)).status).not.toBe(401);
  });
});

test('an unknown pair is told the known ones, on every route of a pair', async () => {
  for (const [method, path, body] of routes.filter((route) => route[1].startsWith(base))) {
    const answer = await call(method, path.replace(pair, 'parties'), { body });
    expect(answer).toEqual(refusedWith(404, 'unknown_pair', 'There is no pair parties; the pairs are: beteiligte'));
  }
});

describe('stopping a pair', () => {
  test('is shown with its reason until it goes on', async () => {
    const paused = await call('POST', `${base}/pause`, { body: { reason: 'month end' } });
    expect(paused).toMatchObject({ status: 200, body: { name: pair, paused: { reason: 'month end' } } });
    expect((await call('GET', '/api/v1/pairs')).body).toMatchObject({ pairs: [paused.body] });
    expect((await call('POST', `${base}/resume`)).body).toMatchObject({ name: pair, paused: null });
    expect((await call('GET', '/api/v1/pairs')).body).toMatchObject({ pairs: [{ paused: null }] });
  });

  test.each([undefined, {}, { reason: '' }, { reason: 'x'.repeat(501) }, { reason: 7 }, []])(
    'needs a reason that can be shown: %j is refused',
    async (body) => {
      expect((await call('POST', `${base}/pause`, { body })).status).toBe(400);
      expect((await everything(api.database.db)).pairs).toEqual([]);
    },
  );
});

describe('a check while Temporal is away', () => {
  test('is stored as asked by a person, to be rung by the next sweep, and answered with 202', async () => {
    const answer = await call('POST', `${base}/records/m1/check`);
    const pending = { workflowId: 'nobody/sync/beteiligte/m1', reason: 'not_started' };
    expect(answer).toEqual({ status: 202, body: { pending } });
    expect((await everything(api.database.db)).hints).toMatchObject([
      { recordId: 'm1', side: 'master', trigger: 'person', rungAt: null },
    ]);
  });

  test('of a record of the replica goes to the workflow of its master', async () => {
    await api.database.db.insert(links).values({ pair, masterId: 'm1', replicaId: '17' });
    const answer = await call('POST', `${base}/records/replica:17/check`);
    expect(answer.body).toMatchObject({ pending: { workflowId: 'nobody/sync/beteiligte/m1' } });
    expect((await everything(api.database.db)).hints).toMatchObject([{ recordId: '17', side: 'replica' }]);
  });
});

describe('how things stand', () => {
  test('the status shows inbox, Temporal, pairs and their troubled records', async () => {
    const failure = {
      code: 'rejected',
      system: 'Advoware',
      message: 'Name is missing',
      at: new Date().toISOString(),
      seen: {},
    } as const;
    await api.database.db.insert(links).values([
      { pair, masterId: 'm1', state: 'parked', failure },
      { pair, masterId: 'm2', state: 'linked' },
    ]);
    await new HintStore(api.database.db).add(
      [{ pair, side: 'master', recordId: 'm3', trigger: 'webhook' }],
      new Date(),
    );
    expect((await call('GET', '/api/v1/status')).body).toMatchObject({
      inbox: { waiting: 1, oldestDueAt: expect.any(String) },
      temporal: 'not reachable',
      pairs: [
        {
          name: pair,
          records: { linked: 1, parked: 1 },
          troubled: [{ masterId: 'm1', failure: { message: 'Name is missing' } }],
        },
      ],
    });
  });

  test('a status that the database can not tell at the moment is refused, and the process lives on', async () => {
    const isBusy = () => Promise.reject(new Error('no connection is free'));
    const { promise: refused, resolve: refuse } = Promise.withResolvers<undefined>();
    const conflicts = {
      count: () => {
        refuse(undefined);
        return isBusy();
      },
    };
    const circuits = {
      list: async () => {
        await refused;
        // A rejection that nobody has heard by then ends the process.
        await nextTurn();
        return isBusy();
      },
    };
    const busy = await another({
      limits: unlimited,
      replace: (deps) => ({
        store: () => ({
          ...deps.store(),
          conflicts: Object.assign(Object.create(deps.store().conflicts) as ConflictStore, conflicts),
          circuits: Object.assign(Object.create(deps.store().circuits) as CircuitStore, circuits),
        }),
      }),
    });
    expect(await call('GET', '/api/v1/status', { to: busy })).toMatchObject({ status: 503 });
  });

  test('healthz says that the process lives; readyz names what does not answer', async () => {
    const get = async (path: string, { url }: ApiUnderTest) => {
      const answer = await fetch(`${url}${path}`);
      return [answer.status, await answer.json()];
    };
    const pings = { database: () => Promise.resolve(), temporal: () => Promise.resolve() };
    const well = await another({ replace: () => ({ pings }) });
    expect(await get('/readyz', well)).toEqual([200, { status: 'ok', database: 'ok', temporal: 'ok' }]);
    expect(await get('/readyz', api)).toEqual([
      503,
      { status: 'not ready', database: 'ok', temporal: 'not reachable' },
    ]);
    const alone = await another({});
    await takeAway(alone.database);
    const nothing = { status: 'not ready', database: 'not reachable', temporal: 'not reachable' };
    expect(await get('/readyz', alone)).toEqual([503, nothing]);
    expect(await get('/healthz', alone)).toEqual([200, { status: 'ok' }]);
  });

  test('a part that hangs counts as one that does not answer', async () => {
    const hanging = await another({
      replace: (deps) => ({ pings: { ...deps.pings, database: () => new Promise(() => undefined) } }),
    });
    expect((await fetch(`${hanging.url}/readyz`)).status).toBe(503);
  });

  const sample = (text: string, name: string): number => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);

  test('the metrics show how many records wait and how old the oldest is, at the first scrape', async () => {
    const fresh = await another({});
    const hints = ['m1', 'm2'].map((recordId) => ({ pair, side: 'master', recordId, trigger: 'webhook' }) as const);
    await new HintStore(fresh.database.db).add(hints, new Date(Date.now() - 60_000));
    const answer = await fetch(`${fresh.url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    expect(sample(text, 'tandem_inbox_depth')).toBe(2);
    expect(sample(text, 'tandem_inbox_age_seconds')).toBeGreaterThanOrEqual(60);
  });

  test('the metrics are there while the database is away', async () => {
    const alone = await another({});
    await takeAway(alone.database);
    const answer = await fetch(`${alone.url}/metrics`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/^tandem_inbox_depth nan$/im);
  });
});

test('what needs the database is answered with 503 while it is away, and the log names no value', async () => {
  const { log, lines } = readableLog();
  const alone = await another({ replace: () => ({ log }) });
  await takeAway(alone.database);
  // Without a public URL the webhooks need nothing of the store.
  const storeless = /openapi\.json$|\/webhooks/;
  for (const [method, path, body] of routes.filter((route) => !storeless.test(route[1]))) {
    const answer = await call(method, path.replace('m1', 'm-secret-1'), { to: alone, body });
    expect(answer).toMatchObject(refusedWith(503, 'unavailable', /readyz/));
  }
  expect(lines().join('\n')).toContain('A request failed');
  expect(lines().join('\n')).not.toMatch(new RegExp(`${testToken}|m-secret-1`));
});

test('an address where nothing is, is answered in the same form', async () => {
  for (const path of ['/', '/api/v1/nothing', '/api/v2/status']) {
    expect(await call('GET', path)).toMatchObject(refusedWith(404, 'not_found', /./));
  }
});
