import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../test-context.ts';
import { type Bench, startBench } from '../../test/support/productive-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.productive.stop());

describe('a creation whose answer was lost', () => {
  const place = () => ({ project_id: bench.projectId, task_list_id: bench.listId });

  test('is found by its values and its place, in one call', async () => {
    const { integration, anna } = bench.productive.persons;
    await bench.productive.stop();
    bench = await startBench({}, { personId: integration });
    bench.productive.create('tasks', { title: 'Entwurf', ...place() }, anna);
    const ours = bench.productive.create(
      'tasks',
      { title: 'Entwurf', description: '<div>Bitte &amp; bald</div>', initial_estimate: 60, ...place() },
      integration,
    );
    bench.callsSince();
    const sent = { title: 'Entwurf', description: 'Bitte & bald', initial_estimate: 60, due_date: null, ...place() };
    const found = await bench.connector.search('tasks', sent, bench.context);
    expect(found.map(({ id }) => id)).toEqual([ours.id]);
    expect(bench.callsSince()).toEqual(['GET /tasks']);
  });

  test('is not taken for another one of the same place', async () => {
    bench.addTask({ title: 'Anderes' });
    const found = await bench.connector.search('tasks', { title: 'Entwurf', ...place() }, bench.context);
    expect(found).toEqual([]);
  });

  test('of a comment is found by its text below its task', async () => {
    const task = bench.addTask();
    const id = bench.productive.create('comments', { body: '<div>Passt  so</div>', task_id: task }).id;
    bench.productive.create('comments', { body: '<div>Passt so</div>', task_id: bench.addTask() });
    const equal = { body: 'Passt so', task_id: task, hidden: false };
    const found = await bench.connector.search('comments', equal, bench.context);
    expect(found.map((record) => record.id)).toEqual([id]);
  });

  test('is searched only where we create', async () => {
    const search = bench.connector.search('companies', { name: 'Muster GmbH' }, bench.context);
    expect(await rejectionOf(search)).toMatchObject({ code: 'misconfigured' });
  });
});
