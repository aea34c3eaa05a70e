import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { friendly } from '../../simulators/productive/start-productive.ts';
import { rejectionOf } from '../test-context.ts';
import { type Bench, startBench } from '../../test/support/productive-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.productive.stop());

async function restart(...options: Parameters<typeof startBench>): Promise<void> {
  await bench.productive.stop();
  bench = await startBench(...options);
}

describe('reading', () => {
  test('shows a task with the ids of all that it belongs to, in one call', async () => {
    const { anna, ben } = bench.productive.persons;
    const parentId = bench.addTask();
    const id = bench.addTask({ assignee_id: ben, parent_task_id: parentId, workflow_status_id: null });
    bench.callsSince();
    const record = await bench.readRecord('tasks', id);
    expect(record).toMatchObject({
      id,
      version: '2026-11-21T09:12:00.000Z',
      modifiedAt: '2026-11-21T09:12:00.000Z',
      modifiedByUs: null,
      attributes: {
        title: 'Angebot',
        project_id: bench.projectId,
        task_list_id: bench.listId,
        assignee_id: ben,
        creator_id: anna,
        parent_task_id: parentId,
        workflow_status_id: null,
      },
    });
    expect(bench.callsSince()).toEqual([`GET /tasks/${id}`]);
  });

  test('tells our own edits where our person is known', async () => {
    const { integration, anna } = bench.productive.persons;
    await restart({}, { personId: integration });
    const id = bench.addTask();
    expect((await bench.readRecord('tasks', id)).modifiedByUs).toBe(false);
    bench.productive.update('tasks', id, { title: 'Neu' }, integration);
    expect((await bench.readRecord('tasks', id)).modifiedByUs).toBe(true);
    bench.productive.update('tasks', id, { title: 'Anders' }, anna);
    expect((await bench.readRecord('tasks', id)).modifiedByUs).toBe(false);
  });

  test('gives what has no time of modification a version that follows its content', async () => {
    const before = await bench.readRecord('companies', bench.companyId);
    expect((await bench.readRecord('companies', bench.companyId)).version).toBe(before.version);
    bench.productive.update('companies', bench.companyId, { name: 'Muster AG' });
    expect((await bench.readRecord('companies', bench.companyId)).version).not.toBe(before.version);
  });

  test('shows an activity with ids as texts', async () => {
    const id = bench.addTask();
    const entry = bench.productive.records('activities').findLast(({ item_id: item }) => item === Number(id));
    const { attributes } = await bench.readRecord('activities', entry?.id ?? '');
    expect(attributes).toMatchObject({ item_id: id, item_type: 'task', task_id: id, event: 'create' });
  });

  test('asks for no address that was not meant', async () => {
    const asked = [
      bench.connector.read('tasks', '../people/1', bench.context),
      bench.connector.read('webhooks', '1', bench.context),
      bench.connector.read('tasks', '0', bench.context),
    ];
    const codes = (await Promise.all(asked.map(rejectionOf))).map((error) => (error as { code?: string }).code);
    expect(codes).toEqual(['rejected', 'misconfigured', 'rejected']);
  });
});

describe('a record that is not to be found', () => {
  test.each(['404', 'record'] as const)(
    'is gone if Productive says that it was deleted (%s)',
    async (deletedReadsAs) => {
      await restart({ unknowns: { deletedReadsAs } });
      const id = bench.addTask();
      bench.productive.remove('tasks', id);
      bench.callsSince();
      expect(await bench.connector.read('tasks', id, bench.context)).toEqual({ kind: 'gone' });
      expect(bench.callsSince()).toEqual(
        deletedReadsAs === '404' ? [`GET /tasks/${id}`, 'GET /deleted_items'] : [`GET /tasks/${id}`],
      );
    },
  );

  test('costs one more call for a whole burst of deletions', async () => {
    const ids = Array.from({ length: 30 }, () => bench.addTask());
    for (const id of ids) bench.productive.remove('tasks', id);
    bench.callsSince();
    for (const id of ids) expect(await bench.connector.read('tasks', id, bench.context)).toEqual({ kind: 'gone' });
    expect(bench.callsSince().filter((call) => call === 'GET /deleted_items')).toHaveLength(1);
  });

  test('is believed gone at once, though the bin was read a moment before', async () => {
    const [first, second] = [bench.addTask(), bench.addTask()] as const;
    bench.productive.remove('tasks', first);
    expect(await bench.connector.read('tasks', first, bench.context)).toEqual({ kind: 'gone' });
    bench.productive.remove('tasks', second);
    expect(await bench.connector.read('tasks', second, bench.context)).toEqual({ kind: 'gone' });
  });

  test('is not gone because of a deletion that was taken back since', async () => {
    const [kept, person] = ['Lang', 'Kurz'].map(
      (last_name) => bench.productive.create('people', { first_name: 'Eva', last_name }).id,
    ) as [string, string];
    bench.productive.remove('people', person);
    expect(await bench.connector.read('people', person, bench.context)).toEqual({ kind: 'gone' });
    bench.tick(60_001);
    bench.productive.recover('people', person);
    bench.productive.mergePeople(kept, person);
    const attempt = bench.connector.read('people', person, bench.context);
    expect(await rejectionOf(attempt)).toMatchObject({ code: 'forbidden' });
  });

  test('is found in the bin below hundreds of later deletions', async () => {
    const [first = '', ...later] = Array.from({ length: 450 }, () => bench.addTask());
    bench.productive.remove('tasks', first);
    bench.tick(60_000);
    for (const id of later) bench.productive.remove('tasks', id);
    const [last = ''] = later.slice(-1);
    expect(await bench.connector.read('tasks', last, bench.context)).toEqual({ kind: 'gone' });
    expect(await bench.connector.read('tasks', first, bench.context)).toEqual({ kind: 'gone' });
    const unknown = bench.connector.read('tasks', '999999', bench.context);
    expect(await rejectionOf(unknown)).toMatchObject({ code: 'forbidden' });
    bench.callsSince();
    await rejectionOf(bench.connector.read('tasks', '999999', bench.context));
    expect(bench.callsSince()).toEqual(['GET /tasks/999999', 'GET /deleted_items', 'GET /activities']);
  });

  test('is gone with the project that its activities name, though nothing says so of itself', async () => {
    const id = bench.addTask();
    const numbers = { item_id: Number(id), task_id: Number(id), parent_id: Number(bench.projectId) };
    const activity = { event: 'create', item_type: 'task', parent_type: 'project', created_at: '2026-11-21T09:12:00Z' };
    bench.productive.create('activities', { ...activity, ...numbers });
    bench.productive.remove('projects', bench.projectId);
    bench.callsSince();
    expect(await bench.connector.read('tasks', id, bench.context)).toEqual({ kind: 'gone' });
    expect(bench.callsSince()).toEqual([`GET /tasks/${id}`, 'GET /deleted_items', 'GET /activities']);
  });

  test('is no deletion if nothing says so: merged, purged or hidden', async () => {
    const kept = bench.productive.create('people', { first_name: 'Eva', last_name: 'Lang' }).id;
    const vanishing = bench.productive.create('people', { first_name: 'Eva', last_name: 'Lang' }).id;
    bench.productive.mergePeople(kept, vanishing);
    expect(await rejectionOf(bench.connector.read('people', vanishing, bench.context))).toMatchObject({
      code: 'forbidden',
    });
    expect(await rejectionOf(bench.connector.read('tasks', '999999', bench.context))).toMatchObject({
      code: 'forbidden',
    });
  });

  test('is gone without more if it is a comment or a file, which no bin is documented for', async () => {
    const task = bench.addTask();
    const id = bench.productive.create('comments', { body: 'Ja', task_id: task }).id;
    bench.productive.remove('tasks', task);
    bench.callsSince();
    expect(await bench.connector.read('comments', id, bench.context)).toEqual({ kind: 'gone' });
    expect(bench.callsSince()).toEqual([`GET /comments/${id}`]);
  });

  test('is not even asked about where the address is wrong', async () => {
    bench.productive.faults.add({ path: /tasks/, fault: { kind: 'status', status: 404, body: '<html>' } });
    expect(await rejectionOf(bench.connector.read('tasks', bench.addTask(), bench.context))).toMatchObject({
      code: 'misconfigured',
    });
  });

  test('may be hidden by a missing right, which concerns this record only', async () => {
    const id = bench.addTask();
    bench.productive.forbid('tasks', id);
    expect(await rejectionOf(bench.connector.read('tasks', id, bench.context))).toMatchObject({ code: 'forbidden' });
  });
});

describe('writing', () => {
  const plan = { title: 'Entwurf', description: '<p>Bitte prüfen</p>', due_date: '2026-12-01' };

  test('creates a task in one call and shows it as it was stored', async () => {
    bench.callsSince();
    const place = { project_id: bench.projectId, task_list_id: bench.listId };
    const created = await bench.connector.create('tasks', { ...plan, ...place }, bench.context);
    expect(created.attributes).toMatchObject({
      ...plan,
      ...place,
      creator_id: bench.productive.persons.integration,
      closed: false,
    });
    expect(bench.callsSince()).toEqual(['POST /tasks']);
    expect(bench.productive.record('tasks', created.id)).toMatchObject({ ...plan, ...place });
  });

  test('changes only what is named, in one call', async () => {
    const id = bench.addTask({ description: 'bleibt' });
    const current = await bench.readRecord('tasks', id);
    bench.callsSince();
    const { ben } = bench.productive.persons;
    const changes = { title: 'Neu', assignee_id: ben, due_date: null };
    const updated = await bench.connector.update('tasks', current, changes, bench.context);
    expect(updated.attributes).toMatchObject({ ...changes, description: 'bleibt', project_id: bench.projectId });
    expect(bench.callsSince()).toEqual([`PATCH /tasks/${id}`]);
  });

  test('keeps the custom fields that are not written', async () => {
    const id = bench.addTask({ custom_fields: { '11': 'bleibt', '12': 'alt', '13': 'weg' } });
    const current = await bench.readRecord('tasks', id);
    const changes = { custom_fields: { '12': 'neu', '13': null } };
    await bench.connector.update('tasks', current, changes, bench.context);
    const expected = { '11': 'bleibt', '12': 'neu' };
    expect(bench.productive.record('tasks', id)).toMatchObject({ custom_fields: expected });
    const { custom_fields: _known, ...raw } = current.raw;
    await bench.connector.update('tasks', { ...current, raw }, { custom_fields: { '14': 'dazu' } }, bench.context);
    expect(bench.productive.record('tasks', id)).toMatchObject({ custom_fields: { ...expected, '14': 'dazu' } });
  });

  test('names the field that is not accepted, never its value', async () => {
    const attributes = { title: '', due_date: 'Geheimnis', project_id: '999', task_list_id: bench.listId };
    const error = await rejectionOf(bench.connector.create('tasks', attributes, bench.context));
    expect(error).toMatchObject({ code: 'rejected', field: 'title' });
    expect(String(error)).toContain('title, due_date, project_id');
    expect(String(error)).not.toContain('Geheimnis');
  });

  test('finds a record gone that is to be changed', async () => {
    const id = bench.addTask();
    const current = await bench.readRecord('tasks', id);
    bench.productive.remove('tasks', id);
    const update = bench.connector.update('tasks', current, { title: 'Neu' }, bench.context);
    expect(await rejectionOf(update)).toMatchObject({ code: 'stale_version' });
  });

  test('does not know what became of a write whose answer was lost', async () => {
    bench.productive.faults.add({ method: 'POST', path: /tasks/, fault: { kind: 'resetAfter' }, times: 1 });
    const place = { project_id: bench.projectId, task_list_id: bench.listId };
    const creation = bench.connector.create('tasks', { ...plan, ...place }, bench.context);
    expect(await rejectionOf(creation)).toMatchObject({ code: 'ambiguous_write' });
  });

  test('deletes what can be deleted, and what is gone already', async () => {
    const id = bench.addTask();
    await bench.connector.remove('tasks', id, bench.context);
    expect(bench.productive.record('tasks', id)).toMatchObject({ deleted: true });
    await bench.connector.remove('tasks', id, bench.context);
    const removal = bench.connector.remove('companies', bench.companyId, bench.context);
    expect(await rejectionOf(removal)).toMatchObject({ code: 'forbidden' });
  });
});

describe('Productive as a whole', () => {
  test('refuses a token, which is not shown again at once', async () => {
    await restart({}, { token: 'wrong' });
    const id = bench.addTask();
    for (const _attempt of [1, 2]) {
      expect(await rejectionOf(bench.connector.read('tasks', id, bench.context))).toMatchObject({
        code: 'auth_failed',
      });
    }
    expect(bench.callsSince()).toHaveLength(1);
  });

  test('is probed by one small page', async () => {
    bench.callsSince();
    await bench.connector.probe(null, bench.context);
    expect(bench.callsSince()).toEqual(['GET /projects']);
    expect(bench.context.purposes).toEqual(['check']);
  });

  test('behaves the same where its guides keep their promises', async () => {
    await restart({ unknowns: friendly });
    const id = bench.addTask();
    bench.productive.remove('tasks', id);
    expect(await bench.connector.read('tasks', id, bench.context)).toEqual({ kind: 'gone' });
  });
});
