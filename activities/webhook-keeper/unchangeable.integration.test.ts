import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { Connector, WebhookRegistrar, WebhookRegistration } from '../../connectors/connector.ts';
import { Unavailable } from '../../connectors/errors.ts';
import { CircuitStore } from '../../store/circuits.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { keepWebhooks } from './keep-webhooks.ts';

const publicUrl = 'https://sync.example.com';
const kinds = ['create', 'update', 'delete'];
const pairOf = (name: string, entity: string) => ({
  name,
  master: { system: 'Office', entity },
  replica: { system: 'Archive', entity: name },
});
/** Two pairs have the same entity; eleven entities, so 33 events. */
const entities = Array.from({ length: 11 }, (_, index) => `entity${index}`);
const pairs = [...entities.map((entity) => pairOf(entity, entity)), pairOf('copies', 'entity0')];
const addressOf = (event: string): string => `${publicUrl}/webhooks/office?webhook=tandem.${event}`;

let existing: WebhookRegistration[];
let calls: string[];
let isCreationRefused: boolean;
let database: OpenDatabase;
let asked: string[];
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.execute(sql`truncate webhook_registrations, webhook_checks`);
  [existing, calls, asked, isCreationRefused] = [[], [], [], false];
});

let made = 0;
const add = (event: string, url: string, isActive = true): WebhookRegistration => {
  const one = { id: String((made += 1)), event, url, isActive, skipOwn: null };
  existing.push(one);
  return one;
};
/** A system that registers one event at a time and can't change what it has. */
const registrar: WebhookRegistrar = {
  path: 'office',
  eventsOf: (entity) =>
    kinds.map((kind) => ({ event: `${kind}_${entity}`, query: `webhook=tandem.${kind}_${entity}` })),
  canary: null,
  change: null,
  list: () => Promise.resolve([...existing]),
  create: (event, url) => {
    calls.push(`create ${event}`);
    if (isCreationRefused) return Promise.reject(new Unavailable('Office: away', { system: 'Office' }));
    return Promise.resolve(add(event, url));
  },
  remove: (id) => {
    calls.push(`remove ${id}`);
    existing = existing.filter((one) => one.id !== id);
    return Promise.resolve();
  },
};
const keep = () =>
  keepWebhooks(
    {
      pairs,
      connectors: { Office: { system: 'Office', webhooks: registrar } as Partial<Connector> as Connector },
      publicUrl,
      registrations: new WebhookRegistrationStore(database.db),
      circuits: new CircuitStore(database.db),
      breaker: { answered: () => undefined, failed: () => Promise.resolve() },
      budget: unlimitedBudget,
      gaps: {
        cover: (pair) => {
          asked.push(pair);
          return Promise.resolve(true);
        },
      },
      observer: { onCall: () => undefined, onProblem: () => undefined, onRecovery: () => undefined },
      now: () => new Date(),
    },
    new AbortController().signal,
  );
const nothingDone = { made: 0, mended: 0, removed: 0, covered: [], troubled: [] };

test('33 events are registered once each, also for two pairs of one entity, and all pairs look for what came before', async () => {
  expect(await keep()).toMatchObject({ made: 33, removed: 0 });
  const wanted = entities.flatMap((entity) => kinds.map((kind) => `${kind}_${entity}`));
  expect(existing.map(({ event, url }) => [event, url])).toEqual(wanted.map((event) => [event, addressOf(event)]));
  expect(asked.toSorted()).toEqual(pairs.map(({ name }) => name).toSorted());
  calls = [];
  expect([await keep(), calls]).toEqual([nothingDone, []]);
});

test('one that was switched off is removed and made anew, and each pair that it told catches up', async () => {
  await keep();
  const [first] = existing;
  existing[0] = { ...first!, isActive: false };
  [calls, asked] = [[], []];
  expect(await keep()).toEqual({ ...nothingDone, made: 1, removed: 1, covered: ['entity0', 'copies'] });
  expect(calls).toEqual([`remove ${first!.id}`, 'create create_entity0']);
  expect(asked).toEqual(['entity0', 'copies']);
  expect(await keep()).toEqual(nothingDone);
});

test('one that could not be made anew is made at the next look, and the gap is not forgotten', async () => {
  await keep();
  const [first] = existing;
  existing[0] = { ...first!, isActive: false };
  [isCreationRefused, asked] = [true, []];
  expect(await keep()).toMatchObject({ made: 0, removed: 1, troubled: [{ system: 'Office', code: 'unavailable' }] });
  expect(asked).toEqual([]);
  isCreationRefused = false;
  expect(await keep()).toMatchObject({ made: 1, covered: ['entity0', 'copies'] });
});

test("one of ours at an address of before is replaced; another installation's and a stranger's stay", async () => {
  await keep();
  const [mine] = existing;
  existing[0] = { ...mine!, url: mine!.url!.replace(publicUrl, 'http://old.example/prefix') };
  const others = [
    add('create_entity0', addressOf('create_entity0').replace('tandem.', 'staging.')),
    add('create_entity0', 'https://zapier.example/hook'),
  ];
  expect(await keep()).toMatchObject({ made: 1, removed: 1 });
  expect(existing).toEqual(expect.arrayContaining(others));
  expect(existing).not.toContainEqual(expect.objectContaining({ id: mine!.id }));
});
