import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { friendly, hostile } from '../../simulators/productive/start-productive.ts';
import type { PagePosition, RecordPage } from '../connector.ts';
import { BudgetSpent } from '../errors.ts';
import { createContext, rejectionOf } from '../test-context.ts';
import { createProductiveConnector } from './connector.ts';
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

/** A connector that has asked nothing yet. */
function inAnotherProcess(): void {
  const { url, token, organizationId } = bench.productive;
  const connector = createProductiveConnector({ url, token, organizationId, timeoutMs: 20_000, now: bench.nowMs });
  bench = { ...bench, connector };
}

const tasks = (count: number): string[] => Array.from({ length: count }, (_, at) => bench.addTask({ title: `${at}` }));

interface Asked {
  readonly entity?: string;
  readonly limit?: number;
  readonly attributes?: readonly string[];
  readonly withTotal?: boolean;
}

async function page(position: PagePosition, asked: Asked = {}): Promise<RecordPage> {
  const { entity = 'tasks', limit = 2, attributes = ['title'], withTotal = false } = asked;
  return bench.connector.list.page(entity, { attributes, position, limit, withTotal }, bench.context);
}

/** Every page by id, as a census goes through them. */
async function walk(asked: Asked = {}, between: (pages: number) => void = () => undefined): Promise<string[]> {
  const ids: string[] = [];
  let afterId: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const { records, isLast, continueAfter }: RecordPage = await page({ by: 'id', afterId }, asked);
    ids.push(...records.map(({ id }) => id));
    if (isLast) return ids;
    afterId = continueAfter ?? null;
    between(pages);
  }
}

const byNumber = (left: string, right: string): number => Number(left) - Number(right);
const since = (ms: number, afterId: string | null = null): PagePosition => ({
  by: 'modification',
  since: new Date(ms).toISOString(),
  afterId,
});

describe.each([
  ['where the guides keep their promises', friendly],
  ['where they keep none', hostile],
] as const)('a walk over all, %s', (_name, unknowns) => {
  beforeEach(() => restart({ unknowns }));

  test('sees every record once, whatever is edited, created or deleted meanwhile', async () => {
    const ids = tasks(9);
    const seen = await walk({}, (pages) => {
      if (pages !== 1) return;
      bench.tick(1_000);
      for (const id of ids.slice(0, 7)) bench.productive.update('tasks', id, { title: 'bewegt' });
      bench.productive.remove('tasks', ids[4] ?? '');
      bench.addTask();
    });
    const stayed = ids.filter((id) => id !== ids[4]);
    expect(stayed.every((id) => seen.filter((one) => one === id).length === 1)).toBe(true);
  });

  test('goes on with the next page in another process, which knows nothing but the place', async () => {
    const ids = tasks(6);
    const first = await page({ by: 'id', afterId: null });
    inAnotherProcess();
    bench.callsSince();
    const second = await page({ by: 'id', afterId: first.continueAfter ?? null });
    expect(bench.callsSince()).toEqual(['GET /tasks']);
    inAnotherProcess();
    const third = await page({ by: 'id', afterId: second.continueAfter ?? null });
    const seen = [first, second, third].flatMap(({ records }) => records.map(({ id }) => id));
    expect(seen.toSorted(byNumber)).toEqual(ids);
  });

  test('costs one call for each page once it is known how', async () => {
    tasks(6);
    await walk();
    bench.callsSince();
    await walk();
    expect(bench.callsSince()).toEqual(['GET /tasks', 'GET /tasks', 'GET /tasks']);
  });

  test('shows what was asked for and no more', async () => {
    bench.addTask({ description: 'lang', assignee_id: bench.productive.persons.ben });
    const asked = ['title', 'project_id', 'assignee_id'];
    const { records } = await page({ by: 'id', afterId: null }, { attributes: asked });
    expect(records).toMatchObject([
      { attributes: { title: 'Angebot', project_id: bench.projectId, assignee_id: bench.productive.persons.ben } },
    ]);
    expect(records[0]?.attributes).not.toHaveProperty('description');
    expect(records[0]?.modifiedAt).toBe('2026-11-21T09:12:00.000Z');
  });
});

describe('a walk over all', () => {
  test('says how many there are, for one call more', async () => {
    tasks(5);
    await walk();
    bench.callsSince();
    expect(await page({ by: 'id', afterId: null }, { withTotal: true })).toMatchObject({ total: 5, isLast: false });
    expect(bench.callsSince()).toHaveLength(2);
    expect(await page({ by: 'id', afterId: null }, { limit: 1_000 })).toMatchObject({ total: null, isLast: true });
  });

  test('goes on where another process has stopped, and begins anew at a place that is none any more', async () => {
    const ids = tasks(5);
    const first = await page({ by: 'id', afterId: null });
    const other = await startBench();
    await other.productive.stop();
    const rest = await page({ by: 'id', afterId: first.continueAfter ?? null }, { limit: 200 });
    expect([...first.records, ...rest.records].map(({ id }) => id).toSorted(byNumber)).toEqual(ids);
    const anew = await page({ by: 'id', afterId: 'cursor:nonsense' }, { limit: 200 });
    expect(anew.records).toHaveLength(5);
    expect((await page({ by: 'id', afterId: '17' }, { limit: 200 })).records).toHaveLength(5);
  });

  test('goes by page number where there is no cursor, and back one page after a deletion', async () => {
    const ids = tasks(9);
    const refused = JSON.stringify({ errors: [{ status: '400', code: 'keyset_unsupported_sort', title: 'no' }] });
    const fault = { kind: 'status', status: 400, body: refused } as const;
    bench.productive.faults.add({ method: 'GET', path: /tasks/, fault, times: 2 });
    const seen = await walk({}, (pages) => {
      if (pages === 2) bench.productive.remove('tasks', ids[0] ?? '');
    });
    expect(ids.slice(1).every((id) => seen.includes(id))).toBe(true);
  });

  test('reads every type that is synchronised', async () => {
    bench.productive.generate({ scale: 0.002 });
    const entities =
      'companies people projects workflow_statuses task_lists tasks comments attachments deals services time_entries bookings invoices expenses payments activities';
    for (const entity of entities.split(' ')) {
      const living = bench.productive.records(entity).filter(({ deleted }) => !deleted);
      const seen = await walk({ entity, limit: 200, attributes: [] });
      expect([entity, seen.toSorted(byNumber)]).toEqual([entity, living.map(({ id }) => id)]);
    }
  });
});

describe('a walk by time of modification', () => {
  test('shows files that were added, which no activity tells of', async () => {
    const task = bench.addTask();
    const file = { name: 'a.txt', contentType: 'text/plain', body: Buffer.from('a') };
    bench.productive.attach(file, { taskId: task });
    bench.tick(60_000);
    const from = bench.nowMs();
    const { id } = bench.productive.attach(file, { taskId: task });
    bench.callsSince();
    const { records } = await page(since(from), { entity: 'attachments', attributes: ['name', 'task_id'] });
    expect(records).toMatchObject([{ id, attributes: { name: 'a.txt', task_id: task } }]);
    expect(bench.callsSince()).toEqual(['GET /attachments']);
  });

  test('shows what was changed since, the oldest first, in one call', async () => {
    const early = tasks(3);
    bench.tick(60_000);
    const from = bench.nowMs();
    const late = tasks(2);
    bench.tick(1_000);
    bench.productive.update('tasks', early[1] ?? '', { title: 'Neu' });
    bench.callsSince();
    const { records, isLast } = await page(since(from));
    expect(records.map(({ id }) => id)).toEqual([...late, early[1]]);
    expect(isLast).toBe(true);
    expect(bench.callsSince()).toEqual(['GET /tasks']);
    expect((await page(since(from, late[0]))).records.map(({ id }) => id)).toEqual([late[1], early[1]]);
    expect((await page(since(bench.nowMs(), early[1]))).records).toEqual([]);
  });

  test('misses nothing of hundreds that were changed at the same time', async () => {
    tasks(5);
    bench.tick(60_000);
    const from = bench.nowMs();
    const ids = tasks(430);
    const { records } = await page(since(from));
    expect(records.map(({ id }) => id)).toEqual(ids);
  });

  test('goes on where the budget ended it, instead of beginning anew', async () => {
    bench.tick(60_000);
    const from = bench.nowMs();
    const ids = tasks(430);
    let left = 2;
    const limited = {
      ...createContext(),
      beforeCall: () => {
        left -= 1;
        if (left < 0) throw new BudgetSpent('spent', { system: 'Productive' });
      },
    };
    const query = { attributes: ['title'], position: since(from), limit: 200, withTotal: false };
    const stopped = bench.connector.list.page('tasks', query, limited);
    expect(await rejectionOf(stopped)).toMatchObject({ code: 'budget_spent' });
    bench.callsSince();
    const { records } = await page(since(from));
    expect(records.map(({ id }) => id)).toEqual(ids);
    expect(bench.callsSince()).toHaveLength(2);
  });

  test('takes last activity where there is no other time, and says where there is none at all', async () => {
    const { list } = bench.connector;
    expect(['tasks', 'time_entries', 'projects'].map((entity) => list.canListChanges(entity))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['people', 'comments', 'services'].map((entity) => list.canListChanges(entity))).toEqual([
      false,
      false,
      false,
    ]);
    bench.tick(60_000);
    const from = bench.nowMs();
    const { id } = bench.productive.create('projects', {
      ...{
        name: 'Zweites',
        project_type_id: 1,
        project_manager_id: bench.productive.persons.anna,
        workflow_id: '7001',
      },
    });
    const { records } = await page(since(from), { entity: 'projects', attributes: ['name'] });
    expect(records.map((record) => record.id)).toEqual([id]);
    expect(await rejectionOf(page(since(from), { entity: 'people' }))).toMatchObject({ code: 'misconfigured' });
  });
});

test('what a list leaves out may be there in a read', () => {
  const { list } = bench.connector;
  expect([list.showsLess('description', undefined), list.showsLess('description', null)]).toEqual([true, false]);
});
