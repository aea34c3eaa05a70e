import { describe, expect, test } from '@jest/globals';
import { databasesUnderTest } from '../test/support/databases.ts';
import { at, everything, insertsInto, storeOf } from '../test/support/store.ts';
import { HintStore, type RoomByClass } from './hints.ts';
import { type Hint, type RecordRef, refOfKey, replicaKey } from './record-refs.ts';
import { PassStore } from './passes.ts';
import { PairStore } from './pairs.ts';
import { hints, links } from './schema.ts';

const pair = 'beteiligte';
const master = (recordId: string): RecordRef => ({ pair, side: 'master', recordId });
const replica = (recordId: string): RecordRef => ({ pair, side: 'replica', recordId });
const said = (ref: RecordRef, trigger: Hint['trigger'] = 'webhook'): Hint => ({ ...ref, trigger });
const owner = { owner: 'sync/beteiligte/m1', token: 'first', leaseMs: 60_000, isOurs: () => true };
const ids = (refs: readonly RecordRef[]): string[] => refs.map(({ recordId }) => recordId).sort();
const inOrder = (refs: readonly RecordRef[]): string[] => refs.map(({ recordId }) => recordId);

describe.each(databasesUnderTest())('the inbox on $name', (kind) => {
  const db = storeOf(kind);
  const inbox = () => new HintStore(db());
  const passes = () => new PassStore(db());
  const rows = async () => (await everything(db())).hints;

  describe('storing what was said', () => {
    test('a thousand entries with repetitions are one statement and one row per record', async () => {
      const batch = Array.from({ length: 1_000 }, (_, index) => said(master(`m${index % 700}`)));
      const statements = await insertsInto(db(), 'hints', () => inbox().add(batch, at(0)));
      expect(statements).toBe(1);
      expect(ids(await rows())).toEqual(ids([...new Set(batch.map(({ recordId }) => recordId))].map(master)));
    });

    test('a batch far above what a driver takes as single parameters is stored too', async () => {
      const batch = Array.from({ length: 20_000 }, (_, index) => said(master(`m${index}`)));
      const statements = await insertsInto(db(), 'hints', async () => {
        expect(await inbox().add(batch, at(0))).toHaveLength(20_000);
      });
      expect([statements, (await rows()).length]).toEqual([1, 20_000]);
    });

    test('an empty batch rings nobody', async () => {
      expect(await inbox().add([], at(0))).toEqual([]);
    });

    test('batches in opposite orders that arrive at the same time are all stored', async () => {
      const batch = Array.from({ length: 300 }, (_, index) => said(master(`m${index}`)));
      for (let round = 0; round < 10; round += 1) {
        const orders = [batch, batch.toReversed(), batch, batch.toReversed(), batch];
        const answers = orders.map((order, index) => inbox().add(order, at(round * 10 + index)));
        await expect(Promise.all(answers)).resolves.toHaveLength(5);
      }
      expect(await rows()).toHaveLength(300);
    });

    test('the same id on both sides and in two pairs stays apart', async () => {
      const everywhere = [said(master('1')), said(replica('1')), said({ ...master('1'), pair: 'other' })];
      expect(await inbox().add(everywhere, at(0))).toHaveLength(3);
      expect(await rows()).toHaveLength(3);
    });

    test('ids are kept to the letter, whatever characters they have', async () => {
      const odd = ["m'1", 'm"2', 'm\\3', 'ü', '{m,4}', 'null', ' '];
      await inbox().add(
        odd.map((id) => said(master(id))),
        at(0),
      );
      expect(ids(await rows())).toEqual([...odd].sort());
    });

    test('a person stays recognisable among later webhooks, in a batch and after it', async () => {
      await inbox().add([said(master('m1'), 'person'), said(master('m1'))], at(0));
      await inbox().add([said(master('m1'))], at(1));
      expect(await rows()).toMatchObject([{ trigger: 'person' }]);
    });
  });

  describe('ringing', () => {
    test('a burst about one record is one row and rings once', async () => {
      const rung: RecordRef[] = [];
      for (let event = 0; event < 100; event += 1) rung.push(...(await inbox().add([said(master('m1'))], at(event))));
      expect(rung).toEqual([master('m1')]);
      expect(await rows()).toHaveLength(1);
    });

    test('of a batch only those ring that were not waiting already', async () => {
      await inbox().add([said(master('m1')), said(master('m3'))], at(0));
      const rung = await inbox().add(
        ['m1', 'm2', 'm3', 'm4'].map((id) => said(master(id))),
        at(1),
      );
      expect(ids(rung)).toEqual(['m2', 'm4']);
    });

    test('what is said after a pass has noted the row rings again, once', async () => {
      await inbox().add([said(master('m1'))], at(0));
      await passes().begin({ pair, key: 'm1' }, owner, { definition: {}, loopWindowMs: 1 }, () => at(10));
      expect(await inbox().add([said(master('m1'))], at(20))).toEqual([master('m1')]);
      expect(await inbox().add([said(master('m1'))], at(30))).toEqual([]);
    });

    test('a record whose bell did not ring is rung by the next sweep and by the next event', async () => {
      await inbox().add([said(master('m1')), said(master('m2'))], at(0));
      await inbox().notRung([master('m1')]);
      expect(await inbox().takeDue(at(1), 10)).toEqual([said(master('m1'))]);
      await inbox().notRung([master('m2')]);
      expect(await inbox().add([said(master('m2'))], at(2))).toEqual([master('m2')]);
    });
  });

  describe('sweeping', () => {
    const unrung = async (ref: RecordRef, dueAt: Date, trigger?: Hint['trigger']) => {
      await inbox().add([said(ref, trigger)], dueAt);
      await inbox().notRung([ref]);
    };

    test('takes what is due, not what is due later', async () => {
      await unrung(master('now'), at(0));
      await unrung(master('later'), at(5_000));
      expect(await inbox().takeDue(at(4_999), 10)).toEqual([said(master('now'))]);
      expect(await inbox().takeDue(at(5_000), 10)).toEqual([said(master('later'))]);
    });

    test('what is held until a time of day is rung then, whatever a walk or a list says before', async () => {
      await inbox().addHeld([said(replica('r1'))], at(0), at(5_000));
      await inbox().add([said(replica('r1'), 'catch_up')], at(1_000));
      await inbox().addUnrung([said(replica('r1'), 'census')], at(2_000));
      await inbox().notRung([replica('r1')]);
      expect(await inbox().takeDue(at(4_999), 10)).toEqual([]);
      expect(await inbox().takeDue(at(5_000), 10)).toEqual([said(replica('r1'))]);
    });

    test('what is held is rung at once when a person asks for it', async () => {
      await inbox().addHeld([said(replica('r1'))], at(0), at(5_000));
      expect(await inbox().add([said(replica('r1'), 'person')], at(1_000))).toEqual([replica('r1')]);
    });

    test('what is due already is not held any more, and what is held is held again', async () => {
      await unrung(replica('due'), at(0));
      await inbox().addHeld([said(replica('due'))], at(1_000), at(5_000));
      await inbox().addHeld([said(replica('held'))], at(0), at(5_000));
      await inbox().addHeld([said(replica('held'))], at(1_000), at(6_000));
      expect(ids(await inbox().takeDue(at(4_999), 10))).toEqual(['due']);
      expect(ids(await inbox().takeDue(at(5_999), 10))).toEqual([]);
      expect(ids(await inbox().takeDue(at(6_000), 10))).toEqual(['held']);
    });

    test('what was rung is rung again only when nobody has come for 30 seconds', async () => {
      await inbox().add([said(master('m1'))], at(0));
      expect(await inbox().takeDue(at(30_000), 10)).toEqual([]);
      expect(await inbox().takeDue(at(30_001), 10)).toEqual([said(master('m1'))]);
      expect(await inbox().takeDue(at(60_001), 10)).toEqual([]);
      expect(await inbox().takeDue(at(60_002), 10)).toEqual([said(master('m1'))]);
    });

    test('the oldest come first', async () => {
      for (const [id, ms] of [
        ['c', 3],
        ['a', 1],
        ['d', 4],
        ['b', 2],
      ] as const)
        await unrung(master(id), at(ms));
      expect(inOrder(await inbox().takeDue(at(10), 2))).toEqual(['a', 'b']);
      expect(inOrder(await inbox().takeDue(at(10), 2))).toEqual(['c', 'd']);
    });

    test('the most urgent come first, and within a class of work the oldest', async () => {
      const ages = ['backfill', 'census', 'catch_up', 'retry', 'webhook', 'look_again', 'person'] as const;
      for (const [age, trigger] of ages.entries()) await unrung(master(trigger), at(age), trigger);
      const taken = await inbox().takeDue(at(10), 10);
      const urgency = ['person', 'retry', 'webhook', 'look_again', 'catch_up', 'census', 'backfill'];
      expect(taken.map(({ trigger }) => trigger)).toEqual(urgency);
      expect(inOrder(taken)).toEqual(urgency);
    });

    test('each class takes no more than its room, in which the more urgent ones count', async () => {
      for (let age = 0; age < 3; age += 1) {
        await unrung(master(`backfill${age}`), at(age), 'backfill');
        await unrung(master(`webhook${age}`), at(age), 'webhook');
      }
      const take = async (room: Partial<RoomByClass>) =>
        inOrder(
          await inbox().takeDue(
            at(10),
            { ...{ interactive: 4, webhook: 4, catch_up: 4, census: 4, backfill: 4 }, ...room },
            pair,
          ),
        );
      expect(await take({ webhook: 1, catch_up: 0, census: 0, backfill: 0 })).toEqual(['webhook0']);
      expect(await take({ backfill: 0 })).toEqual(['webhook1', 'webhook2']);
      expect(await take({ backfill: 0 })).toEqual([]);
      expect(await take({ backfill: 2 })).toEqual(['backfill0', 'backfill1']);
      expect(await take({})).toEqual(['backfill2']);
    });

    test('what a webhook said does not wait behind 27,000 records of a first import', async () => {
      const everything27k = Array.from({ length: 27_000 }, (_, index) => master(`m${index}`));
      await inbox().add(
        everything27k.map((ref) => said(ref, 'backfill')),
        at(0),
      );
      await inbox().notRung(everything27k);
      await unrung(master('m26999'), at(1_000), 'webhook');
      expect(await inbox().takeDue(at(2_000), 1, pair)).toEqual([said(master('m26999'))]);
    });

    test('of what walks and lists found as much is under way as was rung for and not answered yet', async () => {
      const underWay = (ms: number) => inbox().backgroundUnderWay(pair, at(ms));
      for (const trigger of ['backfill', 'census', 'catch_up', 'webhook'] as const)
        await inbox().add([said(master(trigger), trigger)], at(0));
      await unrung(master('waiting'), at(0), 'backfill');
      expect(await underWay(1)).toBe(3);
      expect(await inbox().backgroundUnderWay('other', at(1))).toBe(0);
      expect(await underWay(30_000)).toBe(0);
      await inbox().takeDue(at(30_001), 10);
      expect(await underWay(30_002)).toBe(4);
    });

    test('a record that a pass is busy with is left alone until its lease has ended, on either side', async () => {
      const lease = { leaseOwner: 'w', leaseToken: 't', leaseUntil: at(1_000) };
      await db()
        .insert(links)
        .values({ pair, masterId: 'm1', replicaId: 'r1', ...lease });
      // The other pair has records of the same ids, which nobody is busy with.
      for (const name of [pair, 'other']) {
        await unrung({ ...master('m1'), pair: name }, at(0));
        await unrung({ ...replica('r1'), pair: name }, at(0));
      }
      const free = await inbox().takeDue(at(999), 10);
      expect(free.map((ref) => ref.pair)).toEqual(['other', 'other']);
      expect(await inbox().takeDue(at(1_000), 10)).toHaveLength(2);
    });

    test('the records of a paused pair are not rung until it goes on', async () => {
      const stops = new PairStore(db());
      await stops.pause(pair, 'month end', at(0));
      await unrung(master('m1'), at(0));
      await unrung({ ...master('m2'), pair: 'other' }, at(0));
      expect(ids(await inbox().takeDue(at(60_000), 10))).toEqual(['m2']);
      await stops.resume(pair);
      expect(ids(await inbox().takeDue(at(60_000), 10))).toEqual(['m1']);
    });

    test('two sweepers at the same time never take the same record, and together all of them', async () => {
      const all = Array.from({ length: 400 }, (_, index) => master(`m${index}`));
      await inbox().add(
        all.map((ref) => said(ref)),
        at(0),
      );
      await db().update(hints).set({ rungAt: null });
      const taken: string[] = [];
      for (let round = 0; round < 10; round += 1) {
        const portions = await Promise.all(Array.from({ length: 4 }, () => inbox().takeDue(at(1), 20)));
        expect(portions.every((portion) => portion.length <= 20)).toBe(true);
        taken.push(...portions.flatMap(ids));
      }
      taken.push(...ids(await inbox().takeDue(at(1), 400)));
      expect(taken.sort()).toEqual(ids(all));
    });
  });

  describe('whose record it is', () => {
    test('a record of the replica belongs to its master as soon as it has one, in its own pair', async () => {
      await db()
        .insert(links)
        .values([
          { pair, masterId: 'm1', replicaId: 'r1' },
          { pair, replicaId: 'r2' },
          { pair: 'other', masterId: 'm3', replicaId: 'r3' },
        ]);
      const refs = [replica('r3'), master('m9'), replica('r1'), replica('r2'), replica('unknown')];
      const keys = (await inbox().owners(refs)).map(({ key }) => key);
      expect(keys).toEqual(['replica:r3', 'm9', 'm1', 'replica:r2', 'replica:unknown']);
      expect(await inbox().owners([])).toEqual([]);
    });

    test('a key names its side and id', () => {
      expect(refOfKey({ pair, key: replicaKey('17') })).toEqual(replica('17'));
      expect(refOfKey({ pair, key: 'm1' })).toEqual(master('m1'));
    });
  });

  test('the depth counts what waits and names when the oldest of the due ones came', async () => {
    expect(await inbox().depth(at(0))).toEqual({ waiting: 0, oldestDueAt: null });
    await inbox().add([said(master('m2'))], at(2_000));
    await inbox().add([said(master('m1'))], at(1_000));
    expect(await inbox().depth(at(500))).toEqual({ waiting: 2, oldestDueAt: null });
    expect(await inbox().depth(at(3_000))).toEqual({ waiting: 2, oldestDueAt: at(1_000) });
  });
});
