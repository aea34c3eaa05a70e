import { expect, test } from '@jest/globals';
import { requireBuiltWorkflows, WorkflowsNotBuilt } from './built-workflows.ts';

test('without its workflows a worker does not start, and says how they are made', () => {
  const path = new URL('./dist/no-such-bundle.js', import.meta.url).pathname;
  expect(() => {
    requireBuiltWorkflows(path);
  }).toThrow(WorkflowsNotBuilt);
  expect(() => {
    requireBuiltWorkflows(path);
  }).toThrow(/no-such-bundle\.js is missing\. Run `npm run build`/);
});
