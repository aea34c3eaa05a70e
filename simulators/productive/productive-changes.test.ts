import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { friendly } from './start-productive.ts';
import { Clock, hourMs, open } from './test-client.ts';

let house: Awaited<ReturnType<typeof open>>;
const clock = new Clock();
beforeEach(async () => {
  house = await open({ now: clock.now });
});
afterEach(() => house.productive.stop());

async function movedBy(act: () => unknown, id: string) {
  const { productive } = house;
  const before = productive.record('tasks', id);
  clock.advance(hourMs);
  await act();
  const after = productive.record('tasks', id);
  return ['updated_at', 'last_activity_at'].filter((name) => before?.[name] !== after?.[name]);
}

describe('the times of a record', () => {
  test('move with plain attributes only, the last activity with comments and attachments', async () => {
    const { productive, addTask } = house;
    const { id } = addTask('Fix');
    const edit = (values: Record<string, unknown>) => movedBy(() => productive.update('tasks', id, values), id);
    expect(await edit({ title: 'Fixed' })).toEqual(['updated_at']);
    expect(await edit({ assignee_id: productive.persons.ben })).toEqual([]);
    expect(await edit({ custom_fields: { 1: 'x' } })).toEqual([]);
    expect(await edit({ title: 'Fixed' })).toEqual([]);
    const comment = () => productive.create('comments', { body: 'Hello', task_id: id });
    expect(await movedBy(comment, id)).toEqual(['last_activity_at']);
    const file = { name: 'a.txt', contentType: 'text/plain', body: Buffer.from('a') };
    expect(await movedBy(() => productive.attach(file, { taskId: id }), id)).toEqual(['last_activity_at']);
  });

  test('move with everything where the switches say so', async () => {
    const { productive, addTask } = house;
    const { id } = addTask('Fix');
    Object.assign(productive.unknowns, friendly);
    const reassigned = () => productive.update('tasks', id, { assignee_id: productive.persons.ben });
    expect(await movedBy(reassigned, id)).toEqual(['updated_at', 'last_activity_at']);
  });

  test("a task's comment moves its project too", () => {
    const { productive, addTask, project } = house;
    const { id } = addTask('Fix');
    clock.advance(hourMs);
    productive.create('comments', { body: 'Hello', task_id: id });
    expect(productive.record('projects', project.id)?.['last_activity_at']).toBe(
      productive.record('tasks', id)?.['last_activity_at'],
    );
  });

  test('a silent edit moves nothing and is told nowhere', async () => {
    const { productive, addTask, call } = house;
    const { id } = addTask('Fix');
    const before = await call('GET', `/activities?filter[task_id]=${id}`);
    const silent = () => {
      productive.silentUpdate('tasks', id, { title: 'Changed behind the scenes' });
    };
    expect(await movedBy(silent, id)).toEqual([]);
    expect((await call('GET', `/activities?filter[task_id]=${id}`)).ids).toEqual(before.ids);
    expect((await call('GET', `/tasks/${id}`)).one.attributes['title']).toBe('Changed behind the scenes');
  });
});

describe('the activity log', () => {
  test('says who changed what from which value, newest first', async () => {
    const { productive, addTask, call } = house;
    const { id } = addTask('Fix');
    clock.advance(1_000);
    await call('PATCH', `/tasks/${id}`, { attributes: { title: 'Fixed', due_date: '2026-12-01' } });
    const { list } = await call('GET', `/activities?filter[task_id]=${id}&include=creator`);
    expect(list.map(({ attributes }) => attributes['event'])).toEqual(['update', 'create']);
    expect(list[0]).toMatchObject({
      attributes: {
        item_type: 'task',
        item_id: Number(id),
        changeset: [{ title: ['Fix', 'Fixed'] }, { due_date: [null, '2026-12-01'] }],
        made_by_automation: false,
      },
      relationships: { creator: { data: { id: productive.persons.integration } } },
    });
    expect(list[1]?.relationships['creator']).toEqual({ data: { type: 'people', id: productive.persons.anna } });
  });

  test('calls a move to another list by three names', async () => {
    const { productive, addTask, call, project } = house;
    const { id } = addTask('Fix');
    for (const name of ['One', 'Two', 'Three']) {
      const list = productive.create('task_lists', { name, project_id: project.id });
      productive.update('tasks', id, { task_list_id: list.id });
    }
    const { list } = await call('GET', `/activities?filter[task_id]=${id}&filter[event]=update`);
    const names = list.flatMap(({ attributes }) => (attributes['changeset'] as object[]).flatMap(Object.keys));
    expect(names.toSorted()).toEqual(['milestone_id', 'task_list', 'task_list_id']);
  });

  test('has comments under their task, and nothing of attachments, services and task lists', async () => {
    const { productive, addTask, call } = house;
    const { id } = addTask('Fix');
    const comment = productive.create('comments', { body: 'Hello', task_id: id });
    productive.attach({ name: 'a.txt', contentType: 'text/plain', body: Buffer.from('a') }, { taskId: id });
    const { list } = await call('GET', '/activities?include=comment&filter[type]=1');
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({
      attributes: { item_type: 'comment', item_id: Number(comment.id), parent_type: 'task', task_id: Number(id) },
      relationships: { comment: { data: { id: comment.id } } },
    });
    const types = (await call('GET', '/activities')).list.map(({ attributes }) => attributes['item_type']);
    expect(new Set(types)).toEqual(new Set(['comment', 'task', 'project', 'company']));
  });

  test('can use the old names of things', async () => {
    const { productive, call, project } = house;
    productive.unknowns.itemTypes = 'old';
    productive.update('projects', project.id, { name: 'Shop' });
    expect((await call('GET', '/activities?filter[item_type]=Workspace')).list).toHaveLength(1);
  });
});

describe('what is deleted', () => {
  test('is gone, stands in the bin, and can be taken out of it once', async () => {
    const { addTask, call, productive } = house;
    const { id } = addTask('Fix');
    expect((await call('DELETE', `/tasks/${id}`)).status).toBe(204);
    expect((await call('GET', `/tasks/${id}`)).status).toBe(404);
    expect((await call('PATCH', `/tasks/${id}`, { attributes: { title: 'x' } })).status).toBe(404);
    expect((await call('DELETE', `/tasks/${id}`)).status).toBe(404);
    const [entry] = (await call('GET', '/deleted_items?filter[item_type]=task&include=deleter')).list;
    expect(entry).toMatchObject({
      attributes: { item_id: Number(id), name: 'Fix', recovered_at: null },
      relationships: { deleter: { data: { id: productive.persons.integration } } },
    });
    const restored = await call('PATCH', `/deleted_items/${entry?.id ?? ''}/restore`);
    expect(restored.one.attributes['recovered_at']).toEqual(expect.any(String));
    expect((await call('GET', `/tasks/${id}`)).status).toBe(200);
    expect((await call('PATCH', `/deleted_items/${entry?.id ?? ''}/restore`)).status).toBe(404);
  });

  test('takes what is below it along without a word, and brings it back', async () => {
    const { addTask, call, productive, project } = house;
    const { id } = addTask('Fix');
    const comment = productive.create('comments', { body: 'Hello', task_id: id });
    productive.remove('projects', project.id);
    expect((await call('GET', `/comments/${comment.id}`)).status).toBe(404);
    const types = async () =>
      (await call('GET', '/deleted_items')).list.map(({ attributes }) => attributes['item_type']);
    expect(await types()).toEqual(['project']);
    productive.recover('projects', project.id);
    expect((await call('GET', `/comments/${comment.id}`)).status).toBe(200);
    productive.unknowns.cascade = 'each';
    productive.remove('projects', project.id);
    expect((await types()).toSorted()).toEqual(['comment', 'project', 'project', 'task', 'task_list']);
  });

  test('can be read with its time of deletion where the switch says so', async () => {
    const { addTask, call, productive } = house;
    const { id } = addTask('Fix');
    productive.unknowns.deletedReadsAs = 'record';
    productive.remove('tasks', id);
    expect((await call('GET', `/tasks/${id}`)).one.attributes['deleted_at']).toEqual(expect.any(String));
    expect((await call('GET', '/tasks')).ids).toEqual([]);
  });

  test('and purged leaves no trace, and its id is not given again', async () => {
    const { addTask, call, productive } = house;
    const { id } = addTask('Fix');
    productive.remove('tasks', id);
    productive.purge('tasks', id);
    expect((await call('GET', '/deleted_items')).list).toEqual([]);
    expect((await call('GET', `/tasks/${id}`)).status).toBe(404);
    expect(addTask('Another').id).not.toBe(id);
  });

  test('a merged person vanishes from everywhere without a trace', async () => {
    const { addTask, call, productive } = house;
    const { anna, ben } = productive.persons;
    const { id } = addTask('Fix', { assignee_id: ben });
    const merge = { person_id: anna, merged_person_id: ben };
    expect((await call('PATCH', '/people/merge', { attributes: merge })).status).toBe(200);
    expect((await call('GET', `/people/${ben}`)).status).toBe(404);
    expect((await call('GET', '/deleted_items')).list).toEqual([]);
    const { one } = await call('GET', `/tasks/${id}?include=assignee`);
    expect(one.relationships['assignee']).toEqual({ data: { type: 'people', id: anna } });
  });
});
