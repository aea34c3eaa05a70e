import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { databasesUnderTest } from '../test/support/databases.ts';
import { type House, type HouseOptions, openDatabase, openHouse } from '../test/support/house.ts';

describe.each(databasesUnderTest())('on $name', (kind) => {
  let house: House;
  let database: OpenDatabase;
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    database = opened.database;
  });
  afterAll(() => opened.drop());
  beforeEach(async () => {
    house = await openHouse({ database });
  });
  afterEach(() => house.close());
  const reopened = async (options: Omit<HouseOptions, 'database'>) => {
    await house.close();
    house = await openHouse({ ...options, database });
  };

  const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05', rechtsform: 'natuerliche Person' };
  const inCrm = (id: string) => house.crm.record('CBeteiligte', id);
  const atFirm = (betNr: number) => house.firm.record(betNr);

  /** What one more look costs and comes to. */
  async function lookAt(id: string, trigger: 'webhook' | 'person' = 'webhook') {
    const mark = house.mark();
    const summary = await house.sync(id, trigger);
    const { crm, firm } = house.calls(mark);
    return { summary, calls: crm + firm, outcome: summary.outcome };
  }

  describe('the minimum of calls', () => {
    test('a new party is created with three calls, and its number and status are back in the CRM', async () => {
      const { id } = house.crm.create('CBeteiligte', meier);
      const { calls, outcome } = await lookAt(id);
      expect([outcome, calls]).toEqual([{ kind: 'done', verdict: 'created' }, 3]);
      const [party] = house.firm.records();
      expect(party).toMatchObject({ name: 'Meier', vorname: 'Anna', geburtsdatum: '2001-01-05T00:00:00' });
      expect(inCrm(id)).toMatchObject({
        betnr: String(party!.betNr),
        advowareRowId: party!.rowId,
        advowareLastSync: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        syncStatus: 'clean',
        syncRetryCount: 0,
        syncErrorMessage: null,
      });
    });

    test('a name corrected in the CRM reaches Advoware with four calls', async () => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { lastName: 'Maier' });
      const { calls, outcome } = await lookAt(id);
      expect([outcome, calls]).toEqual([{ kind: 'done', verdict: 'master_newer' }, 4]);
      expect(atFirm(betNr)).toMatchObject({ name: 'Maier', vorname: 'Anna', bemerkung: null });
      expect(inCrm(id)).toMatchObject({ advowareRowId: atFirm(betNr)!.rowId });
    });

    test('an edit in Advoware reaches the CRM with three calls: fields and status are one write', async () => {
      const { id, betNr } = await house.linked(meier);
      house.firm.update(betNr, { vorname: 'Anne' });
      const { calls, outcome } = await lookAt(id, 'person');
      expect([outcome, calls]).toEqual([{ kind: 'done', verdict: 'replica_newer' }, 3]);
      expect(inCrm(id)).toMatchObject({ firstName: 'Anne', advowareRowId: atFirm(betNr)!.rowId });
    });

    test('a check that finds nothing costs two calls and writes nothing', async () => {
      const { id, betNr } = await house.linked(meier);
      const [before, rowId] = [inCrm(id)!['modifiedAt'], atFirm(betNr)!.rowId];
      const { calls, outcome } = await lookAt(id, 'person');
      expect([outcome, calls]).toEqual([{ kind: 'done', verdict: 'no_change' }, 2]);
      expect([inCrm(id)!['modifiedAt'], inCrm(id)!['versionNumber'], atFirm(betNr)!.rowId]).toEqual([before, 2, rowId]);
    });

    test('the echo of our own write costs one call', async () => {
      const { id } = await house.linked(meier);
      const { calls, outcome } = await lookAt(id);
      expect([outcome, calls]).toEqual([{ kind: 'done', verdict: 'no_change' }, 1]);
    });

    test('a look without a hint costs nothing', async () => {
      const { id } = await house.linked(meier);
      const mark = house.mark();
      expect((await house.pass(id)).outcome).toEqual({ kind: 'nothing' });
      expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
    });
  });

  describe('merging', () => {
    test('different fields edited on both sides: both edits survive', async () => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
      house.firm.update(betNr, { vorname: 'Anne' });
      expect((await lookAt(id)).outcome).toEqual({ kind: 'done', verdict: 'merged' });
      expect(atFirm(betNr)).toMatchObject({ titel: 'Dr.', vorname: 'Anne' });
      expect(inCrm(id)).toMatchObject({ titel: 'Dr.', firstName: 'Anne' });
    });

    test('the same field edited on both sides: the master wins and the losing value is in the ledger', async () => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { lastName: 'Maier' });
      house.firm.update(betNr, { name: 'Mayer' });
      expect((await lookAt(id)).outcome).toEqual({ kind: 'done', verdict: 'conflict' });
      expect([atFirm(betNr)!.name, inCrm(id)!['lastName']]).toEqual(['Maier', 'Maier']);
      expect((await house.ledger()).at(-1)).toMatchObject({
        field: 'lastName',
        side: 'replica',
        oldValue: 'Mayer',
        newValue: 'Maier',
        losingValue: 'Mayer',
        rule: 'both_changed_master_wins',
        trigger: 'webhook',
        state: 'written',
      });
    });

    test('a cleared field is cleared on the other side', async () => {
      const { id, betNr } = await house.linked({ ...meier, titel: 'Dr.' });
      house.crm.update('CBeteiligte', id, { titel: null });
      await lookAt(id);
      expect(atFirm(betNr)!.titel).toBeNull();
      house.firm.update(betNr, { vorname: null });
      await lookAt(id, 'person');
      expect(inCrm(id)!['firstName']).toBeNull();
    });

    test('what Advoware holds and nobody maps survives our writes', async () => {
      const { betNr } = house.firm.create({ name: 'Meier', vorname: 'Anna' });
      const { id } = house.crm.create('CBeteiligte', { lastName: 'Meier', firstName: 'Anna', betnr: String(betNr) });
      await lookAt(id);
      house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
      await lookAt(id);
      expect(atFirm(betNr)).toMatchObject({
        titel: 'Dr.',
        bemerkung: 'Nur nachmittags anrufen',
        kommunikation: [{ tlf: '0221 4710' }],
      });
    });

    test('a field that Advoware does not take is reported and neither side is overwritten', async () => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { registergericht: 'Hannover' });
      expect((await lookAt(id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
      expect([atFirm(betNr)!.registergericht, inCrm(id)!['registergericht']]).toEqual([null, 'Hannover']);
      expect((await house.links())[0]!.fieldNotes).toMatchObject({
        registerCourt: { kind: 'not_taken', side: 'replica' },
      });
      expect((await lookAt(id, 'person')).summary).toMatchObject({ outcome: { verdict: 'no_change' }, fields: [] });
    });

    test('a value that Advoware cuts is noted, is not retried, and does not come home shortened', async () => {
      const long = 'Dr. iur. Dr. rer. pol. habil. Professorin an der Universität zu Köln'.slice(0, 50);
      await reopened({ firm: { maxLengths: { titel: 10 } } });
      const { id, betNr } = await house.linked({ ...meier, titel: long });
      expect(atFirm(betNr)!.titel).toBe('Dr. iur. D');
      expect((await house.links())[0]!.fieldNotes).toMatchObject({ title: { kind: 'altered', side: 'replica' } });
      expect((await lookAt(id, 'person')).summary).toMatchObject({ outcome: { verdict: 'no_change' }, fields: [] });
      expect(inCrm(id)!['titel']).toBe(long);
    });

    test('a field that is ignored without being declared is noted and not retried', async () => {
      await reopened({ readOnlyInAdvoware: [] });
      const { id } = await house.linked({ ...meier, art: 'Mandant' });
      expect((await house.links())[0]!.fieldNotes).toMatchObject({ kind: { kind: 'not_taken', side: 'replica' } });
      expect((await lookAt(id, 'person')).summary).toMatchObject({ outcome: { verdict: 'no_change' }, fields: [] });
    });
  });

  describe('records that existed before', () => {
    test('a number in the CRM is read and linked; blanks are filled, nothing is created', async () => {
      const { betNr } = house.firm.create({ name: 'Meier', titel: 'Dr.' });
      const { id } = house.crm.create('CBeteiligte', { ...meier, betnr: String(betNr) });
      expect((await lookAt(id)).outcome.kind).toBe('done');
      expect(house.firm.records()).toHaveLength(1);
      expect([atFirm(betNr), inCrm(id)]).toMatchObject([
        { vorname: 'Anna', titel: 'Dr.' },
        { titel: 'Dr.', syncStatus: 'clean' },
      ]);
    });

    test('a lost store is rebuilt from the CRM: a newer edit in Advoware is not overwritten', async () => {
      const { id, betNr } = await house.linked(meier);
      house.firm.update(betNr, { vorname: 'Anne' });
      await house.forgetEverything();
      expect((await lookAt(id)).outcome).toEqual({ kind: 'done', verdict: 'replica_newer' });
      expect(inCrm(id)!['firstName']).toBe('Anne');
      expect(house.firm.records()).toHaveLength(1);
    });

    test('a number that another party has is a question, and nothing is written to it', async () => {
      const { betNr } = await house.linked(meier);
      const copy = house.crm.create('CBeteiligte', { ...meier, lastName: 'Kopie', betnr: String(betNr) });
      expect((await lookAt(copy.id)).outcome).toMatchObject({ kind: 'parked', code: 'number_taken' });
      expect(atFirm(betNr)!.name).toBe('Meier');
      expect(inCrm(copy.id)).toMatchObject({
        syncStatus: 'conflict',
        syncErrorMessage: expect.stringContaining(String(betNr)),
      });
    });

    test('a number that Advoware does not know is a question; correcting it answers the question', async () => {
      const { id } = house.crm.create('CBeteiligte', { ...meier, betnr: '999' });
      expect((await lookAt(id)).outcome).toMatchObject({ kind: 'parked', code: 'number_unknown' });
      expect(house.firm.records()).toHaveLength(0);
      house.crm.update('CBeteiligte', id, { betnr: null });
      expect((await lookAt(id)).outcome).toEqual({ kind: 'done', verdict: 'created' });
    });

    test('a party that only Advoware has is created in the CRM with its number', async () => {
      const { betNr } = house.firm.create({ name: 'Meier', vorname: 'Anna', anrede: 'Frau' });
      expect((await lookAt(`replica:${betNr}`, 'person')).outcome).toEqual({ kind: 'done', verdict: 'created' });
      expect(house.crm.records('CBeteiligte')).toMatchObject([
        { lastName: 'Meier', salutationName: 'Ms.', betnr: String(betNr), syncStatus: 'clean' },
      ]);
      const [link] = await house.links();
      expect((await house.pass(`replica:${betNr}`)).outcome).toEqual({ kind: 'moved', key: link!.masterId });
    });

    test('a party that the CRM knows by its number is not created there again', async () => {
      const { betNr } = house.firm.create({ name: 'Meier' });
      const { id } = house.crm.create('CBeteiligte', { lastName: 'Meier', betnr: String(betNr) });
      expect((await lookAt(`replica:${betNr}`, 'person')).outcome.kind).toBe('done');
      expect(house.crm.records('CBeteiligte')).toHaveLength(1);
      expect(await house.links()).toMatchObject([{ masterId: id, replicaId: String(betNr) }]);
    });
  });

  describe('deletions', () => {
    test('a party deleted in the CRM is asked about, deletes nothing in Advoware and does not come back', async () => {
      const { id, betNr } = await house.linked(meier);
      house.crm.remove('CBeteiligte', id);
      const asked = { kind: 'parked', code: 'gone', system: 'EspoCRM' };
      expect((await lookAt(id)).outcome).toEqual(asked);
      expect((await lookAt(id)).outcome).toEqual(asked);
      expect(atFirm(betNr)!.name).toBe('Meier');
      expect(house.crm.records('CBeteiligte').filter(({ deleted }) => !deleted)).toEqual([]);
    });

    test('restored, it takes its old link', async () => {
      const { id, betNr } = await house.linked(meier);
      house.crm.remove('CBeteiligte', id);
      await lookAt(id);
      house.crm.restore('CBeteiligte', id);
      house.firm.update(betNr, { vorname: 'Anne' });
      expect((await lookAt(id, 'person')).outcome).toEqual({ kind: 'done', verdict: 'replica_newer' });
      expect(house.firm.records()).toHaveLength(1);
    });

    test('a party that Advoware lost is shown as such in the CRM, and is not created again', async () => {
      const { id, betNr } = await house.linked(meier);
      house.firm.remove(betNr);
      expect((await lookAt(id, 'person')).outcome).toMatchObject({ kind: 'parked', code: 'gone' });
      expect(inCrm(id)).toMatchObject({ syncStatus: 'deleted_in_advoware', lastName: 'Meier' });
      house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
      expect((await lookAt(id)).outcome).toMatchObject({ kind: 'parked', code: 'gone_but_edited' });
      expect(house.firm.records()).toHaveLength(0);
    });
  });
});
