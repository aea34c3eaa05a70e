import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import type { CallBudget, CallReservation } from '../connectors/call-budget.ts';
import { callPriorities } from '../connectors/call-budget.ts';
import { createLoggedCalls } from '../connectors/call-log.ts';
import { createCallBudget } from '../connectors/call-reservation.ts';
import { CallModel, type ModelReservation } from '../test/support/call-model.ts';
import { databasesUnderTest } from '../test/support/databases.ts';
import { holdsAlwaysAsync } from '../test/support/property.ts';
import { storeOf } from '../test/support/store.ts';
import { CallLogStore } from './call-log.ts';
import type { Database } from './database.ts';
import { callLog } from './call-log-table.ts';

const list = [
  { calls: 6, perMs: 200 },
  { calls: 12, perMs: 1_000 },
];
const windows = new Map([
  ['Advoware', list],
  ['EspoCRM', [{ calls: 1, perMs: 3_600_000 }]],
]);
const times = { takeForMs: 300, callMs: 100 };

type Step =
  | { readonly kind: 'reserve'; readonly process: number; readonly calls: number; readonly priority: number }
  | { readonly kind: 'take' | 'settle' | 'die'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number };

const which = fc.nat({ max: 1_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      process: fc.nat({ max: 2 }),
      calls: fc.integer({ min: 1, max: 8 }),
      priority: fc.nat({ max: callPriorities.length - 1 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('take' as const), which }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 250 }) }),
  },
);

/** Three processes with one budget over one database, on a clock that the test moves, beside the model. */
class Processes {
  readonly model = new CallModel(list, times);
  readonly #db: Database;
  readonly #budgets: readonly CallBudget[];
  #open: { readonly real: CallReservation; readonly expected: ModelReservation }[] = [];

  constructor(db: Database) {
    this.#db = db;
    const clock = sql`(select timestamptz 'epoch' + ms * interval '1 ms' from test_clock)`;
    this.#budgets = [0, 1, 2].map(() => {
      const source = createLoggedCalls({ log: new CallLogStore(db, { clock }), windows, limitedBy: 'store' });
      return createCallBudget({ windows, source, ...times, elapsedMs: () => this.model.nowMs });
    });
  }

  async begin(): Promise<void> {
    await this.#db.delete(callLog);
    await this.#pass(0);
  }

  /** Does the step in both worlds. @returns what came of it: in reality and in the model */
  async play(step: Step): Promise<readonly [boolean, boolean]> {
    if (step.kind === 'pass') await this.#pass(step.ms);
    if (step.kind === 'reserve') return this.#reserve(step);
    const chosen = 'which' in step ? this.#open[step.which % this.#open.length] : undefined;
    if (chosen === undefined) return [true, true];
    if (step.kind === 'take') {
      const isTaken = await chosen.real.take().then(
        () => true,
        () => false,
      );
      return [isTaken, this.model.take(chosen.expected)];
    }
    if (step.kind === 'settle') await chosen.real.settle();
    if (step.kind === 'settle') this.model.settle(chosen.expected);
    this.#open = this.#open.filter((other) => other !== chosen);
    return [true, true];
  }

  async #reserve({ process, calls, priority }: Step & { kind: 'reserve' }): Promise<readonly [boolean, boolean]> {
    const real = await this.#budgets[process]!.reserve('Advoware', calls, callPriorities[priority]!);
    const expected = this.model.reserve(calls, callPriorities[priority]!);
    if (real.kind === 'reserved' && expected !== null) this.#open.push({ real: real.reservation, expected });
    return [real.kind === 'reserved', expected !== null];
  }

  async #pass(ms: number): Promise<void> {
    this.model.nowMs += ms;
    await this.#db.execute(sql`update test_clock set ms = ${this.model.nowMs}::int`);
  }
}

describe.each(databasesUnderTest())('calls counted in $name', (kind) => {
  const store = storeOf(kind);
  beforeAll(async () => {
    await store().execute(sql`create table test_clock as select 0 as ms`);
  });

  test('are given as the plainest description says, and never more arrive in any stretch than a window allows', async () => {
    const campaign = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const processes = new Processes(store());
      await processes.begin();
      for (const one of steps) {
        const [real, expected] = await processes.play(one);
        expect([one, real]).toEqual([one, expected]);
      }
      for (const { calls, perMs } of list) expect(processes.model.mostInAnyStretch(perMs)).toBeLessThanOrEqual(calls);
    });
    await holdsAlwaysAsync(campaign, { share: 0.1 });
  });

  describe('on a clock that stands still', () => {
    let nowMs = 0;
    const at = async (ms: number): Promise<void> => {
      nowMs = ms;
      await store().execute(sql`update test_clock set ms = ${ms}`);
    };
    const clock = sql`(select timestamptz 'epoch' + ms * interval '1 ms' from test_clock)`;
    const budget = () => {
      const source = createLoggedCalls({ log: new CallLogStore(store(), { clock }), windows, limitedBy: 'store' });
      return createCallBudget({ windows, source, ...times, elapsedMs: () => nowMs });
    };
    const use = async (calls: number): Promise<void> => {
      const result = await budget().reserve('Advoware', calls, 'interactive');
      if (result.kind !== 'reserved') throw new Error('spent');
      for (let call = 0; call < calls; call += 1) await result.reservation.take();
      await result.reservation.settle();
    };
    beforeEach(() => at(10_000));

    test('a refusal says when there is room, to the millisecond', async () => {
      await use(2);
      await at(10_050);
      await use(4);
      const refused = await budget().reserve('Advoware', 3, 'interactive');
      expect(refused).toEqual({ kind: 'spent', retryAfterMs: 202 });
      await at(10_050 + 201);
      expect((await budget().reserve('Advoware', 3, 'interactive')).kind).toBe('spent');
      await at(10_050 + 202);
      expect((await budget().reserve('Advoware', 3, 'interactive')).kind).toBe('reserved');
    });

    test('the fullest window decides how long to wait', async () => {
      await use(6);
      await at(10_202);
      await use(6);
      await at(10_404);
      expect(await budget().reserve('Advoware', 6, 'interactive')).toEqual({ kind: 'spent', retryAfterMs: 606 });
    });

    test('what others hold may be given back at any time, so asking again is worth it soon', async () => {
      await budget().reserve('EspoCRM', 1, 'interactive');
      expect(await budget().reserve('EspoCRM', 1, 'interactive')).toEqual({ kind: 'spent', retryAfterMs: 5_000 });
    });

    test('a reservation that is too old is not taken from any more, since what it held may have expired', async () => {
      const old = await budget().reserve('Advoware', 6, 'interactive');
      await at(10_000 + 299);
      if (old.kind === 'reserved') await old.reservation.take();
      await at(10_000 + 300);
      const late = old.kind === 'reserved' ? old.reservation.take() : Promise.resolve();
      await expect(late).rejects.toMatchObject({ code: 'budget_spent', system: 'Advoware' });
    });

    test('rows that no window can see are not kept', async () => {
      await use(5);
      await at(11_009);
      await use(1);
      expect(await store().$count(callLog)).toBe(2);
      await at(11_010);
      await use(1);
      expect(await store().$count(callLog)).toBe(2);
    });
  });
});
