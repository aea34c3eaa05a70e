import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { hints } from '../store/schema.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', titel: 'Dr.' };

let database: OpenDatabase;
let house: House;
let nowMs = 0;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database, firm: { search: ['name', 'vorname', 'geburtsdatum'] } });
  nowMs = Date.now();
});
afterEach(() => house.close());

/** A look on a clock that stands still. */
const pass = (key: string) => house.pass(key, `sync/beteiligte/${key}`, { ...house.deps, now: () => new Date(nowMs) });

/** A creation in Advoware that was not answered, and a stranger there who has something in common with it. */
async function unansweredCreation(): Promise<{ id: string; stranger: string }> {
  const { id } = house.crm.create('CBeteiligte', meier);
  house.firm.faults.add({ fault: { kind: 'resetBefore' }, method: 'POST', path: 'Beteiligte' });
  await house.hint('master', id);
  expect((await pass(id)).outcome).toMatchObject({ kind: 'waiting', code: 'ambiguous_write' });
  const { betNr } = house.firm.create({ name: 'Huber', vorname: 'Eva', titel: 'Dr.' });
  await house.hint('replica', String(betNr));
  return { id, stranger: `replica:${betNr}` };
}

const dueInSeconds = async (recordId: string): Promise<number | null> => {
  const row = (await database.db.select().from(hints)).find((hint) => hint.recordId === recordId);
  return row === undefined ? null : (row.dueAt.getTime() - nowMs) / 1_000;
};

test('a record that may be what became of a creation asks after it ever more seldom', async () => {
  const { stranger } = await unansweredCreation();
  const waits: number[] = [];
  for (let looks = 0; looks < 6; looks += 1) {
    const { outcome } = await pass(stranger);
    expect(outcome).toMatchObject({ kind: 'waiting', code: 'creation_in_progress' });
    const waitMs = outcome.kind === 'waiting' ? (outcome.retryInMs ?? 0) : 0;
    expect(await dueInSeconds(stranger.replace('replica:', ''))).toBe(waitMs / 1_000);
    waits.push(waitMs / 1_000);
    nowMs += waitMs;
  }
  expect(waits).toEqual([1, 5, 30, 60, 300, 300]);
});

test('it is due at once when the fate of the creation is known, and goes on', async () => {
  const { id, stranger } = await unansweredCreation();
  nowMs += 60_000;
  await pass(stranger);
  const betNr = stranger.replace('replica:', '');
  expect(await dueInSeconds(betNr)).toBe(60);
  expect((await pass(id)).outcome).toEqual({ kind: 'done', verdict: 'created' });
  expect(await dueInSeconds(betNr)).toBe(0);
  expect(await house.hints.takeDue(new Date(nowMs), 10)).toMatchObject([{ recordId: betNr }]);
  expect((await pass(stranger)).outcome).toEqual({ kind: 'done', verdict: 'created' });
});

test('a record that waits because it failed itself stays where it is', async () => {
  const { id } = await unansweredCreation();
  nowMs += 60_000;
  const failing = house.crm.create('CBeteiligte', { lastName: 'Schulz' }).id;
  house.crm.faults.add({ fault: { kind: 'status', status: 500 }, method: 'GET', path: failing, times: 2 });
  await house.hint('master', failing);
  expect((await pass(failing)).outcome).toMatchObject({ kind: 'waiting', code: 'record_failed' });
  expect((await pass(id)).outcome).toEqual({ kind: 'done', verdict: 'created' });
  expect(await dueInSeconds(failing)).toBe(60);
});

test('nor is one rung that was given up and could not be told so', async () => {
  const { id } = await unansweredCreation();
  nowMs += 60_000;
  const refused = house.crm.create('CBeteiligte', { lastName: 'Schulz' }).id;
  const no = { fault: { kind: 'status', status: 400 } as const, method: 'POST', path: 'Beteiligte', times: 1 };
  house.firm.faults.add(no);
  house.crm.faults.add({ fault: { kind: 'status', status: 500 }, method: 'PUT', path: refused, times: 3 });
  await house.hint('master', refused);
  expect((await pass(refused)).outcome).toMatchObject({ kind: 'parked', code: 'rejected' });
  expect(await dueInSeconds(refused)).toBe(60);
  expect((await pass(id)).outcome).toEqual({ kind: 'done', verdict: 'created' });
  expect(await dueInSeconds(refused)).toBe(60);
});
