import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostile, friendly } from '../../simulators/productive/start-productive.ts';
import type { ChangeFeed, FeedPage, FeedPosition } from '../connector.ts';
import { type Bench, startBench } from '../../test/support/productive-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.productive.stop());

function feed(name: string): ChangeFeed {
  const found = bench.connector.feeds.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no feed ${name}`);
  return found;
}

const named = ({ changes }: FeedPage, entity: string): string[] =>
  changes.filter((change) => change.entity === entity).map(({ id }) => id);

const page = (name: string, position: FeedPosition | null): Promise<FeedPage> =>
  feed(name).page(position, bench.context);

describe('the recycle bin', () => {
  test('begins now, and then tells each deletion once, in one call', async () => {
    bench.productive.remove('tasks', bench.addTask());
    const begun = await page('deleted_items', null);
    expect(begun.changes).toEqual([]);
    bench.tick(5_000);
    const id = bench.addTask();
    bench.productive.remove('tasks', id);
    bench.callsSince();
    const told = await page('deleted_items', begun.next);
    expect(told).toMatchObject({ changes: [{ entity: 'tasks', id }], isLast: true });
    expect(bench.callsSince()).toEqual(['GET /deleted_items']);
    expect((await page('deleted_items', told.next)).changes).toEqual([]);
    bench.tick(3_600_000);
    const later = await page('deleted_items', told.next);
    expect(later.changes).toEqual([]);
    expect(later.next).toEqual((await page('deleted_items', later.next)).next);
  });

  test('begins at our own time where nothing was ever deleted', async () => {
    const { next } = await page('deleted_items', null);
    expect(next).toEqual({ since: '2026-11-21T09:12:00.000Z', afterId: null });
    const id = bench.addTask();
    bench.productive.remove('tasks', id);
    expect(named(await page('deleted_items', next), 'tasks')).toEqual([id]);
  });

  test('tells what turns up behind a newer entry, as long as that is fresh', async () => {
    const begun = await page('deleted_items', null);
    bench.tick(10_000);
    const first = bench.addTask();
    bench.productive.remove('tasks', first);
    const told = await page('deleted_items', begun.next);
    bench.tick(-4_000);
    const late = bench.addTask();
    bench.productive.remove('tasks', late);
    bench.tick(6_000);
    expect(named(await page('deleted_items', told.next), 'tasks')).toEqual([late]);
  });
});

describe.each([
  ['new names', hostile],
  ['old names', { ...friendly, itemTypes: 'old' as const }],
])('the activities, by their %s', (_names, unknowns) => {
  test('name themselves, what was changed and the comment, the oldest first', async () => {
    await bench.productive.stop();
    bench = await startBench({ unknowns });
    bench.tick(1_000);
    bench.addTask();
    const { next } = await page('activities', null);
    bench.tick(1_000);
    const task = bench.addTask();
    bench.productive.update('tasks', task, { assignee_id: bench.productive.persons.ben });
    bench.tick(1_000);
    const comment = bench.productive.create('comments', { body: 'Ja', task_id: task }).id;
    bench.productive.update('projects', bench.projectId, { name: 'Umbenannt' });
    bench.productive.update('companies', bench.companyId, { name: 'Umbenannt' });
    bench.callsSince();
    const told = await page('activities', next);
    expect(bench.callsSince()).toEqual(['GET /activities']);
    const shown = told.changes.filter(({ entity }) => entity === 'activities');
    for (const { id, record } of shown) expect(record).toEqual(await bench.readRecord('activities', id));
    expect(named(told, 'tasks')).toEqual([task]);
    expect(named(told, 'comments')).toEqual([comment]);
    expect(named(told, 'projects')).toEqual([bench.projectId]);
    expect(named(told, 'companies')).toEqual([bench.companyId]);
    expect(named(told, 'activities')).toHaveLength(5);
    expect(told.changes.findIndex(({ id }) => id === task)).toBeLessThan(
      told.changes.findIndex(({ id }) => id === comment),
    );
  });
});

describe('the activities', () => {
  test('tell of what moves no time of the record: a task that was assigned', async () => {
    const task = bench.addTask();
    bench.tick(60_000);
    const { next } = await page('activities', null);
    bench.tick(1_000);
    bench.productive.update('tasks', task, { assignee_id: bench.productive.persons.ben });
    expect(named(await page('activities', next), 'tasks')).toEqual([task]);
  });

  test('leave to the list of tasks what that must show: new ones, and changes that move their time', async () => {
    bench.tick(1_000);
    bench.addTask();
    const { next } = await page('activities', null);
    bench.tick(1_000);
    const task = bench.addTask();
    bench.productive.update('tasks', task, { title: 'Anders', due_date: '2026-12-24' });
    const told = await page('activities', next);
    expect(named(told, 'activities')).toHaveLength(2);
    expect(named(told, 'tasks')).toEqual([]);
    bench.productive.update('tasks', task, { title: 'Noch einmal', assignee_id: bench.productive.persons.ben });
    const other = bench.addTask();
    bench.productive.update('tasks', other, { custom_fields: { 4711: 'neu' } });
    expect(named(await page('activities', told.next), 'tasks')).toEqual([task, other]);
    bench.productive.remove('tasks', other);
    expect(named(await page('activities', told.next), 'tasks')).toContain(other);
  });

  test('lose nothing of a burst of hundreds within one second, and tell nothing twice', async () => {
    bench.tick(1_000);
    bench.addTask();
    const { next } = await page('activities', null);
    bench.tick(1_000);
    const addTasks = () => Array.from({ length: 320 }, () => Number(bench.addTask()));
    const added = ({ changes }: FeedPage) =>
      changes.flatMap(({ entity, record }) => (entity === 'activities' ? Number(record?.attributes['item_id']) : []));
    const first = addTasks();
    const told = await page('activities', next);
    expect(added(told)).toEqual(first);
    const second = addTasks();
    const again = await page('activities', told.next);
    expect(added(again)).toEqual(second);
    bench.tick(600_000);
    const last = await page('activities', again.next);
    expect(added(last).length).toBeLessThanOrEqual(640);
    bench.callsSince();
    expect((await page('activities', last.next)).changes).toEqual([]);
  });
});

describe('the deliveries that failed', () => {
  /** Nothing listens there. */
  const nowhere = 'http://127.0.0.1:9/webhooks/productive';
  const failedOnce = async (): Promise<string> => {
    const id = bench.addTask();
    await bench.productive.webhooks.deliver();
    return id;
  };
  const listen = async (): Promise<void> => {
    await bench.connector.webhooks.create('create_task', nowhere, bench.context);
    bench.productive.webhooks.settings.failuresUntilOff = 1_000;
    bench.callsSince();
  };

  test('name their records once, in one call that is made every five minutes at most', async () => {
    await listen();
    const { next } = await page('webhook_logs', null);
    const first = await failedOnce();
    bench.tick(299_000);
    expect(await page('webhook_logs', next)).toEqual({ changes: [], next, isLast: true });
    expect(bench.callsSince()).toEqual([]);
    bench.tick(1_000);
    const told = await page('webhook_logs', next);
    expect(told).toMatchObject({ changes: [{ entity: 'tasks', id: first }], isLast: true });
    expect(bench.callsSince()).toEqual(['GET /webhook_logs']);
    const second = await failedOnce();
    bench.tick(300_000);
    expect((await page('webhook_logs', told.next)).changes).toEqual([{ entity: 'tasks', id: second }]);
  });

  test.each([
    ['cut to days', hostile],
    ['kept', friendly],
  ])('are found around midnight too, where times are %s', async (_how, unknowns) => {
    await bench.productive.stop();
    bench = await startBench({ unknowns });
    await listen();
    bench.tick((14 * 60 + 46) * 60_000);
    const { next } = await page('webhook_logs', null);
    const before = await failedOnce();
    bench.tick(240_000);
    const after = await failedOnce();
    bench.tick(60_000);
    const told = await page('webhook_logs', next);
    expect(named(told, 'tasks').toSorted()).toEqual([before, after]);
    bench.tick(300_000);
    expect((await page('webhook_logs', told.next)).changes).toEqual([]);
  });

  test('of more than a page are all told, whatever their order', async () => {
    await listen();
    const { next } = await page('webhook_logs', null);
    const ids = Array.from({ length: 230 }, () => bench.addTask());
    await bench.productive.webhooks.deliver();
    bench.tick(300_000);
    bench.callsSince();
    expect(named(await page('webhook_logs', next), 'tasks').toSorted()).toEqual(ids.toSorted());
    expect(bench.callsSince()).toHaveLength(2);
  });

  test('are none where Productive lets nobody see them, and it is not asked again at once', async () => {
    const { next } = await page('webhook_logs', null);
    bench.tick(300_000);
    bench.productive.faults.add({ fault: { kind: 'status', status: 403 }, times: 1 });
    const refused = await page('webhook_logs', next);
    expect(refused).toMatchObject({ changes: [], next: { since: new Date(bench.nowMs()).toISOString() } });
  });
});
