import { beforeEach, describe, expect, test } from '@jest/globals';
import { defaultProbeLadderMs } from '../engine/circuit.ts';
import { beteiligte, ignoredByAdvoware } from '../mappers/beteiligte.ts';
import { databasesUnderTest } from '../test/support/databases.ts';
import { storeOf } from '../test/support/store.ts';
import { CircuitStore, type SystemTrouble } from './circuits.ts';
import type { Database } from './database.ts';
import { HintStore } from './hints.ts';
import { PairStore } from './pairs.ts';
import { hints as hintRows, links, notifications, type StoredFailure } from './schema.ts';

const start = new Date('2026-11-21T09:12:00Z');
const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1_000);
const trouble = (given: Partial<SystemTrouble> = {}): SystemTrouble => ({
  code: 'unavailable',
  message: 'not reachable',
  told: 'Waiting for Advoware',
  askedForMs: null,
  excusesRecords: false,
  ...given,
});
const failed = (code: StoredFailure['code'], at: Date): StoredFailure => ({
  code,
  system: 'Advoware',
  message: '',
  at: at.toISOString(),
  seen: {},
});

describe.each(databasesUnderTest())('circuits on $name', (kind) => {
  const database = storeOf(kind);
  let circuits: CircuitStore;
  let hints: HintStore;
  beforeEach(async () => {
    circuits = new CircuitStore(database());
    hints = new HintStore(database());
    const pair = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
    await new PairStore(database()).introduce(pair, {}, start);
  });
  const hinted = async (...ids: readonly string[]) =>
    hints.add(
      ids.map((recordId) => ({ pair: 'beteiligte', side: 'master', recordId, trigger: 'webhook' }) as const),
      start,
    );
  const due = async (now: Date) => (await hints.takeDue(now, 100)).map(({ recordId }) => recordId);
  const linkOf = async (db: Database, masterId: string) =>
    (await db.select().from(links)).find((link) => link.masterId === masterId)!;

  test('one of many opens it and tells it; the others learn that it is open', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => new CircuitStore(database()).open('Advoware', trouble(), start)),
    );
    expect(outcomes.sort()).toEqual(['opened', 'was_open', 'was_open', 'was_open', 'was_open']);
    expect(await database().select().from(notifications)).toMatchObject([
      { kind: 'circuit_opened', system: 'Advoware', message: 'Waiting for Advoware' },
    ]);
  });

  test('each turn to ask is given to one process, and to another if that one dies', async () => {
    await circuits.open('Advoware', trouble(), start);
    expect(await circuits.takeProbes(later(14), 60_000)).toEqual([]);
    const turns = await Promise.all([1, 2, 3].map(() => new CircuitStore(database()).takeProbes(later(15), 60_000)));
    expect(turns.flat()).toHaveLength(1);
    expect(await circuits.takeProbes(later(74), 60_000)).toEqual([]);
    expect(await circuits.takeProbes(later(75), 60_000)).toHaveLength(1);
  });

  test('asked in vain it is asked ever more rarely, every quarter of an hour at last', async () => {
    await circuits.open('Advoware', trouble(), start);
    const waits: number[] = [];
    for (let time = start; waits.length < 8;) {
      const [circuit] = await circuits.list();
      waits.push(circuit!.nextProbeAt.getTime() - time.getTime());
      time = circuit!.nextProbeAt;
      const [turn] = await circuits.takeProbes(time, 60_000);
      await circuits.stillOpen(turn!, time);
    }
    expect(waits).toEqual([...defaultProbeLadderMs, 900_000, 900_000]);
  });

  test('one that comes and goes is told once and asked once a minute at the least', async () => {
    const outcomes: string[] = [];
    const waits: number[] = [];
    for (let seconds = 0; seconds < 200; seconds += 40) {
      outcomes.push(await circuits.open('Advoware', trouble(), later(seconds)));
      const [circuit] = await circuits.list();
      waits.push((circuit!.nextProbeAt.getTime() - later(seconds).getTime()) / 1_000);
      await circuits.close('Advoware', 'back', later(seconds + 20));
    }
    expect(outcomes).toEqual(['opened', 'reopened', 'reopened', 'reopened', 'reopened']);
    expect(waits).toEqual([15, 30, 60, 60, 60]);
    const told = await database().select().from(notifications);
    expect(told.filter(({ kind: what }) => what === 'circuit_opened')).toHaveLength(1);
  });

  test('while it is open hints are stored and not rung; then they are, the oldest first', async () => {
    await hinted('before');
    await circuits.open('Advoware', trouble(), start);
    expect(await hinted('meanwhile')).toEqual([]);
    expect(await due(later(3_600))).toEqual([]);
    await circuits.close('Advoware', 'back', later(3_600));
    expect((await due(later(3_601))).sort()).toEqual(['before', 'meanwhile']);
  });

  test("another system's trouble holds nobody back here", async () => {
    await circuits.open('Productive', trouble(), start);
    expect(await hinted('one')).toHaveLength(1);
  });

  test('what failed in the last minute is excused, given up or not; older failures and others are not', async () => {
    const row = { pair: 'beteiligte', attempts: 5, syncedAt: start } as const;
    await database()
      .insert(links)
      .values([
        { ...row, masterId: 'given up', state: 'parked', failure: failed('record_failed', start) },
        { ...row, masterId: 'waiting', state: 'linked', attempts: 2, failure: failed('record_failed', start) },
        { ...row, masterId: 'older', state: 'parked', failure: failed('record_failed', later(-61)) },
        { ...row, masterId: 'refused', state: 'parked', failure: failed('rejected', start) },
      ]);
    await circuits.open('Advoware', trouble({ excusesRecords: true }), later(1));
    expect(await linkOf(database(), 'given up')).toMatchObject({ state: 'linked', attempts: 4 });
    expect(await linkOf(database(), 'waiting')).toMatchObject({ state: 'linked', attempts: 1 });
    expect(await linkOf(database(), 'older')).toMatchObject({ state: 'parked', attempts: 5 });
    expect(await linkOf(database(), 'refused')).toMatchObject({ state: 'parked', attempts: 5 });
    await circuits.close('Advoware', 'back', later(20));
    expect(await due(later(21))).toEqual(['given up']);
  });

  test('closing ends the waits that it caused, but not the wait for a write that may still land', async () => {
    await hinted('counted', 'in flight');
    const wait = { pair: 'beteiligte', state: 'linked', nextAttemptAt: later(900) } as const;
    await database()
      .insert(links)
      .values([
        { ...wait, masterId: 'counted', failure: failed('record_failed', start) },
        { ...wait, masterId: 'in flight', failure: failed('ambiguous_write', start) },
      ]);
    await database()
      .update(hintRows)
      .set({ dueAt: later(900), rungAt: null });
    await circuits.open('Advoware', trouble(), start);
    await circuits.close('Advoware', 'back', later(20));
    expect(await due(later(21))).toEqual(['counted']);
    expect(await linkOf(database(), 'in flight')).toMatchObject({ nextAttemptAt: later(900) });
  });

  test('a pause that the system asks for is told to nobody', async () => {
    await circuits.open('Advoware', trouble({ code: 'rate_limited', askedForMs: 40_000 }), start);
    expect((await circuits.list())[0]).toMatchObject({ nextProbeAt: later(40) });
    await circuits.close('Advoware', 'back', later(40));
    expect(await database().select().from(notifications)).toEqual([]);
  });
});
