import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeletePolicy } from '../engine/deletion.ts';
import type { PairDefinition } from '../engine/pair.ts';
import { contacts } from '../mappers/contacts.ts';
import type { OpenDatabase } from '../store/database.ts';
import { databasesUnderTest } from '../test/support/databases.ts';
import { openDatabase } from '../test/support/house.ts';
import { Offices, type OfficesOptions } from '../test/support/offices.ts';

const anna = { lastName: 'Meier', firstName: 'Anna', emailAddress: 'anna@example.com' };

/** The pair with other rules for a record whose partner was deleted. */
const when = (master: DeletePolicy, replica: DeletePolicy, budget = {}): PairDefinition => {
  const pair: PairDefinition = contacts();
  return {
    ...pair,
    deletion: { ...pair.deletion, of: { master, replica }, budget: { ...pair.deletion.budget, ...budget } },
  };
};

describe.each(databasesUnderTest())('two EspoCRMs, on $name', (kind) => {
  let offices: Offices;
  let database: OpenDatabase;
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    database = opened.database;
  });
  afterAll(() => opened.drop());
  beforeEach(async () => {
    offices = await Offices.open({ database });
  });
  afterEach(() => offices.close());
  const reopened = async (options: Omit<OfficesOptions, 'database'>) => {
    await offices.close();
    offices = await Offices.open({ ...options, database });
  };
  const inFirst = (id: string) => offices.read('master', id);
  const inSecond = (id: string) => offices.read('replica', id);
  const done = (verdict: string) => ({ kind: 'done', verdict });

  describe('values that come back different cause no second write', () => {
    test('a telephone number, an e-mail address in capitals, line ends and white space', async () => {
      const { id, twin } = await offices.linked({
        ...anna,
        firstName: ' Anna ',
        emailAddress: 'Anna@Example.com',
        phoneNumber: '+49 (511) 12345-0',
        addressStreet: 'Hof 1\r\nHinterhaus',
      });
      expect(inSecond(twin)).toMatchObject({ firstName: 'Anna', phoneNumber: '+49511123450' });
      const mark = offices.mark();
      expect((await offices.sync(id, 'person')).outcome).toEqual(done('no_change'));
      expect((await offices.sync(`replica:${twin}`)).outcome).toMatchObject({ kind: 'moved' });
      expect((await offices.sync(id)).outcome).toEqual(done('no_change'));
      const sent = [offices.crm.master, offices.crm.replica].map(({ requests }, index) =>
        requests.count({ since: index === 0 ? mark.master : mark.replica, method: 'PUT' }),
      );
      expect(sent).toEqual([0, 0]);
    });

    test('two edits in the same second: the version is the same, the content is not', async () => {
      const { id, twin } = await offices.linked(anna);
      offices.crm.replica.silentUpdate('Contact', twin, { firstName: 'Anne' });
      expect((await offices.sync(id, 'person')).outcome).toEqual(done('replica_newer'));
      expect(inFirst(id)).toMatchObject({ firstName: 'Anne' });
    });
  });

  describe('policies by group', () => {
    test('consent: yes if either side says so', async () => {
      const { id, twin } = await offices.linked({ ...anna, doNotCall: false });
      offices.crm.master.update('Contact', id, { lastName: 'Maier' });
      offices.crm.replica.update('Contact', twin, { doNotCall: true });
      await offices.sync(id);
      expect([inFirst(id)!['doNotCall'], inSecond(twin)!['doNotCall'], inSecond(twin)!['lastName']]).toEqual([
        true,
        true,
        'Maier',
      ]);
    });

    test('contact data: the newest edit wins, and the losing value is kept', async () => {
      const { id, twin } = await offices.linked({ ...anna, addressCity: 'Hannover' });
      await offices.close();
      let now = new Date('2031-05-06T10:00:00Z');
      await reopened({ crms: { master: { now: () => now }, replica: { now: () => now } } });
      const again = await offices.linked({ ...anna, addressCity: 'Hannover' });
      expect([id, twin]).not.toContain(again.id);
      now = new Date('2031-05-06T11:00:00Z');
      offices.crm.master.update('Contact', again.id, { addressCity: 'Celle' });
      now = new Date('2031-05-06T11:01:00Z');
      offices.crm.replica.update('Contact', again.twin, { addressCity: 'Peine' });
      expect((await offices.sync(again.id)).outcome).toEqual(done('conflict'));
      expect(inFirst(again.id)).toMatchObject({ addressCity: 'Peine' });
      expect((await offices.stored().ledger()).at(-1)).toMatchObject({
        rule: 'newest_replica_wins',
        losingValue: 'Celle',
      });
    });
  });

  describe('a field that only a person may settle', () => {
    const contested = async () => {
      const couple = await offices.linked({ ...anna, description: 'old' });
      offices.crm.master.update('Contact', couple.id, { description: 'mine', lastName: 'Maier' });
      offices.crm.replica.update('Contact', couple.twin, { description: 'theirs' });
      const { outcome } = await offices.sync(couple.id);
      return { ...couple, outcome };
    };

    test('is stored with both values and the base; nothing is written for it, everything else is', async () => {
      const { id, twin, outcome } = await contested();
      expect(outcome).toEqual(done('conflict'));
      expect([inFirst(id)!['description'], inSecond(twin)!['description'], inSecond(twin)!['lastName']]).toEqual([
        'mine',
        'theirs',
        'Maier',
      ]);
      expect(await offices.stored().conflicts()).toMatchObject([
        { field: 'description', valueMaster: 'mine', valueReplica: 'theirs', baseMaster: 'old', state: 'open' },
      ]);
      expect(inFirst(id)).toMatchObject({
        cSyncStatus: 'conflict',
        cSyncMessage: expect.stringContaining('description'),
      });
    });

    test('looking again opens no second conflict and writes nothing', async () => {
      const { id } = await contested();
      const mark = offices.mark();
      await offices.sync(id, 'person');
      expect([await offices.stored().conflicts(), offices.calls(mark)]).toMatchObject([{ length: 1 }, 2]);
    });

    test.each([
      [{ kind: 'take', side: 'replica' }, 'theirs', 'decided_replica'],
      [{ kind: 'take', side: 'master' }, 'mine', 'decided_master'],
      [{ kind: 'value', value: 'both' }, 'both', 'decided_value'],
    ] as const)('%j is carried out by a normal pass that cites it', async (resolution, value, rule) => {
      const { id, twin } = await contested();
      const [conflict] = await offices.stored().conflicts();
      await offices.conflicts.decide({ ids: [conflict!.id] }, { resolution, by: 'anna', now: offices.now() });
      await offices.sync(id, 'person');
      expect([inFirst(id)!['description'], inSecond(twin)!['description']]).toEqual([value, value]);
      expect(inFirst(id)).toMatchObject({ cSyncStatus: 'clean', cSyncMessage: null });
      expect(await offices.stored().conflicts()).toMatchObject([{ state: 'resolved', decidedBy: 'anna' }]);
      const cited = (await offices.stored().ledger()).filter(({ conflictId }) => conflictId === conflict!.id);
      expect(new Set(cited.map((row) => row.rule))).toEqual(new Set([rule]));
    });

    test('closes by itself when an edit makes both sides equal', async () => {
      const { id, twin } = await contested();
      offices.crm.replica.update('Contact', twin, { description: 'mine' });
      expect((await offices.sync(id)).outcome).toEqual(done('no_change'));
      expect(await offices.stored().conflicts()).toMatchObject([{ state: 'vanished' }]);
      expect(inFirst(id)).toMatchObject({ cSyncStatus: 'clean' });
    });

    test('a decision about values that somebody has changed since decides nothing', async () => {
      const { id, twin } = await contested();
      const [conflict] = await offices.stored().conflicts();
      const resolution = { kind: 'take', side: 'master' } as const;
      await offices.conflicts.decide({ ids: [conflict!.id] }, { resolution, by: 'anna', now: offices.now() });
      offices.crm.replica.update('Contact', twin, { description: 'newer' });
      await offices.sync(id, 'person');
      expect(inSecond(twin)!['description']).toBe('newer');
      expect(await offices.stored().conflicts()).toMatchObject([
        { state: 'open', valueReplica: 'newer', resolution: null },
      ]);
    });
  });

  describe('deletions', () => {
    const others = async (count: number) => {
      for (let index = 0; index < count; index += 1) await offices.linked({ lastName: `Other ${index}` });
    };

    test.each(['master', 'replica'] as const)(
      'a contact deleted in the %s is deleted in the other too',
      async (side) => {
        await others(1);
        const { id, twin } = await offices.linked(anna);
        offices.crm[side].remove('Contact', side === 'master' ? id : twin);
        const mark = offices.mark();
        expect((await offices.sync(id, 'person')).outcome).toEqual(done('deleted'));
        expect(offices.calls(mark)).toBe(4);
        expect([offices.living('master').length, offices.living('replica').length]).toEqual([1, 1]);
        expect((await offices.stored().ledger()).at(-1)).toMatchObject({
          action: 'delete',
          rule: 'partner_deleted',
          state: 'written',
          oldValue: expect.objectContaining({ lastName: 'Meier' }),
        });
        expect((await offices.sync(id, 'person')).outcome).toEqual(done('no_change'));
      },
    );

    test('an edit since the last agreement brings the deleted partner back', async () => {
      await others(1);
      const { id, twin } = await offices.linked(anna);
      offices.crm.replica.remove('Contact', twin);
      offices.crm.master.update('Contact', id, { firstName: 'Anne' });
      expect((await offices.sync(id)).outcome).toEqual(done('created'));
      const [made] = offices.living('replica').filter(({ id: one }) => one === inFirst(id)!['cTwinId']);
      expect(made).toMatchObject({ lastName: 'Meier', firstName: 'Anne' });
      const rows = await offices.stored().ledger();
      expect(rows.filter(({ rule }) => rule === 'edit_beats_delete').length).toBeGreaterThan(1);
    });

    test('without any other record to prove it by, a deletion is asked about', async () => {
      const { id, twin } = await offices.linked(anna);
      offices.crm.master.remove('Contact', id);
      expect((await offices.sync(id)).outcome).toMatchObject({ kind: 'parked', code: 'gone' });
      expect(inSecond(twin)!.deleted).toBe(false);
      expect((await offices.answer(id, { kind: 'delete' })).outcome).toEqual(done('deleted'));
      expect(inSecond(twin)!.deleted).toBe(true);
    });

    test('where every record seems to be gone the pair stops instead of deleting', async () => {
      await others(4);
      const { id, twin } = await offices.linked(anna);
      for (const record of offices.living('master')) offices.crm.master.remove('Contact', record.id);
      expect((await offices.sync(id)).outcome).toEqual({ kind: 'paused' });
      expect((await offices.pairs.state('contacts')).stop?.reason).toContain('none exists');
      expect(inSecond(twin)!.deleted).toBe(false);
    });

    test('restored without any event, a parted contact takes its old link; a deleted one gets its partner again', async () => {
      await reopened({ pair: when({ kind: 'unlink' }, { kind: 'delete' }) });
      await others(1);
      const kept = await offices.linked(anna);
      offices.crm.replica.remove('Contact', kept.twin);
      expect((await offices.sync(kept.id, 'person')).outcome).toEqual(done('deleted'));
      expect(inFirst(kept.id)).toMatchObject({ deleted: false, cSyncStatus: 'deleted_in_twin' });
      offices.crm.replica.restore('Contact', kept.twin);
      offices.crm.master.update('Contact', kept.id, { firstName: 'Anne' });
      expect((await offices.sync(kept.id)).outcome).toEqual(done('master_newer'));
      expect(inSecond(kept.twin)).toMatchObject({ firstName: 'Anne' });
      expect(inFirst(kept.id)).toMatchObject({ cSyncStatus: 'clean', cTwinId: kept.twin });

      offices.crm.master.remove('Contact', kept.id);
      await offices.sync(kept.id);
      offices.crm.master.restore('Contact', kept.id);
      expect((await offices.sync(kept.id, 'person')).outcome).toEqual(done('created'));
      expect(offices.living('replica').map(({ id }) => id)).toContain(inFirst(kept.id)!['cTwinId']);
      expect((await offices.sync(kept.id, 'person')).outcome).toEqual(done('no_change'));
    });

    test('archived instead of deleted', async () => {
      await reopened({ pair: when({ kind: 'ask' }, { kind: 'archive', attributes: { addressState: 'archived' } }) });
      await others(1);
      const { id, twin } = await offices.linked(anna);
      offices.crm.master.remove('Contact', id);
      expect((await offices.sync(id)).outcome).toEqual(done('deleted'));
      expect(inSecond(twin)).toMatchObject({ deleted: false, addressState: 'archived', lastName: 'Meier' });
      expect((await offices.sync(`replica:${twin}`, 'person')).outcome).toMatchObject({ kind: 'moved' });
      expect((await offices.sync(id, 'person')).outcome).toEqual(done('no_change'));
    });

    test('more than the budget allows: the rest waits until somebody has looked, and time does not help', async () => {
      await reopened({ pair: when({ kind: 'ask' }, { kind: 'delete' }, { least: 2, share: 0 }) });
      await others(1);
      const couples = [];
      for (let index = 0; index < 4; index += 1) couples.push(await offices.linked({ lastName: `Gone ${index}` }));
      for (const { id } of couples) offices.crm.master.remove('Contact', id);
      const outcomes = [];
      for (const { id } of couples) outcomes.push((await offices.sync(id)).outcome);
      const held = { kind: 'parked', code: 'deletion_held', system: 'EspoCRM' };
      expect(outcomes).toEqual([done('deleted'), done('deleted'), held, held]);
      offices.clockOffsetMs += 25 * 3_600_000;
      expect((await offices.sync(couples[2]!.id, 'person')).outcome).toEqual(held);
      offices.crm.master.restore('Contact', couples[3]!.id);
      expect((await offices.sync(couples[3]!.id, 'person')).outcome).toEqual(done('no_change'));
      await offices.pairs.releaseRemovals('contacts', offices.now());
      expect((await offices.sync(couples[2]!.id, 'person')).outcome).toEqual(done('deleted'));
      expect(offices.living('replica')).toHaveLength(2);
    });
  });

  test('a field that goes back and forth is parked and named; a person may let it go on', async () => {
    const { id, twin } = await offices.linked(anna);
    let outcome = (await offices.sync(id)).outcome;
    let turn = 0;
    for (; outcome.kind === 'done' && turn < 30; turn += 1) {
      if (turn % 2 === 0) offices.crm.master.update('Contact', id, { firstName: 'ANNA' });
      else offices.crm.replica.update('Contact', twin, { firstName: 'Anna' });
      outcome = (await offices.sync(id, 'look_again')).outcome;
    }
    expect(outcome).toMatchObject({ kind: 'parked', code: 'loop' });
    expect(turn).toBe(8);
    expect(inFirst(id)).toMatchObject({
      cSyncStatus: 'permanently_failed',
      cSyncMessage: expect.stringContaining('firstName'),
    });
    expect((await offices.sync(id, 'person')).outcome.kind).toBe('done');
    expect(inFirst(id)!['firstName']).toBe(inSecond(twin)!['firstName']);
  });

  test('the preview lists what the run then writes, and writes nothing itself', async () => {
    const { id, twin } = await offices.linked(anna);
    offices.crm.master.update('Contact', id, { lastName: 'Maier' });
    offices.crm.replica.update('Contact', twin, { firstName: 'Anne' });
    const before = [inFirst(id), inSecond(twin), await offices.stored().links(), await offices.stored().ledger()];
    const preview = await offices.preview(id);
    expect([inFirst(id), inSecond(twin), await offices.stored().links(), await offices.stored().ledger()]).toEqual(
      before,
    );
    expect(preview.outcome).toEqual(done('merged'));
    const listed = preview.rows.map(({ side, field, newValue, rule }) => [side, field, newValue, rule]);
    const mark = (await offices.stored().ledger()).length;
    await offices.sync(id, 'person');
    const written = (await offices.stored().ledger()).slice(mark);
    expect(written.map(({ side, field, newValue, rule }) => [side, field, newValue, rule])).toEqual(listed);
  });

  test('a contact that looks like one over there is asked about; the answer links or creates', async () => {
    const stranger = offices.crm.replica.create('Contact', { ...anna, description: 'theirs' });
    const { id } = offices.crm.master.create('Contact', anna);
    expect((await offices.sync(id)).outcome).toMatchObject({ kind: 'parked', code: 'look_alikes' });
    expect(inFirst(id)!['cSyncMessage']).toContain(stranger.id);
    expect((await offices.answer(id, { kind: 'link', id: stranger.id })).outcome).toMatchObject({ kind: 'done' });
    expect(inFirst(id)).toMatchObject({ cTwinId: stranger.id, description: 'theirs' });
    expect(offices.living('replica')).toHaveLength(1);
  });

  test('answered that they are two people, the contact is created though EspoCRM takes it for a double', async () => {
    const stranger = offices.crm.replica.create('Contact', anna);
    const { id } = offices.crm.master.create('Contact', anna);
    await offices.sync(id);
    expect((await offices.answer(id, { kind: 'create' })).outcome).toEqual(done('created'));
    expect(offices.living('replica')).toHaveLength(2);
    expect(inFirst(id)!['cTwinId']).not.toBe(stranger.id);
    expect((await offices.sync(id, 'person')).outcome).toEqual(done('no_change'));
  });
});
