import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { EchoStore } from '../../store/echoes.ts';
import { links } from '../../store/schema.ts';
import { SightingStore } from '../../store/sightings.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { members, teams } from '../../test/support/teams.ts';
import { createNews } from './news.ts';

const version = '2031-05-06T10:00:00.000Z';
const wroteAt = new Date('2031-05-06T10:00:01.000Z');
const attributes = { surname: 'Meier', city: 'Celle', stamp: null };

let database: OpenDatabase;
let now: Date;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  now = new Date(wroteAt.getTime() + 5_000);
  await database.db.execute(sql`truncate links cascade`);
  const base = { ...attributes, to_team: '1', to_guest: null, to_home: null, to_mentor: null };
  await database.db.insert(links).values({
    ...{ pair: 'members', masterId: 'm1', replicaId: 'r1', state: 'linked', baseMaster: base, baseReplica: {} },
    ...{ versionMaster: version, echoDue: version, syncedAt: wroteAt },
  });
});

/** What has to be looked at after these webhooks, one after the other. */
async function newsIn(...said: readonly object[]): Promise<number> {
  const news = createNews({
    pairs: [teams, members],
    store: () => ({ sightings: new SightingStore(database.db), echoes: new EchoStore(database.db) }),
    now: () => now,
  });
  const echo = { pair: 'members', side: 'master', recordId: 'm1', trigger: 'webhook' } as const;
  let found = 0;
  for (const more of said) {
    const hints = await news.among([{ ...echo, shown: { version, attributes }, ...more }]);
    if (hints.length > 0) expect(hints).toEqual([{ ...echo, ...only(more) }]);
    found += hints.length;
  }
  return found;
}
const only = (more: object): object => Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'shown'));

test('the first webhook that shows what our write led to is no news, and the next one is', async () => {
  expect(await newsIn({})).toBe(0);
  expect(await newsIn({})).toBe(1);
});

test('two at once: one of them is', async () => {
  const both = await Promise.all([newsIn({}), newsIn({})]);
  expect(both.toSorted()).toEqual([0, 1]);
});

test.each([
  ['another value', { shown: { version, attributes: { ...attributes, city: 'Peine' } } }],
  ['an attribute that was cleared', { shown: { version, attributes: { ...attributes, city: null } } }],
  ['another version', { shown: { version: '2031-05-06T10:00:01.000Z', attributes } }],
  ['no version', { shown: { version: null, attributes } }],
  ['nothing', { shown: null }],
  ['another record', { recordId: 'm2' }],
  ['a record of the replica', { side: 'replica', recordId: 'r1' }],
  ['a record of another pair', { pair: 'teams' }],
  ['a pair that is not known', { pair: 'strangers' }],
])('what shows %s is news, and the echo is still due', async (_what, said) => {
  expect(await newsIn(said)).toBe(1);
  expect(await newsIn({})).toBe(0);
});

test('what comes a minute after our write is news, whatever it shows', async () => {
  now = new Date(wroteAt.getTime() + 60_001);
  expect(await newsIn({})).toBe(1);
});

test('where we have written nothing since, it is news', async () => {
  await database.db.update(links).set({ echoDue: null });
  expect(await newsIn({})).toBe(1);
});

test('what the webhook leaves out, and what points to other records, does not matter', async () => {
  expect(await newsIn({ shown: { version, attributes: { surname: 'Meier', to_team: '4711' } } })).toBe(0);
});
