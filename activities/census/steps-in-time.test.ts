import { expect, test } from '@jest/globals';
import type { CensusStep } from '../../workflows/contract.ts';
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

test('goes on until there is something to wait for', async () => {
  const { step, taken } = stepping({ kind: 'moved' }, { kind: 'moved' }, { kind: 'wait', forMs: 1_000 });
  expect(await stepsInTime(step, calm)).toEqual({ kind: 'wait', forMs: 1_000 });
  expect(taken()).toBe(3);
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
