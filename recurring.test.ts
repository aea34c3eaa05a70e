import { expect, test } from '@jest/globals';
import { startRecurring } from './recurring.ts';

const never = new Promise<undefined>(() => undefined);

test('goes on after failures and tells of them once until it works again', async () => {
  const told: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<undefined>();
  const outcomes = ['fails', 'fails', 'works', 'fails', 'fails'];
  const recurring = startRecurring({
    everyMs: 1,
    onFailing: (error) => told.push(error instanceof Error ? error.message : error),
    run: () => {
      const outcome = outcomes.shift();
      if (outcome === undefined) resolve(undefined);
      return outcome === 'fails' ? Promise.reject(new Error(`with ${outcomes.length} left`)) : Promise.resolve(1);
    },
  });
  await done;
  await recurring.stop();
  expect(told).toEqual(['with 4 left', 'with 1 left']);
});

test('stopping waits for the run that is under way, tells it, and begins no other', async () => {
  let runs = 0;
  const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
  const { promise: finished, resolve: finish } = Promise.withResolvers<undefined>();
  const recurring = startRecurring({
    everyMs: 1,
    onFailing: () => undefined,
    run: async (signal) => {
      runs += 1;
      begin(undefined);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      await finished;
      throw new Error('too late to be told');
    },
  });
  await begun;
  const stopped = recurring.stop();
  expect(await Promise.race([stopped.then(() => 'stopped'), Promise.resolve('waiting')])).toBe('waiting');
  finish(undefined);
  await stopped;
  expect(runs).toBe(1);
});

test('a run may ask for an earlier next time', async () => {
  const { promise: second, resolve } = Promise.withResolvers<undefined>();
  let runs = 0;
  const recurring = startRecurring({
    everyMs: 1,
    onFailing: () => undefined,
    run: () => {
      runs += 1;
      if (runs === 2) resolve(undefined);
      return runs < 2 ? Promise.resolve(0) : never;
    },
  });
  await second;
  expect(runs).toBe(2);
  void recurring.stop();
});
