import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { CensusReport } from '../../engine/census-report.ts';
import type { CensusMode } from '../../store/population-tables.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { walk } from '../../test/support/census.ts';
import { type House, openHouse } from '../../test/support/house.ts';
import { Offices } from '../../test/support/offices.ts';
import { everything } from '../../test/support/store.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());

describe('the report of a dry run over two EspoCRMs', () => {
  let offices: Offices;
  beforeEach(async () => {
    offices = await Offices.open({ database });
  });
  afterEach(() => offices.close());

  const dryRun = async (mode: CensusMode = 'census'): Promise<CensusReport> => {
    const { report, state, trouble } = await walk(offices, { mode, dryRun: true });
    expect([state, trouble]).toEqual(['done', null]);
    return report as unknown as CensusReport;
  };
  const anna = { lastName: 'Meier', firstName: 'Anna', emailAddress: 'anna@example.com' };

  test('tells of strangers who would be created, linked, or asked about; and the walk itself does just that', async () => {
    const { id } = offices.crm.master.create('Contact', { lastName: 'Only here' });
    const there = offices.crm.replica.create('Contact', { lastName: 'Only there' });
    const alike = offices.crm.master.create('Contact', anna);
    const alikeThere = offices.crm.replica.create('Contact', anna);
    const report = await dryRun();
    expect(report.create).toEqual({
      master: { count: 1, samples: [`replica:${there.id}`] },
      replica: { count: 1, samples: [id] },
    });
    expect(report.ambiguous.count + report.link.count).toBeGreaterThan(0);
    expect(JSON.stringify([report.ambiguous, report.link])).toContain(alike.id);
    expect(JSON.stringify([report.ambiguous, report.link])).toContain(alikeThere.id);
    expect(report.notKnown.filter((line) => line.includes('no list'))).toEqual([]);
    expect(JSON.stringify(report)).not.toMatch(/Only here|Meier|example/);
    expect((await everything(database.db)).links).toEqual([]);

    await walk(offices, {});
    const linked = (await offices.stored().links()).filter(({ state }) => state === 'linked').length;
    expect(linked).toBe(2 + report.link.count);
  });

  test('tells of couples what would be written where, and of those that came back or are not shown', async () => {
    const ids = ['A', 'B', 'C', 'D'].map((lastName) => offices.crm.master.create('Contact', { lastName }).id);
    await walk(offices, { mode: 'backfill' });
    const [edited = '', both = '', gone = ''] = ids;
    const twin = (id: string): string => String(offices.read('master', id)?.['cTwinId']);
    offices.crm.master.silentUpdate('Contact', edited, { addressCity: 'Celle' });
    offices.crm.replica.silentUpdate('Contact', twin(both), { addressCity: 'Trier' });
    offices.crm.replica.remove('Contact', twin(gone));
    const before = await everything(database.db);
    const report = await dryRun();
    expect(report.update.couples).toEqual({ count: 2, samples: expect.arrayContaining([edited, both]) as unknown });
    expect(Object.values(report.update.fields)).toEqual([{ master: 1, replica: 1 }]);
    expect(report.absent.replica).toEqual({ count: 1, samples: [`replica:${twin(gone)}`] });
    expect([report.create.master.count, report.create.replica.count, report.link.count]).toEqual([0, 0, 0]);
    expect((await everything(database.db)).links).toEqual(before.links);
  });

  test('of a rebuild tells of those that the master names, and leaves the others alone', async () => {
    const ids = ['A', 'B', 'C'].map((lastName) => offices.crm.master.create('Contact', { lastName }).id);
    await walk(offices, { mode: 'backfill' });
    offices.crm.master.create('Contact', { lastName: 'New' });
    await database.db.execute(sql`truncate links restart identity cascade`);
    const report = await dryRun('rebuild');
    expect(report.link).toMatchObject({ count: ids.length, byNumber: ids.length });
    expect([report.create.replica.count, report.notKnown]).toEqual([0, [expect.stringContaining('A rebuild reads')]]);
  });
});

describe('the report of a dry run over EspoCRM and Advoware, which shows no list', () => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse({ database });
  });
  afterEach(() => house.close());

  test('says what it can not know, and takes no unchecked number for a mistake', async () => {
    const linked = await house.linked({ lastName: 'Linked' });
    house.crm.create('CBeteiligte', { lastName: 'Without' });
    const named = house.crm.create('CBeteiligte', { lastName: 'Named', betnr: '4711' });
    const copied = house.crm.create('CBeteiligte', { lastName: 'Copied', betnr: String(linked.betNr) });
    const { report } = await walk(house, { dryRun: true });
    expect(report).toMatchObject({
      link: { count: 1, byNumber: 1, samples: [{ masterId: named.id, replicaId: '4711', by: 'number' }] },
      create: { replica: { count: 1 }, master: { count: 0 } },
      asks: { number_taken: { count: 1, samples: [copied.id] } },
      notKnown: [
        expect.stringContaining('records that only Advoware has are not in this report'),
        expect.stringContaining('was not checked'),
        expect.stringContaining('count as to be created in Advoware'),
      ],
    });
  });
});
