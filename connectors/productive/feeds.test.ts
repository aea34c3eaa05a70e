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
    bench.tick(1_000);
    const comment = bench.productive.create('comments', { body: 'Ja', task_id: task }).id;
    bench.productive.update('projects', bench.projectId, { name: 'Umbenannt' });
    bench.productive.update('companies', bench.companyId, { name: 'Umbenannt' });
    bench.callsSince();
    const told = await page('activities', next);
    expect(bench.callsSince()).toEqual(['GET /activities']);
    expect(named(told, 'tasks')).toEqual([task]);
    expect(named(told, 'comments')).toEqual([comment]);
    expect(named(told, 'projects')).toEqual([bench.projectId]);
    expect(named(told, 'companies')).toEqual([bench.companyId]);
    expect(named(told, 'activities')).toHaveLength(4);
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

  test('lose nothing of a burst of hundreds within one second, and tell nothing twice', async () => {
    const { next } = await page('activities', null);
    bench.tick(1_000);
    const first = Array.from({ length: 320 }, () => bench.addTask());
    const told = await page('activities', next);
    expect(named(told, 'tasks')).toEqual(first);
    const second = Array.from({ length: 320 }, () => bench.addTask());
    const again = await page('activities', told.next);
    expect(named(again, 'tasks')).toEqual(second);
    bench.tick(600_000);
    const last = await page('activities', again.next);
    expect(last.changes.filter(({ entity }) => entity === 'tasks').length).toBeLessThanOrEqual(640);
    bench.callsSince();
    expect((await page('activities', last.next)).changes).toEqual([]);
  });
});
