import { describe, expect, test } from '@jest/globals';
import { RememberedFor } from './remembered-for.ts';

function remembering(atMost = 2) {
  const state = { nowMs: 0, asked: [] as string[], answer: (key: string) => Promise.resolve(`of ${key}`) };
  const remembered = new RememberedFor<string, string>({
    ...{ ms: 1_000, atMost, nowMs: () => state.nowMs },
    ask: (key) => {
      state.asked.push(key);
      return state.answer(key);
    },
  });
  return { state, remembered };
}

describe('an answer', () => {
  test('is given again until it is as old as it may be', async () => {
    const { state, remembered } = remembering();
    expect(await remembered.of('a')).toBe('of a');
    state.nowMs = 999;
    expect(await remembered.of('a')).toBe('of a');
    expect(state.asked).toEqual(['a']);
    state.nowMs = 1_000;
    await remembered.of('a');
    expect(state.asked).toEqual(['a', 'a']);
  });

  test('is shared by those who ask before it is there', async () => {
    const { state, remembered } = remembering();
    expect(await Promise.all([remembered.of('a'), remembered.of('a'), remembered.of('b')])).toEqual([
      ...['of a', 'of a', 'of b'],
    ]);
    expect(state.asked).toEqual(['a', 'b']);
  });

  test('that took too long is not given to who asks later: it is as old as its question', async () => {
    const { state, remembered } = remembering();
    let end: (answer: string) => void = () => undefined;
    state.answer = () => new Promise((resolve) => (end = resolve));
    const slow = remembered.of('a');
    const answerSlowly = end;
    state.nowMs = 1_000;
    state.answer = () => Promise.resolve('new');
    expect(await remembered.of('a')).toBe('new');
    answerSlowly('old');
    expect(await slow).toBe('old');
    expect(await remembered.of('a')).toBe('new');
  });

  test('has to go for another one if there are too many: the oldest first', async () => {
    const { state, remembered } = remembering(2);
    for (const key of ['a', 'b', 'c', 'b', 'c', 'a']) await remembered.of(key);
    expect(state.asked).toEqual(['a', 'b', 'c', 'a']);
  });
});

describe('a failure', () => {
  test('is told to all who wait for it, and not kept', async () => {
    const { state, remembered } = remembering();
    state.answer = () => Promise.reject(new Error('away'));
    const both = await Promise.allSettled([remembered.of('a'), remembered.of('a')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    state.answer = () => Promise.resolve('back');
    expect(await remembered.of('a')).toBe('back');
    expect(state.asked).toEqual(['a', 'a']);
  });

  test('that is late does not take away the answer that was asked for after it', async () => {
    const { state, remembered } = remembering();
    let fail: (error: Error) => void = () => undefined;
    state.answer = () => new Promise((_resolve, reject) => (fail = reject));
    const slow = remembered.of('a');
    const failSlowly = fail;
    state.nowMs = 1_000;
    state.answer = () => Promise.resolve('new');
    await remembered.of('a');
    failSlowly(new Error('away'));
    await expect(slow).rejects.toThrow('away');
    expect(await remembered.of('a')).toBe('new');
    expect(state.asked).toEqual(['a', 'a']);
  });
});
