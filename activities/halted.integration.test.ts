import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';
import { everything } from '../test/support/store.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { createActivities } from './create-activities.ts';
import { HaltWatch } from './halt-watch.ts';

let database: OpenDatabase;
let house: House;
let haltedMs: number;
let halts: HaltWatch;
let told: string[];
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database });
  haltedMs = 0;
  // Nothing but the test lets its time go by: a busy machine is no halt.
  halts = new HaltWatch({ nowMs: () => haltedMs });
  told = [];
});
afterEach(() => house.close());

type Deps = House['deps'];

const halt = (): void => {
  haltedMs += 18_000;
};

/** The part, but that the process is halted before or after one of its calls. */
function halting<T extends object>(part: T, method: keyof T, when: 'before' | 'after'): T {
  return new Proxy(part, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== method) return value.bind(target) as unknown;
      return async (...given: unknown[]) => {
        if (when === 'before') halt();
        const answer: unknown = await Reflect.apply(value, target, given);
        if (when === 'after') halt();
        return answer;
      };
    },
  });
}

/** One attempt of the activity, as a worker makes it. */
async function attempt(key: string, deps: Partial<Deps> = {}): Promise<PassSummary> {
  const observer = { ...house.deps.observer, onProblem: (message: string) => told.push(message) };
  const activities = createActivities({ ...house.deps, observer, halts, ...deps });
  return new MockActivityEnvironment().run(() => activities.reconcile({ pair: 'beteiligte', key }));
}

/** Somebody has edited the party in the CRM. */
async function edited(): Promise<{ id: string; betNr: number }> {
  const ids = await house.linked({ lastName: 'Meier' });
  house.crm.update('CBeteiligte', ids.id, { titel: 'Dr.' });
  await house.hint('master', ids.id);
  return ids;
}

/** Another workflow, which waits for every lease that lives. */
const other = async (key: string) => (await house.pass(key, 'other')).outcome;

test('an attempt that was halted on its way to the lease takes none, and nothing has changed', async () => {
  const { id, betNr } = await edited();
  const [before, mark] = [await everything(database.db), house.mark()];
  const failure: unknown = await attempt(id, { passes: halting(house.deps.passes, 'begin', 'before') }).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ type: 'AttemptGivenUp' });
  expect(await everything(database.db)).toEqual(before);
  expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
  expect(told).toEqual([]);
  expect(await other(id)).toMatchObject({ kind: 'done' });
  expect(house.firm.record(betNr)!.titel).toBe('Dr.');
});

test('one that came in while the process was halted takes none either', async () => {
  const { id } = await edited();
  const before = await everything(database.db);
  halt();
  await expect(attempt(id)).rejects.toMatchObject({ type: 'AttemptGivenUp' });
  expect(await everything(database.db)).toEqual(before);
});

test('one that was halted right after it had taken the lease gives it back and asks nobody anything', async () => {
  const { id } = await edited();
  const mark = house.mark();
  const { outcome } = await attempt(id, { passes: halting(house.deps.passes, 'begin', 'after') });
  expect(outcome).toMatchObject({ kind: 'held_back', code: 'stopped' });
  expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
  expect(await house.links()).toMatchObject([{ leaseOwner: null, leaseUntil: null, attempts: 0, failure: null }]);
  expect(await house.hints.takeDue(house.now(), 10)).toMatchObject([{ recordId: id }]);
  expect(await other(id)).toMatchObject({ kind: 'done' });
});

test.each(['before', 'after'] as const)(
  'one that was halted %s the last look at its lease writes nothing, and hands the record back',
  async (when) => {
    const { id, betNr } = await edited();
    const mark = house.mark();
    const { outcome } = await attempt(id, { passes: halting(house.deps.passes, 'confirm', when) });
    expect(outcome).toMatchObject({ kind: 'held_back', code: 'stopped' });
    expect(house.firm.requests.count({ since: mark.firm, method: 'PUT' })).toBe(0);
    expect(await house.links()).toMatchObject([{ leaseOwner: null, attempts: 0, failure: null }]);
    expect(await other(id)).toMatchObject({ kind: 'done' });
    expect(house.firm.record(betNr)!.titel).toBe('Dr.');
  },
);

test('one whose write was on its way while the process was halted still learns what became of it', async () => {
  const { id, betNr } = await edited();
  const Advoware = halting(house.deps.connectors['Advoware']!, 'update', 'after');
  const mark = house.mark();
  const { outcome } = await attempt(id, { connectors: { ...house.deps.connectors, Advoware } });
  expect(outcome).toMatchObject({ kind: 'held_back', code: 'stopped' });
  expect(await house.ledger()).toContainEqual(expect.objectContaining({ attribute: 'titel', state: 'written' }));
  expect(await other(id)).toMatchObject({ kind: 'done' });
  expect(house.firm.record(betNr)!.titel).toBe('Dr.');
  expect(house.firm.requests.count({ since: mark.firm, method: 'PUT' })).toBe(1);
});
