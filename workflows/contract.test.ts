import { expect, test } from '@jest/globals';
import { censusIdOf, keepWebhooksId, usualTaskQueue, workflowIdOf } from './contract.ts';

const idsFor = (taskQueue: string): readonly string[] => [
  workflowIdOf({ pair: 'tasks', key: '6' }, taskQueue),
  censusIdOf({ pair: 'tasks' }, taskQueue),
  keepWebhooksId(taskQueue),
];

test('two installations in one namespace never have a workflow in common', () => {
  const ids = [usualTaskQueue, 'tandem-2', 'of/others'].flatMap(idsFor);
  expect(new Set(ids).size).toBe(ids.length);
  expect(idsFor(usualTaskQueue)).toEqual(['sync/tasks/6', 'census/tasks', 'keep-webhooks']);
});
