import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { hints } from '../../store/schema.ts';
import { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { type ApiUnderTest, readableLog, startTestApi } from '../../test/support/api.ts';
import { until } from '../../test/support/house.ts';
import { type Bench, startBench } from '../../test/support/productive-bench.ts';
import { createContext } from '../../connectors/test-context.ts';
import { createDeliveries } from './deliveries.ts';
import { createWebhookSecrets } from './webhook-secrets.ts';

const pairOf = (name: string, entity = name) => ({
  name,
  master: { system: 'Productive', entity },
  replica: { system: 'Portal', entity },
});
/** Two pairs share an entity. */
const pairs = [pairOf('tasks'), pairOf('companies'), pairOf('copies', 'tasks')];

let database: OpenDatabase;
let bench: Bench;
let api: ApiUnderTest;
let log: ReturnType<typeof readableLog>;
let nowMs: number;
/** Ids of registrations that the keeper has made, by claim. */
let registered: Map<string, string[]>;
let isDatabaseThere: boolean;
const claim = 'tandem.update_task';

beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(hints);
  nowMs = Date.now();
  registered = new Map();
  isDatabaseThere = true;
  bench = await startBench(
    { now: () => new Date(nowMs), unknowns: { sharedSignatureToken: true } },
    { now: () => nowMs },
  );
  log = readableLog('error');
  const { connector } = bench;
  const source = connector.webhookSource;
  const secrets = createWebhookSecrets({
    configured: new Map([['by-hand.update_task', 'token-by-hand']]),
    fetch: () => source.readKeys(createContext()),
    registered: (of) => Promise.resolve(registered.get(of) ?? []),
    onProblem: () => undefined,
    now: () => nowMs,
  });
  api = await startTestApi({
    pairs,
    database,
    senders: [{ system: 'Productive', source, secrets }],
    replace: (deps) => ({
      log: log.log,
      now: () => new Date(nowMs),
      deliveries: createDeliveries({
        registrations: () => new WebhookRegistrationStore(database.db),
        log: log.log,
        now: () => new Date(nowMs),
      }),
      store: () => {
        if (!isDatabaseThere) throw new Error('not there');
        return deps.store();
      },
    }),
  });
});
afterEach(async () => {
  await api.stop();
  await bench.productive.stop();
});

const addressOf = (name: string) => `${api.url}/webhooks/productive?webhook=${name}`;
async function register(event: string): Promise<string> {
  const { id } = await bench.connector.webhooks.create(event, addressOf(`tandem.${event}`), createContext());
  const of = `tandem.${event}`;
  registered.set(of, [...(registered.get(of) ?? []), id]);
  return id;
}
const edit = (): string => {
  const id = bench.addTask();
  bench.productive.update('tasks', id, { title: 'Angebot & Auftrag <neu>' });
  return id;
};
const stored = async () =>
  (await api.database.db.select().from(hints)).map(({ pair, side, recordId }) => [pair, side, recordId]).toSorted();

/** As Productive signs, but by anybody. */
async function send(
  body: unknown,
  { key, name = claim, atMs = nowMs }: { key: string; name?: string; atMs?: number },
): Promise<{ status: number; body: unknown }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const seconds = Math.floor(atMs / 1_000);
  const digest = createHmac('sha256', key).update(`${seconds}.${text}`).digest('hex');
  const headers = { 'content-type': 'application/json', 'productive-signature': `t=${seconds},s=${digest}` };
  const answer = await fetch(addressOf(name), { method: 'POST', headers, body: text });
  return { status: answer.status, body: await answer.json() };
}
const update = { event: 'update_task', item_type: 'task', item_id: 17 };
const byHand = { key: 'token-by-hand', name: 'by-hand.update_task' };

test('what a registered webhook delivers is in the inbox of every pair of that entity, though its key was never stored', async () => {
  await register('update_task');
  const id = edit();
  expect((await bench.productive.webhooks.deliver()).statuses).toEqual([200]);
  expect(await stored()).toEqual([
    ['copies', 'master', id],
    ['tasks', 'master', id],
  ]);
});

test('webhooks that share one token are told apart by the event in the body', async () => {
  await Promise.all([register('update_task'), register('create_company')]);
  const id = edit();
  const { id: company } = bench.productive.create('companies', { name: 'Neu AG' });
  expect((await bench.productive.webhooks.deliver()).statuses).toEqual([200, 200]);
  expect(await stored()).toEqual([
    ['companies', 'master', company],
    ['copies', 'master', id],
    ['tasks', 'master', id],
  ]);
});

test('one that was made anew at the same address is believed at once, with its new token', async () => {
  bench.productive.unknowns.sharedSignatureToken = false;
  const old = await register('update_task');
  edit();
  expect((await bench.productive.webhooks.deliver()).statuses).toEqual([200]);
  bench.productive.webhooks.remove(old);
  await register('update_task');
  nowMs += 3_000;
  edit();
  expect((await bench.productive.webhooks.deliver()).statuses).toEqual([200]);
});

test('the last delivery of one that was made anew is known, also if it shares its token with the old one', async () => {
  const registrations = new WebhookRegistrationStore(database.db);
  const remembered = async (): Promise<string> => {
    const id = await register('update_task');
    await registrations.remember(
      'Productive',
      { id, pair: 'tasks', event: 'update_task', url: addressOf(claim) },
      new Date(),
    );
    return id;
  };
  const deliveredAt = async (id: string) =>
    (await registrations.known('Productive')).find((one) => one.id === id)?.deliveredAt ?? null;
  const old = await remembered();
  edit();
  await bench.productive.webhooks.deliver();
  await until('the delivery is noted', async () => (await deliveredAt(old)) !== null);
  bench.productive.webhooks.remove(old);
  await registrations.forget('Productive', [old]);
  const anew = await remembered();
  nowMs += 61_000;
  edit();
  await bench.productive.webhooks.deliver();
  await until('the delivery is noted', async () => (await deliveredAt(anew)) !== null);
  await registrations.forget('Productive', [anew]);
});

test('one that somebody has made anew by hand is believed after a minute at the latest', async () => {
  bench.productive.unknowns.sharedSignatureToken = false;
  const old = await register('update_task');
  edit();
  await bench.productive.webhooks.deliver();
  bench.productive.webhooks.remove(old);
  registered.clear();
  await bench.connector.webhooks.create('update_task', addressOf(claim), createContext());
  edit();
  expect((await bench.productive.webhooks.deliver()).statuses).toEqual([401]);
  nowMs += 60_000;
  edit();
  expect((await bench.productive.webhooks.deliver()).statuses).toContain(200);
});

test('a token that was configured is enough for one that was registered by hand', async () => {
  expect(await send(update, byHand)).toEqual({ status: 200, body: { accepted: 2 } });
});

test('whoever can not prove it is refused with 401, and nothing is stored', async () => {
  await register('update_task');
  const forged = { key: 'guessed' };
  const refused = [
    await send(update, forged),
    await send(update, { ...forged, name: 'nobody.update_task' }),
    await send(update, { ...forged, name: '' }),
    await send(update, { ...byHand, atMs: nowMs - 51 * 3_600_000 }),
    await send(update, { ...byHand, atMs: nowMs + 3_600_000 }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  expect(await stored()).toEqual([]);
});

test('forged requests ask Productive for its keys once a minute at most', async () => {
  await register('update_task');
  bench.callsSince();
  for (let count = 0; count < 10; count += 1) await send(update, { key: 'guessed' });
  expect(bench.callsSince()).toEqual(['GET /webhooks']);
});

test.each<[string, unknown]>([
  ['no JSON', 'nothing'],
  ['no item', { event: 'update_task' }],
  ['a type that is not known', { ...update, item_type: 'salary' }],
])(
  'a genuine body with %s is answered with 200, so that the webhook is not switched off, and told in the log',
  async (_title, body) => {
    expect(await send(body, byHand)).toEqual({ status: 200, body: { accepted: 0 } });
    expect(log.lines().join()).toContain('A genuine webhook can not be understood');
    expect(await stored()).toEqual([]);
  },
);

test('an event of something that no pair has is taken and forgotten', async () => {
  const body = { event: 'create_invoice', item_type: 'invoice', item_id: 4 };
  expect(await send(body, byHand)).toEqual({ status: 200, body: { accepted: 0 } });
});

test('while nothing can be stored Productive is asked to come again', async () => {
  isDatabaseThere = false;
  expect(await send(update, byHand)).toMatchObject({ status: 503, body: { error: { code: 'not_stored' } } });
});

test('another address below it is none', async () => {
  const answer = await fetch(`${api.url}/webhooks/productive/tasks?webhook=${byHand.name}`, { method: 'POST' });
  expect([answer.status, await answer.json()]).toMatchObject([
    404,
    {
      error: {
        code: 'unknown_webhook',
        message: expect.stringContaining('/webhooks/productive?webhook=<name>') as unknown,
      },
    },
  ]);
});

test('of what one sends nothing but the id is stored', async () => {
  await send({ ...update, object: { data: { attributes: { title: 'Geheim' } } } }, byHand);
  const rows = await api.database.db.select().from(hints);
  expect([rows.length, JSON.stringify(rows)]).toEqual([2, expect.not.stringContaining('Geheim')]);
});
