import { expect, test } from '@jest/globals';
import { hintTriggers } from '../store/hint-classes.ts';
import { priorityOf } from './priority-of.ts';

const of = (...triggers: (typeof hintTriggers)[number][]) => priorityOf(triggers.map((trigger) => ({ trigger })));

test('a look is of the class of whoever asked for it', () => {
  expect(hintTriggers.map((trigger) => [trigger, of(trigger)])).toEqual([
    ['person', 'interactive'],
    ['look_again', 'webhook'],
    ['webhook', 'webhook'],
    ['retry', 'webhook'],
    ['catch_up', 'catch_up'],
    ['census', 'census'],
    ['backfill', 'backfill'],
  ]);
});

test('of several who asked for a look the most urgent counts, in whatever order they came', () => {
  expect(of('backfill', 'person', 'webhook')).toBe('interactive');
  expect(of('census', 'retry')).toBe('webhook');
  expect(of('catch_up', 'backfill')).toBe('catch_up');
  expect(of('backfill', 'census')).toBe('census');
});
