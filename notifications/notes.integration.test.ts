import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallBudget } from '../connectors/call-budget.ts';
import { Unavailable } from '../connectors/errors.ts';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { PairStore } from '../store/pairs.ts';
import { type House, openHouse } from '../test/support/house.ts';
import { unlimitedBudget } from '../test/support/unlimited-budget.ts';
import {
  deliveriesOn,
  dyingAfterSending,
  exhaust,
  failingParties,
  news,
  notesIn,
  senderIn,
  storedNotifications,
} from '../test/support/notifying.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database });
});
afterEach(() => house.close());

const deliverNotes = () => senderIn(house, notesIn(house)).deliverDue();
const stream = (id: string) => house.crm.stream('CBeteiligte', id).map(({ post }) => post);
const notesSent = () => house.crm.requests.count({ method: 'POST', path: '/Note' });

describe('a record that is given up', () => {
  test('five failed attempts make one note on the record, with the text that the record shows', async () => {
    const { id } = await house.linked(meier);
    failingParties(house);
    expect(await exhaust(house, id)).toBe(5);
    await deliverNotes();
    await deliverNotes();
    const shown = String(house.crm.record('CBeteiligte', id)!['syncErrorMessage']);
    expect(stream(id)).toEqual([`Tandem: ${shown}`]);
    expect(stream(id).join()).not.toMatch(/Meier|Anna|2001/);
    expect(await deliveriesOn(database.db, 'note')).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  test('looking again at what still fails in the same way tells nobody again; after it was clean, it is news', async () => {
    const { id } = await house.linked(meier);
    const heal = failingParties(house);
    await exhaust(house, id);
    await exhaust(house, id);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    await exhaust(house, id);
    await deliverNotes();
    expect(stream(id)).toHaveLength(1);
    heal();
    expect((await house.sync(id, 'person')).outcome.kind).toBe('done');
    failingParties(house);
    await exhaust(house, id);
    await deliverNotes();
    expect(stream(id)).toHaveLength(2);
  });

  test('failing for another reason is news, and so is another field', async () => {
    const { id, betNr } = await house.linked(meier);
    house.firm.update(betNr, { titel: 'x'.repeat(60) });
    await exhaust(house, id);
    house.firm.update(betNr, { titel: '', vorname: 'y'.repeat(200) });
    await exhaust(house, id);
    const heal = failingParties(house);
    await exhaust(house, id);
    heal();
    expect((await storedNotifications(database.db)).map(({ code, system, field }) => [code, system, field])).toEqual([
      ['rejected', 'EspoCRM', 'titel'],
      ['rejected', 'EspoCRM', 'firstName'],
      ['record_failed', 'Advoware', null],
    ]);
  });

  test('a question is asked in the record itself and makes no notification', async () => {
    const { id } = house.crm.create('CBeteiligte', meier);
    house.firm.faults.add({ fault: { kind: 'resetAfter' }, method: 'POST', path: 'Beteiligte' });
    expect((await house.sync(id)).outcome).toMatchObject({ kind: 'parked', code: 'maybe_created' });
    expect(await storedNotifications(database.db)).toEqual([]);
  });

  test('a record that only Advoware has has no place for a note', async () => {
    const { betNr } = house.firm.create({ name: 'Meier', vorname: 'Anna' });
    failingParties(house);
    await exhaust(house, `replica:${betNr}`);
    const sender = senderIn(house, notesIn(house));
    await sender.deliverDue();
    expect(await deliveriesOn(database.db, 'note')).toMatchObject([{ state: 'off' }]);
    expect(sender.lines()).toEqual([]);
  });
});

test('a pair that stops tells it once, whatever else fails in it meanwhile', async () => {
  const records = [
    await house.linked({ ...meier, titel: 'Dr.' }),
    await house.linked({ lastName: 'Schulz', titel: 'Dr.' }),
  ];
  house.crm.hideField('CBeteiligte', 'titel');
  const attempts = records.map(async ({ id }) => {
    await house.hint('master', id, 'person');
    return house.pass(id);
  });
  await Promise.all(attempts);
  expect(await storedNotifications(database.db)).toMatchObject([
    { kind: 'pair_stopped', pair: 'beteiligte', code: 'misconfigured' },
  ]);
  await deliverNotes();
  expect(notesSent()).toBe(1);
});

test('a pair that a person has paused is not told as stopped', async () => {
  const { pairStops } = house.deps;
  await new PairStore(database.db).pause('beteiligte', 'month end', house.now());
  await pairStops.stop('beteiligte', news({ kind: 'pair_stopped' }), house.now());
  expect(await storedNotifications(database.db)).toEqual([]);
  expect((await new PairStore(database.db).state('beteiligte')).stop).toMatchObject({ reason: 'month end' });
});

describe('notes', () => {
  const givenUp = async (lastName = 'Meier') => {
    const { id } = await house.linked({ ...meier, lastName });
    const heal = failingParties(house);
    await exhaust(house, id);
    heal();
    return id;
  };

  test('two senders at once: one note', async () => {
    const id = await givenUp();
    await Promise.all([deliverNotes(), deliverNotes(), deliverNotes()]);
    expect(stream(id)).toHaveLength(1);
  });

  test('a sender that dies between sending and remembering it: still one note', async () => {
    const id = await givenUp();
    await expect(senderIn(house, notesIn(house), dyingAfterSending(house)).deliverDue()).rejects.toThrow('died');
    house.clockOffsetMs += 3_600_000;
    await deliverNotes();
    expect(stream(id)).toHaveLength(1);
    expect(await deliveriesOn(database.db, 'note')).toMatchObject([{ state: 'in_doubt' }]);
  });

  test.each(['resetAfter', 'truncate'] as const)('a note whose answer is lost (%s) is not sent again', async (kind) => {
    const id = await givenUp();
    house.crm.faults.add({ fault: { kind }, method: 'POST', path: '/Note' });
    await deliverNotes();
    house.clockOffsetMs += 3_600_000;
    await deliverNotes();
    expect(stream(id)).toHaveLength(1);
    expect(await deliveriesOn(database.db, 'note')).toMatchObject([{ state: 'in_doubt', attempts: 1 }]);
  });

  test('while EspoCRM is in maintenance the note waits', async () => {
    const id = await givenUp();
    house.crm.maintenance(true);
    await deliverNotes();
    house.crm.maintenance(false);
    await deliverNotes();
    expect(stream(id)).toEqual([]);
    house.clockOffsetMs += 10_001;
    await deliverNotes();
    expect(stream(id)).toHaveLength(1);
  });

  test('a system that is away is asked once a round, however many notes are due', async () => {
    const ids = [await givenUp('Meier'), await givenUp('Schulz'), await givenUp('Weber')];
    house.crm.maintenance(true);
    await deliverNotes();
    expect(notesSent()).toBe(1);
    house.crm.maintenance(false);
    house.clockOffsetMs += 10_001;
    await deliverNotes();
    expect(ids.map((id) => stream(id).length)).toEqual([1, 1, 1]);
  });

  test('a system whose circuit is open is not asked at all', async () => {
    const id = await givenUp();
    await house.deps.breaker.failed(new Unavailable('EspoCRM: away', { system: 'EspoCRM' }), id);
    await deliverNotes();
    expect(notesSent()).toBe(0);
    const stillDue = (await deliveriesOn(database.db, 'note')).filter(({ state }) => state === 'due');
    expect(stillDue).toMatchObject([{ lastError: 'EspoCRM: away' }]);
  });

  test('as many are sent as the budget has room for; the others when it has room again', async () => {
    for (const lastName of ['Meier', 'Schulz', 'Weber']) await givenUp(lastName);
    let left = 2;
    const narrow: Pick<CallBudget, 'reserve'> = {
      reserve: async (...wanted) => {
        expect(wanted).toEqual(['EspoCRM', 1, 'catch_up']);
        left -= 1;
        return left < 0 ? { kind: 'spent', retryAfterMs: 40_000 } : unlimitedBudget.reserve(...wanted);
      },
    };
    await senderIn(house, notesIn(house, narrow)).deliverDue();
    expect(notesSent()).toBe(2);
    left = 1;
    house.clockOffsetMs += 39_000;
    await senderIn(house, notesIn(house, narrow)).deliverDue();
    expect(notesSent()).toBe(2);
    house.clockOffsetMs += 1_001;
    await senderIn(house, notesIn(house, narrow)).deliverDue();
    expect(notesSent()).toBe(3);
  });

  test('a role that forbids notes is named once in the log and not asked again for the same note', async () => {
    const sender = senderIn(house, notesIn(house));
    house.crm.closeStream('CBeteiligte');
    for (const lastName of ['Meier', 'Schulz']) {
      const { id } = await house.linked({ lastName });
      const heal = failingParties(house);
      await exhaust(house, id);
      heal();
    }
    await sender.deliverDue();
    house.clockOffsetMs += 86_400_000;
    await sender.deliverDue();
    expect(notesSent()).toBe(2);
    expect(await deliveriesOn(database.db, 'note')).toMatchObject([
      { state: 'undeliverable' },
      { state: 'undeliverable' },
    ]);
    expect(sender.lines().filter((line) => line.includes('role does not allow this'))).toHaveLength(1);
  });
});
