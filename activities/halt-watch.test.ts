import { beforeEach, describe, expect, test } from '@jest/globals';
import { HaltWatch } from './halt-watch.ts';

let nowMs: number;
let halts: number[];
let watch: HaltWatch;
beforeEach(() => {
  [nowMs, halts] = [1_000_000, []];
  watch = new HaltWatch({ nowMs: () => nowMs, onHalt: (ms) => halts.push(ms) });
});

/** Time goes by as it does where nothing is in the way. */
const awakeFor = (seconds: number): void => {
  for (let n = 0; n < seconds; n += 1) {
    nowMs += 1_000;
    watch.tick();
  }
};
const haltedFor = (ms: number): void => {
  nowMs += ms;
};

describe('an attempt', () => {
  test('stays ours as long as the process runs, however long that is', () => {
    const isOurs = watch.attempt();
    awakeFor(100);
    expect(isOurs()).toBe(true);
    expect(halts).toEqual([]);
  });

  test('may be given up after a halt, and this is known before any timer has fired', () => {
    const isOurs = watch.attempt();
    awakeFor(3);
    haltedFor(18_000);
    expect(isOurs()).toBe(false);
    expect(halts).toEqual([18_000]);
  });

  test('stays given up, whoever noticed the halt', () => {
    const isOurs = watch.attempt();
    haltedFor(18_000);
    watch.tick();
    expect(isOurs()).toBe(false);
    awakeFor(60);
    expect(isOurs()).toBe(false);
    expect(halts).toEqual([18_000]);
  });

  test.each([
    [4_999, true],
    [5_000, false],
  ])('that was halted for %d ms is ours: %s, as the heartbeat before it may be ten seconds old', (ms, expected) => {
    const isOurs = watch.attempt();
    awakeFor(1);
    haltedFor(ms);
    expect(isOurs()).toBe(expected);
  });

  test('that arrives right after a halt may have been waiting at our door all the time', () => {
    haltedFor(18_000);
    const first = watch.attempt();
    watch.tick();
    const second = watch.attempt();
    awakeFor(1);
    const third = watch.attempt();
    awakeFor(1);
    const later = watch.attempt();
    expect([first(), second(), third(), later()]).toEqual([false, false, false, true]);
  });

  test('is not in doubt because a clock was set back', () => {
    haltedFor(18_000);
    watch.tick();
    nowMs -= 3_600_000;
    awakeFor(3);
    expect(watch.attempt()()).toBe(true);
  });
});

test('the time before it is started is no halt', () => {
  haltedFor(60_000);
  watch.start();
  try {
    expect(watch.attempt()()).toBe(true);
  } finally {
    watch.stop();
  }
});
