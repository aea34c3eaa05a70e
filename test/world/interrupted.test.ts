import { expect, test } from '@jest/globals';
import { canonicalOf } from '../../engine/pair.ts';
import { sides } from '../../engine/values.ts';
import { people } from '../support/people.ts';
import { refused, traits, unhurriedOn } from './played.ts';
import type { Crash, Step } from './steps.ts';
import { World } from './world.ts';

const searchable = { ...people, marker: 'their_partner' };
const options = unhurriedOn({ pair: searchable, traits: { master: traits({}), replica: traits({}) } });

const look = (crash: Crash | null): Step => ({ kind: 'sync', order: 0, crash, meanwhile: null });
const calmLook = look(null);
const made = (side: 'master' | 'replica', values: Record<string, string>): Step[] => [
  { kind: 'create', side, values, hinted: true },
  calmLook,
];
/** Only while another couple can be read, a deletion is believed. */
const witness = made('master', { surname: 'Witness' });

const longerLists: readonly Step[] = [
  ...made('master', { surname: 'Meier', tags: 'x' }),
  { kind: 'edit', side: 'master', record: 0, values: { tags: 'x; y' }, hinted: true },
  { kind: 'edit', side: 'replica', record: 0, values: { tags: 'x; z' }, hinted: true },
];

const madeAgainOnAWord: readonly Step[] = [
  ...made('replica', { surname: 'Meier' }),
  { kind: 'delete', side: 'master', record: 0, hinted: true },
  calmLook,
  { kind: 'answer', question: 0, answer: 2 },
];

/** Two records that have met, but one of the values could not be written. */
const refusedMeeting: readonly Step[] = [
  { kind: 'create', side: 'replica', values: { account: '18', rank: 'their' }, hinted: false },
  { kind: 'create', side: 'master', values: { account: '18', surname: refused, rank: 'our' }, hinted: true },
  calmLook,
];

const scenes: Record<string, readonly Step[]> = {
  'a record is made again, without the field that only its partner takes': [
    ...made('replica', { surname: 'Meier', rank: 'captain' }),
    ...witness,
    { kind: 'delete', side: 'replica', record: 0, hinted: false },
    { kind: 'edit', side: 'master', record: 0, values: { surname: 'Maier' }, hinted: true },
  ],
  'a record is made again on the word of a person, where its deletion was reported': madeAgainOnAWord,
  'lists of both sides become one': longerLists,
  'a person decides for a value of their own': [
    ...made('master', { surname: 'Meier', vow: 'a' }),
    { kind: 'edit', side: 'master', record: 0, values: { vow: 'b' }, hinted: true },
    { kind: 'edit', side: 'replica', record: 0, values: { vow: 'c' }, hinted: true },
    calmLook,
    { kind: 'decide', conflict: 0, resolution: 'value' },
  ],
  'a first meeting that was refused is made up for': [
    ...refusedMeeting,
    { kind: 'edit', side: 'master', record: 0, values: { surname: 'Maier' }, hinted: true },
  ],
  "the master's record is made again for an edit of its partner": [
    ...made('replica', { surname: 'Meier' }),
    ...witness,
    { kind: 'edit', side: 'replica', record: 0, values: { surname: 'Maier' }, hinted: false },
    { kind: 'delete', side: 'master', record: 0, hinted: true },
  ],
  "the replica's record is made again for an edit of its partner": [
    ...made('master', { surname: 'Meier' }),
    ...witness,
    { kind: 'edit', side: 'master', record: 0, values: { surname: 'Maier' }, hinted: false },
    { kind: 'delete', side: 'replica', record: 0, hinted: true },
  ],
};

/** What people see of the records and of the couples, before anybody looks for what was forgotten. */
async function seenIn({ systems, pair, store }: World) {
  const records = sides.map((side) =>
    systems[side].ids().map((id) => {
      const { attributes = {}, deleted } = systems[side].get(id) ?? {};
      const { number, state, message } = attributes;
      return [id, deleted, pair.fields.map((field) => canonicalOf(field, side, attributes)), number, state, message];
    }),
  );
  const links = await store.links();
  const couples = links.map(({ masterId, replicaId, state, failure, answer, fieldNotes }) => {
    const notes = Object.entries(fieldNotes).map(([field, { kind }]) => [field, kind]);
    return { masterId, replicaId, state, failure, answer, notes };
  });
  const conflicts = (await store.conflicts()).map(({ field, closedAt }) => [field, closedAt !== null]);
  return { records, couples, conflicts, due: await store.dueKeys() };
}

async function seenAfter(steps: readonly Step[]) {
  const world = await World.open(options);
  await world.play(steps);
  return seenIn(world);
}

/** More calls than any of these passes makes. */
const mostCalls = 15;
const crashes = Array.from({ length: mostCalls }, (_, index) => index + 1).flatMap((call) =>
  (['before', 'after'] as const).map((moment) => ({ call, moment })),
);

test.each(Object.entries(scenes))('I8: a pass may die at any call while %s', async (_name, before) => {
  const expected = await seenAfter([...before, calmLook]);
  for (const crash of crashes)
    expect({ crash, ...(await seenAfter([...before, look(crash)])) }).toEqual({ crash, ...expected });
});

test('I3: lists of both sides become one, also if somebody edits the master between the two writes', async () => {
  const world = await World.open(options);
  const meanwhile = { call: 4, side: 'master', values: { city: 'Celle' } } as const;
  await world.play([...longerLists, { kind: 'sync', order: 0, crash: null, meanwhile }]);
  expect(world.systems.master.get('m1')?.attributes).toMatchObject({ tags: 'x; y; z', city: 'Celle' });
  expect(world.systems.replica.get('r1')?.attributes).toMatchObject({ their_tags: 'x; y; z', their_city: 'Celle' });
});

test('a first meeting that was refused is none: it does not matter who edits next', async () => {
  const world = await World.open(options);
  await world.play([
    ...refusedMeeting,
    { kind: 'edit', side: 'replica', record: 0, values: { surname: 'Maier' }, hinted: true },
    calmLook,
  ]);
  expect(world.systems.master.get('m1')?.attributes).toMatchObject({ rank: 'our', state: 'permanently_failed' });
});

test("I5: a person's word makes a record again once, also if the pass dies right after", async () => {
  let deaths = 0;
  for (const crash of crashes) {
    const world = await World.open({ ...options, unhurried: false });
    await world.play([...madeAgainOnAWord, look(crash)]);
    // Where nobody knows of the new record yet, it may just as well never have been made.
    if ((await world.store.links()).every(({ masterId }) => masterId !== 'm2')) continue;
    deaths += 1;
    const nextDay: Step = { kind: 'wait', seconds: 90_000 };
    await world.play([{ kind: 'delete', side: 'master', record: 1, hinted: true }, nextDay, calmLook, calmLook]);
    expect({ crash, made: world.systems.master.ids() }).toEqual({ crash, made: ['m1', 'm2'] });
  }
  expect(deaths).toBeGreaterThan(2);
});

const swappedWhileUnanswered: readonly Step[] = [
  ...made('master', { surname: 'Meier' }),
  { kind: 'edit', side: 'replica', record: 0, values: { city: 'Celle' }, hinted: true },
  { kind: 'edit', side: 'master', record: 0, values: { mood: 'a' }, hinted: true },
];
const swap: readonly Step[] = [
  { kind: 'edit', side: 'replica', record: 0, values: { city: null }, hinted: true },
  { kind: 'edit', side: 'master', record: 0, values: { city: 'Celle' }, hinted: true },
];

test('I3: a value that was never sent to the master is an edit of whoever typed it there', async () => {
  const world = await World.open({ ...options, unhurried: false });
  const lost: Step = { kind: 'fault', side: 'replica', faults: ['lost', 'lost'] };
  await world.play([...swappedWhileUnanswered, lost, calmLook, ...swap]);
  await world.calm();
  expect(world.systems.master.get('m1')?.attributes).toMatchObject({ city: 'Celle', mood: 'a' });
  expect(world.systems.replica.get('r1')?.attributes).toMatchObject({ their_city: 'Celle', their_mood: 'a' });
});

test('I4 I14: what was made for a record and never answered is not taken by another one with the same key', async () => {
  const create = (values: Record<string, string>): Step => ({ kind: 'create', side: 'master', values, hinted: false });
  const typed = (account: string | null): Step => ({
    ...{ kind: 'edit', side: 'master', record: 1, values: { account }, hinted: false },
  });
  const world = await World.open({ ...options, unhurried: false });
  await world.play([
    ...[create({ account: '18' }), create({}), typed('18')],
    { kind: 'fault', side: 'replica', faults: ['lost', 'lost', 'lost'] },
    { kind: 'hint', side: 'master', record: 1, byPerson: false },
    calmLook,
    typed(null),
  ]);
  await world.calm();
  expect(world.systems.replica.get('r1')?.attributes).toMatchObject({ their_partner: 'm2' });
  expect(world.systems.master.get('m2')?.attributes).toMatchObject({ number: 'r1', state: 'clean' });
  expect(world.systems.master.get('m1')?.attributes).toMatchObject({ number: 'r2', state: 'clean' });
  expect(world.systems.replica.ids()).toEqual(['r1', 'r2']);
});

test('I3: a write that was never answered may come back with a restored record: what was typed meanwhile is not lost', async () => {
  const typed = (salutation: string, hinted: boolean): Step => ({
    ...{ kind: 'edit', side: 'master', record: 0, values: { salutation }, hinted },
  });
  const world = await World.open({ ...options, unhurried: false });
  await world.play([
    ...made('master', { salutation: 'Frau' }),
    { kind: 'fault', side: 'replica', faults: ['lost', 'lost'] },
    ...[typed('Dr.', true), calmLook],
    { kind: 'delete', side: 'replica', record: 0, hinted: false },
    ...[{ kind: 'wait', seconds: 600 } as const, calmLook],
    { kind: 'restore', side: 'replica', record: 0 },
    typed('Frau', false),
  ]);
  await world.calm();
  expect(world.systems.master.get('m1')?.attributes).toMatchObject({ salutation: 'Frau' });
  expect(world.systems.replica.get('r1')?.attributes).toMatchObject({ their_salutation: 'Frau' });
  expect(await world.store.ledger()).toContainEqual(
    expect.objectContaining({ rule: 'first_sync_master_wins', losingValue: 'Dr.' }),
  );
});
