import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { CensusStep } from '../../workflows/contract.ts';
import type { PageAhead } from './page-ahead.ts';
import { stepsInTime } from './steps-in-time.ts';

const stepping = (...results: readonly CensusStep[]) => {
  let taken = 0;
  const step = () => {
    const result = results[taken];
    taken += 1;
    return result === undefined ? Promise.reject(new Error('one too many')) : Promise.resolve(result);
  };
  return { step, taken: () => taken };
};
const calm = { forMs: 60_000, signal: new AbortController().signal };

test('goes on until there is something to wait for that takes longer than its time', async () => {
  const { step, taken } = stepping({ kind: 'moved' }, { kind: 'moved' }, { kind: 'wait', forMs: 100_000 });
  expect(await stepsInTime(step, calm)).toEqual({ kind: 'wait', forMs: 100_000 });
  expect(taken()).toBe(3);
});

test('waits for what is there in time, as for the next call of a budget', async () => {
  const { step, taken } = stepping({ kind: 'wait', forMs: 5 }, { kind: 'moved' }, { kind: 'ended' });
  expect(await stepsInTime(step, calm)).toEqual({ kind: 'ended' });
  expect(taken()).toBe(3);
});

test('an attempt that has to end meanwhile waits no longer', async () => {
  const { step, taken } = stepping({ kind: 'wait', forMs: 50_000 });
  const ending = new AbortController();
  const walked = stepsInTime(step, { ...calm, signal: ending.signal });
  ending.abort();
  expect(await walked).toEqual({ kind: 'wait', forMs: 50_000 });
  expect(taken()).toBe(1);
});

test.each([{ kind: 'paused' }, { kind: 'ended' }] as const)('ends with a run that is $kind', async (end) => {
  const { step, taken } = stepping({ kind: 'moved' }, end);
  expect(await stepsInTime(step, calm)).toEqual(end);
  expect(taken()).toBe(2);
});

test('an attempt that has to end takes no further step', async () => {
  const { step, taken } = stepping({ kind: 'moved' });
  expect(await stepsInTime(step, { ...calm, signal: AbortSignal.abort() })).toEqual({ kind: 'moved' });
  expect(taken()).toBe(1);
});

test('nor does one whose time is up', async () => {
  const { step, taken } = stepping({ kind: 'moved' });
  expect(await stepsInTime(step, { ...calm, forMs: 0 })).toEqual({ kind: 'moved' });
  expect(taken()).toBe(1);
});

test('a page that was asked for while there was time is taken by one more step, which asks for none', async () => {
  const forMs = 100;
  const startedAt = performance.now();
  const place = { side: 'master', position: '1' } as const;
  const wereThere: boolean[] = [];
  const step = async (ahead: PageAhead): Promise<CensusStep> => {
    wereThere.push(ahead.take(place) !== null);
    ahead.ask(place, () => Promise.resolve({ kind: 'wait', forMs: 0 }));
    while (performance.now() - startedAt <= forMs) await setImmediate();
    return { kind: 'moved' };
  };
  expect(await stepsInTime(step, { forMs, signal: calm.signal })).toEqual({ kind: 'moved' });
  expect(wereThere).toEqual([false, true]);
});
