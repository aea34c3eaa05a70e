import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';
import { createActivities } from './create-activities.ts';

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

test("a failing statement lists its parameters: they reach neither Temporal's history nor the log", async () => {
  const { id } = await house.linked({ lastName: 'Meier' });
  house.crm.update('CBeteiligte', id, { titel: 'Geheim' });
  await house.hint('master', id);
  const logged: string[] = [];
  const failing = new Proxy(house.deps.passes, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name === 'begin') return value.bind(target) as unknown;
      return () => Promise.reject(new Error('Failed query: update links\nparams: Geheim'));
    },
  });
  const observer = {
    ...house.deps.observer,
    onProblem: (message: string, details: object) => logged.push(message + JSON.stringify(details)),
  };
  const activities = createActivities({ ...house.deps, passes: failing, observer });
  const run = new MockActivityEnvironment().run(() => activities.reconcile({ pair: 'beteiligte', key: id }));
  const failure: unknown = await run.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Error);
  expect(`${(failure as Error).stack ?? ''} ${JSON.stringify(failure)} ${logged.join()}`).not.toContain('Geheim');
  expect(logged.join()).toContain('failed unexpectedly');
});
