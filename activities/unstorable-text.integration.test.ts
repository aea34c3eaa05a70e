import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databasesUnderTest } from '../test/support/databases.ts';
import { type House, openDatabase, openHouse } from '../test/support/house.ts';

describe.each(databasesUnderTest())('characters that $name can not hold', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let house: House;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    house = await openHouse({ database: opened.database });
  });
  afterAll(async () => {
    await house.close();
    await opened.drop();
  });

  test.each([
    ['a NUL, which EspoCRM takes (observed on 9.2.7)', 'Mei\0er', 'Meier'],
    ['half of a character', 'Mei\ud800er', 'Mei\ufffder'],
  ])('do not stop a record: %s', async (_title, entered, carried) => {
    const { id } = house.crm.create('CBeteiligte', { lastName: entered });
    expect((await house.sync(id)).outcome).toEqual({ kind: 'done', verdict: 'created' });
    const party = house.firm.record(Number(house.crm.record('CBeteiligte', id)?.['betnr']))!;
    expect(party.name).toBe(carried);
    house.crm.update('CBeteiligte', id, { titel: `Dr.${entered.slice(3, 4)}` });
    expect((await house.sync(id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
    expect((await house.sync(id, 'person')).outcome).toEqual({ kind: 'done', verdict: 'no_change' });
    // What a person has entered is not cleaned behind their back.
    expect(house.crm.record('CBeteiligte', id)?.['lastName']).toBe(entered);
    expect(house.problems).toEqual([]);
  });
});
