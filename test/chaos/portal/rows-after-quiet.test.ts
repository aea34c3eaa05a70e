import { expect, test } from '@jest/globals';
import type { SystemSave } from './agency.ts';
import { rowsAfterQuiet } from './rows-after-quiet.ts';

const save = (now: SystemSave['now'], id = '7'): SystemSave => ({
  ...{ entity: 'tasks', id, by: 'tandem', atMs: 0 },
  now,
});
const task = { title: 'Roof', version: 1, modifiedAt: 'then', lastActivityAt: 'then' };

test('a row that was changed without a reason is found, with what was changed', () => {
  const found = rowsAfterQuiet([save(task), save({ ...task, title: 'Cellar', version: 2 })], 1);
  expect(found.map(({ record, what }) => [record, what])).toEqual([['replica:7', 'title: "Roof" → "Cellar"']]);
});

test('so are rows that are new, gone or back', () => {
  const saves = [save(task), save(task, '8'), save(null), save(task)];
  expect(rowsAfterQuiet(saves, 1).map(({ record, what }) => `${record} ${what}`)).toEqual([
    'replica:8 is there',
    'replica:7 is gone',
    'replica:7 is there',
  ]);
});

test('what a comment has changed of its task is read with the next look, and no finding', () => {
  const later = { ...task, version: 2, modifiedAt: 'now', lastActivityAt: 'now' };
  expect(rowsAfterQuiet([save(task), save(later)], 1)).toEqual([]);
});
