import { expect, test } from '@jest/globals';
import { parseCheckedOnRead, parseRefreshAfter } from './currency-settings.ts';

const seconds = (text: string): number | null => (/^\d+s$/.test(text) ? Number.parseInt(text, 10) * 1_000 : null);

test('kinds of records are named, separated by commas; none is none', () => {
  expect(parseCheckedOnRead('tasks, projects')).toEqual(new Set(['tasks', 'projects']));
  expect(parseCheckedOnRead('')).toEqual(new Set());
});

test('a kind that can not be looked at is a mistake', () => {
  expect(parseCheckedOnRead('tasks,unicorns')).toBeNull();
  expect(parseRefreshAfter('unicorns:5s', seconds)).toBeNull();
});

test('ages follow their kinds', () => {
  expect(parseRefreshAfter('tasks:5s,projects:60s', seconds)).toEqual(
    new Map([
      ['tasks', 5_000],
      ['projects', 60_000],
    ]),
  );
  expect(parseRefreshAfter('', seconds)).toEqual(new Map());
});

test.each(['tasks', 'tasks:', 'tasks:soon', 'tasks=5s'])('the age in %s can not be read', (text) => {
  expect(parseRefreshAfter(text, seconds)).toBeNull();
});
