import { describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { databasesUnderTest } from '../test/support/databases.ts';
import { at, everything, plannedCreation, plannedWrite, storeOf } from '../test/support/store.ts';
import { HintStore } from './hints.ts';
import { LinkStore } from './links.ts';
import type { Link } from './link-rows.ts';
import { AttemptGivenUp, CreationInProgress, LeaseLost, PartnerBusy } from './pass-errors.ts';
import { type PassStart, PassStore } from './passes.ts';
import { PairStore } from './pairs.ts';
import { type HintTrigger, links } from './schema.ts';

const pair = 'beteiligte';
const leaseMs = 60_000;
const rules = { definition: {}, loopWindowMs: 3_600_000 };
const isOurs = (): boolean => true;
const byWorkflow = (key: string, token = 'first') => ({ owner: `sync/${pair}/${key}`, token, leaseMs, isOurs });

type Begun = Extract<PassStart, { kind: 'begun' }>;
function begun(start: PassStart): Begun {
  if (start.kind !== 'begun') throw new Error(`The pass did not begin: ${start.kind}`);
  return start;
}

describe.each(databasesUnderTest())('passes on $name', (kind) => {
  const db = storeOf(kind);
  const passes = () => new PassStore(db());
  const inbox = () => new HintStore(db());
  const stored = () => everything(db());
  const hint = (recordId: string, side: 'master' | 'replica' = 'master', ms = 0) =>
    inbox().add([{ pair, side, recordId, trigger: 'webhook' }], at(ms));
  const begin = async (key: string, token = 'first', ms = 0): Promise<Begun> =>
    begun(await passes().begin({ pair, key }, byWorkflow(key, token), rules, () => at(ms)));
  /** A record that was hinted, with its pass at work. */
  const atWork = async (id: string): Promise<Begun> => {
    await hint(id);
    return begin(id);
  };
  const linkOf = async (id: number): Promise<Link | undefined> =>
    (await db().select().from(links).where(eq(links.id, id)))[0];

  describe('beginning', () => {
    test('the first look at a record makes its row and notes what was said', async () => {
      await hint('m1');
      const { link, hints, planned } = await begin('m1');
      expect(link).toMatchObject({ pair, masterId: 'm1', replicaId: null, state: 'new' });
      expect([hints, planned]).toEqual([[{ side: 'master', seq: expect.any(Number), trigger: 'webhook' }], []]);
      expect((await stored()).links).toMatchObject([{ leaseToken: 'first', leaseUntil: at(leaseMs) }]);
    });

    test('a record that only the replica has is looked at under a key of its own', async () => {
      await hint('r1', 'replica');
      expect((await begin('replica:r1')).link).toMatchObject({ masterId: null, replicaId: 'r1' });
    });

    test('one look answers what was said about either side', async () => {
      await db().insert(links).values({ pair, masterId: 'm1', replicaId: 'r1' });
      await hint('m1');
      await hint('r1', 'replica');
      const { hints } = await begin('m1');
      expect(hints.map(({ side }) => side).sort()).toEqual(['master', 'replica']);
    });

    test('without a hint there is nothing to do, and no row is made', async () => {
      expect(await passes().begin({ pair, key: 'm1' }, byWorkflow('m1'), rules, () => at(0))).toEqual({
        kind: 'nothing',
      });
      await db().insert(links).values({ pair, masterId: 'm2' });
      const before = await stored();
      expect(await passes().begin({ pair, key: 'm2' }, byWorkflow('m2'), rules, () => at(0))).toEqual({
        kind: 'nothing',
      });
      expect(await stored()).toEqual(before);
    });

    test('a paused pair is told so, with the reason, and nothing is touched', async () => {
      await hint('m1');
      await new PairStore(db()).pause(pair, 'month end', at(0));
      const before = await stored();
      const start = await passes().begin({ pair, key: 'm1' }, byWorkflow('m1'), rules, () => at(0));
      expect(start).toEqual({ kind: 'paused', reason: 'month end' });
      expect(await stored()).toEqual(before);
    });

    test('the workflow of a replica record that has a master by now hands over, and the next sweep rings there', async () => {
      await hint('r1', 'replica');
      await db().insert(links).values({ pair, masterId: 'm1', replicaId: 'r1' });
      const start = await passes().begin({ pair, key: 'replica:r1' }, byWorkflow('replica:r1'), rules, () => at(0));
      expect(start).toEqual({ kind: 'moved', key: 'm1' });
      const due = await inbox().takeDue(at(1), 10);
      expect(await inbox().owners(due)).toEqual([{ pair, key: 'm1' }]);
    });

    test('a workflow that may not go on after its attempt had died does not keep a later one waiting', async () => {
      const { link } = await atWork('m1');
      await new PairStore(db()).pause(pair, 'month end', at(1));
      expect((await passes().begin({ pair, key: 'm1' }, byWorkflow('m1', 'second'), rules, () => at(2))).kind).toBe(
        'paused',
      );
      expect(await linkOf(link.id)).toMatchObject({ leaseOwner: null, leaseUntil: null });
    });

    test('a workflow that handed over after its attempt had died does not keep the next one waiting', async () => {
      await hint('r1', 'replica');
      const { link } = await begin('replica:r1');
      await passes().settle(link, 'first', [], { masterId: 'm1' }, at(1));
      const again = byWorkflow('replica:r1', 'second');
      expect((await passes().begin({ pair, key: 'replica:r1' }, again, rules, () => at(2))).kind).toBe('moved');
      expect((await passes().begin({ pair, key: 'm1' }, byWorkflow('m1'), rules, () => at(3))).kind).toBe('begun');
    });

    test('what an earlier attempt had planned is handed to the next one', async () => {
      const { link } = await atWork('m1');
      await passes().plan(link, 'first', [plannedWrite({ field: 'a' }), plannedWrite({ field: 'b' })]);
      expect((await begin('m1', 'second')).planned.map(({ field }) => field)).toEqual(['a', 'b']);
    });
  });

  describe('the lease', () => {
    test('a new attempt of the same workflow takes over at once', async () => {
      const { link } = await atWork('m1');
      await begin('m1', 'second', 1);
      await expect(passes().confirm(link, 'second')).resolves.toBeUndefined();
      await expect(passes().confirm(link, 'first')).rejects.toBeInstanceOf(LeaseLost);
    });

    test('another workflow takes over only after the lease has ended', async () => {
      await atWork('m1');
      const stranger = { owner: 'another workflow', token: 'other', leaseMs, isOurs };
      const before = await stored();
      expect(await passes().begin({ pair, key: 'm1' }, stranger, rules, () => at(leaseMs - 1))).toEqual({
        kind: 'busy',
      });
      expect(await stored()).toEqual(before);
      expect(await passes().begin({ pair, key: 'm1' }, stranger, rules, () => at(leaseMs))).toMatchObject({
        kind: 'begun',
      });
    });

    test('two workflows that begin at the same moment: one gets the record', async () => {
      await hint('m1');
      const starts = await Promise.all(
        ['one', 'two', 'three'].map((owner) =>
          passes().begin({ pair, key: 'm1' }, { owner, token: owner, leaseMs, isOurs }, rules, () => at(0)),
        ),
      );
      expect(starts.map((start) => start.kind).sort()).toEqual(['begun', 'busy', 'busy']);
    });

    test.each(['a record that no pass has seen yet', 'a record that is known'])(
      'an attempt that Temporal may have given up takes none: %s stays as it is, for others at once',
      async (which) => {
        if (which === 'a record that is known') await db().insert(links).values({ pair, masterId: 'm1' });
        await hint('m1');
        const before = await stored();
        const stale = { ...byWorkflow('m1', 'stale'), isOurs: () => false };
        const start = passes().begin({ pair, key: 'm1' }, stale, rules, () => at(0));
        await expect(start).rejects.toBeInstanceOf(AttemptGivenUp);
        expect(await stored()).toEqual(before);
        const stranger = { owner: 'another workflow', token: 'other', leaseMs, isOurs };
        const next = await passes().begin({ pair, key: 'm1' }, stranger, rules, () => at(1));
        expect(next).toMatchObject({ kind: 'begun', hints: [{ side: 'master' }] });
      },
    );

    test('it lasts from the moment in which it is taken, however long the pass had to wait for that', async () => {
      await hint('m1');
      let ms = 0;
      const slow = {
        ...byWorkflow('m1'),
        isOurs: () => {
          ms = 40_000;
          return true;
        },
      };
      const { link } = begun(await passes().begin({ pair, key: 'm1' }, slow, rules, () => at(ms)));
      expect(await linkOf(link.id)).toMatchObject({ leaseUntil: at(40_000 + leaseMs) });
    });

    describe('an attempt that has lost it', () => {
      const late: Record<string, (pass: Begun, rowId: number) => Promise<unknown>> = {
        'asks before a write': ({ link }) => passes().confirm(link, 'first'),
        'plans a write': ({ link }) => passes().plan(link, 'first', [plannedWrite()]),
        'records a fate': ({ link }, id) =>
          passes().settle(link, 'first', [{ id, state: 'written' }], { state: 'linked', replicaId: 'r1' }, at(2)),
        'wants to end': ({ link, hints }, id) =>
          passes().finish(
            link,
            'first',
            {
              rows: [{ id, state: 'written' }],
              changes: { state: 'linked' },
              conflicts: null,
              noted: hints,
              hints: { kind: 'done' },
            },
            at(2),
          ),
      };
      test.each(Object.keys(late))('%s: it is refused and nothing of it is stored', async (name) => {
        const pass = await atWork('m1');
        const [rowId = 0] = await passes().plan(pass.link, 'first', [plannedWrite()]);
        await begin('m1', 'second', 1);
        const before = await stored();
        await expect(late[name]!(pass, rowId)).rejects.toMatchObject({ code: 'lease_lost' });
        expect(await stored()).toEqual(before);
      });
    });
  });

  describe('ending', () => {
    const finish = ({ link, hints: noted }: Begun, hints: Parameters<PassStore['finish']>[2]['hints']) =>
      passes().finish(
        link,
        'first',
        { rows: [], changes: { state: 'linked', lastVerdict: 'no_change' }, conflicts: null, noted, hints },
        at(50),
      );

    test('the hint is gone, the lease is free and the record has what the pass learned', async () => {
      const pass = await atWork('m1');
      const [rowId = 0] = await passes().plan(pass.link, 'first', [plannedWrite()]);
      const rows = [{ id: rowId, state: 'written' }] as const;
      const changes = { state: 'linked', replicaId: 'r1' } as const;
      await passes().finish(
        pass.link,
        'first',
        { rows, changes, conflicts: null, noted: pass.hints, hints: { kind: 'done' } },
        at(50),
      );
      const {
        hints,
        ledger,
        links: [link],
      } = await stored();
      expect(hints).toEqual([]);
      expect(link).toMatchObject({ ...changes, leaseToken: null, leaseUntil: null, revision: 1, updatedAt: at(50) });
      expect(ledger).toMatchObject([{ state: 'written', settledAt: at(50) }]);
    });

    test('what was said while the pass ran stays, and is looked at next', async () => {
      const pass = await atWork('m1');
      await hint('m1', 'master', 20);
      await finish(pass, { kind: 'done' });
      expect((await stored()).hints).toMatchObject([{ recordId: 'm1', dueAt: at(20) }]);
      expect((await begin('m1', 'second', 60)).hints).toHaveLength(1);
    });

    test('a newer hint is not put off by the end of a pass that has to wait', async () => {
      const pass = await atWork('m1');
      await hint('m1', 'master', 20);
      await finish(pass, { kind: 'due', at: at(90_000) });
      expect((await stored()).hints).toMatchObject([{ dueAt: at(20), trigger: 'webhook' }]);
    });

    test.each([
      ['due', 'retry'],
      ['look_again', 'look_again'],
    ] as const)('a pass that ends with %s keeps its hint until then, for the sweeper', async (end, trigger) => {
      await finish(await atWork('m1'), { kind: end, at: at(5_000) });
      expect((await stored()).hints).toMatchObject([{ dueAt: at(5_000), rungAt: null, trigger }]);
      expect(await inbox().takeDue(at(4_999), 10)).toEqual([]);
      expect(await inbox().takeDue(at(5_000), 10)).toHaveLength(1);
    });

    test('a pass that noted nothing deletes nothing', async () => {
      const pass = await atWork('m1');
      await finish({ ...pass, hints: [] }, { kind: 'done' });
      expect((await stored()).hints).toHaveLength(1);
    });

    test('a fate that is known is not changed afterwards', async () => {
      const { link } = await atWork('m1');
      const [id = 0] = await passes().plan(link, 'first', [plannedWrite()]);
      await passes().settle(link, 'first', [{ id, state: 'written' }], {}, at(1));
      await passes().settle(link, 'first', [{ id, state: 'dropped' }], {}, at(2));
      expect((await stored()).ledger).toMatchObject([{ state: 'written', settledAt: at(1) }]);
    });
  });

  describe('creations of the same thing', () => {
    test('exclude each other while one is open, and leave nothing of the second', async () => {
      const [one, other] = [await atWork('m1'), await atWork('m2')];
      const [id = 0] = await passes().plan(one.link, 'first', [plannedCreation('Meier 2001-01-05')]);
      const before = await stored();
      const second = [plannedWrite(), plannedCreation('Meier 2001-01-05', { plannedAt: at(1) })];
      const refused = { code: 'creation_in_progress', since: at(0) };
      await expect(passes().plan(other.link, 'first', second)).rejects.toMatchObject(refused);
      expect(await stored()).toEqual(before);
      await passes().settle(one.link, 'first', [{ id, state: 'dropped' }], {}, at(1));
      await expect(passes().plan(other.link, 'first', second)).resolves.toHaveLength(2);
    });

    test('of two at the same moment one is told to wait', async () => {
      const [one, other] = [await atWork('m1'), await atWork('m2')];
      const plans = [one, other].map(({ link }) => passes().plan(link, 'first', [plannedCreation('Meier')]));
      const answers = await Promise.allSettled(plans);
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = answers.find((answer) => answer.status === 'rejected');
      expect(refused?.reason).toBeInstanceOf(CreationInProgress);
    });

    test('do not exclude another thing, the other side, or writes', async () => {
      const { link } = await atWork('m1');
      await passes().plan(link, 'first', [plannedCreation('Meier')]);
      const free = [plannedCreation('Schulz'), plannedCreation('Meier', { side: 'master' }), plannedWrite()];
      await expect(passes().plan(link, 'first', free)).resolves.toHaveLength(3);
    });
  });

  describe('a record that takes the place of one that is gone', () => {
    const replaced = async (trigger: HintTrigger = 'webhook') => {
      const known = { pair, masterId: 'm1', replicaId: 'r1' };
      await db().insert(links).values(known);
      await inbox().add([{ pair, side: 'master', recordId: 'm1', trigger }], at(0));
      return begin('m1');
    };
    const triggers = async () => (await stored()).hints.map(({ recordId, trigger }) => [recordId, trigger]);

    test('is looked at if the pass dies: what was said about the former one goes on under its id', async () => {
      const { link } = await replaced('person');
      await passes().settle(link, 'first', [], { masterId: 'm2' }, at(1));
      expect(await triggers()).toEqual([['m2', 'person']]);
      expect(await inbox().takeDue(at(leaseMs - 1), 10)).toEqual([]);
      expect(await inbox().takeDue(at(leaseMs), 10)).toMatchObject([{ pair, side: 'master', recordId: 'm2' }]);
      const { hints } = begun(
        await passes().begin({ pair, key: 'm2' }, byWorkflow('m2', 'next'), rules, () => at(leaseMs)),
      );
      expect(hints).toMatchObject([{ side: 'master', trigger: 'person' }]);
    });

    test('leaves nothing for the workflow of the former one', async () => {
      const { link } = await replaced();
      await passes().settle(link, 'first', [], { masterId: 'm2' }, at(1));
      expect(await passes().begin({ pair, key: 'm1' }, byWorkflow('m1', 'next'), rules, () => at(2))).toEqual({
        kind: 'nothing',
      });
      expect((await stored()).links).toHaveLength(1);
    });

    test('is done with what was said when the pass ends well', async () => {
      const { link, hints } = await replaced();
      await passes().settle(link, 'first', [], { replicaId: 'r2', masterId: 'm2' }, at(1));
      const end = { rows: [], changes: {}, conflicts: null, noted: hints, hints: { kind: 'done' } } as const;
      await passes().finish(link, 'first', end, at(2));
      expect((await stored()).hints).toEqual([]);
    });

    test("may have been spoken of already: one row stays, with the stronger wish, and is not this pass's to delete", async () => {
      const { link, hints } = await replaced('person');
      await hint('m2', 'master', 1);
      await hint('m1', 'replica', 1);
      await passes().settle(link, 'first', [], { masterId: 'm2' }, at(2));
      expect(await triggers()).toEqual([
        ['m2', 'person'],
        ['m1', 'webhook'],
      ]);
      const end = { rows: [], changes: {}, conflicts: null, noted: hints, hints: { kind: 'done' } } as const;
      await passes().finish(link, 'first', end, at(3));
      expect((await stored()).hints).toHaveLength(2);
    });

    test('has no say in rows of other pairs, and a first partner replaces nobody', async () => {
      const { link } = await replaced();
      await inbox().add([{ pair: 'contacts', side: 'master', recordId: 'm1', trigger: 'webhook' }], at(0));
      await passes().settle(link, 'first', [], { masterId: 'm1', replicaId: 'r1' }, at(1));
      await passes().settle({ ...link, masterId: null }, 'first', [], { masterId: 'm2' }, at(1));
      expect(await triggers()).toEqual([
        ['m1', 'webhook'],
        ['m1', 'webhook'],
      ]);
    });
  });

  describe('a partner that stood alone', () => {
    /** The replica's record `r1` had a row and a history before anybody knew whose it is. */
    const aloneBefore = async (): Promise<Begun> => {
      await hint('r1', 'replica');
      const alone = await begin('replica:r1');
      await passes().plan(alone.link, 'first', [plannedCreation('Meier', { side: 'master' })]);
      return alone;
    };
    const end = ({ link, hints: noted }: Begun) =>
      passes().finish(
        link,
        'first',
        { rows: [], changes: {}, conflicts: null, noted, hints: { kind: 'due', at: at(5_000) } },
        at(10),
      );

    test('becomes part of the row that finds it, history included', async () => {
      await end(await aloneBefore());
      const { link } = await atWork('m1');
      await passes().settle(link, 'first', [], { replicaId: 'r1', state: 'linked' }, at(20));
      const { links: all, ledger } = await stored();
      expect(all).toMatchObject([{ id: link.id, masterId: 'm1', replicaId: 'r1', leaseToken: 'first' }]);
      expect(ledger).toMatchObject([{ linkId: link.id, action: 'create' }]);
    });

    test('and so does a master record that the row of a replica record finds', async () => {
      await db().insert(links).values({ pair, masterId: 'm1' });
      await hint('r1', 'replica');
      const { link } = await begin('replica:r1');
      await passes().settle(link, 'first', [], { masterId: 'm1', state: 'linked' }, at(20));
      expect((await stored()).links).toMatchObject([{ id: link.id, masterId: 'm1', replicaId: 'r1' }]);
    });

    test('is left alone while its own pass is at work', async () => {
      const alone = await aloneBefore();
      const finder = await atWork('m1');
      const [id = 0] = await passes().plan(finder.link, 'first', [plannedWrite()]);
      const rows = [{ id, state: 'written' }] as const;
      const changes = { replicaId: 'r1', state: 'linked' } as const;
      const before = await stored();
      const settled = passes().settle(finder.link, 'first', rows, changes, at(20));
      await expect(settled).rejects.toBeInstanceOf(PartnerBusy);
      const last = { rows, changes, conflicts: null, noted: finder.hints, hints: { kind: 'done' } } as const;
      await expect(passes().finish(finder.link, 'first', last, at(20))).rejects.toMatchObject({ code: 'partner_busy' });
      expect(await stored()).toEqual(before);
      await end(alone);
      await expect(passes().finish(finder.link, 'first', last, at(30))).resolves.toBeUndefined();
      expect(await linkOf(alone.link.id)).toBeUndefined();
    });

    test('a record of another pair with the same id stays', async () => {
      await db().insert(links).values({ pair: 'other', replicaId: 'r1' });
      const { link } = await atWork('m1');
      await passes().settle(link, 'first', [], { replicaId: 'r1' }, at(20));
      expect((await stored()).links).toHaveLength(2);
    });

    test('a record that has a partner already is not taken from it', async () => {
      await db().insert(links).values({ pair, masterId: 'm9', replicaId: 'r1' });
      const { link } = await atWork('m1');
      const before = await stored();
      await expect(passes().settle(link, 'first', [], { replicaId: 'r1' }, at(20))).rejects.toThrow();
      expect(await stored()).toEqual(before);
      const taken = await new LinkStore(db()).taken(pair, 'replica', ['r1', 'r2'], link.id);
      expect([...taken]).toEqual(['r1']);
    });
  });
});
