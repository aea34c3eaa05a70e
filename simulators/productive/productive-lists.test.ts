import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock, hourMs, open, walk } from './test-client.ts';

let house: Awaited<ReturnType<typeof open>>;
const clock = new Clock();
beforeEach(async () => {
  house = await open({ now: clock.now });
});
afterEach(() => house.productive.stop());

const addTasks = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    clock.advance(1_000);
    return house.addTask(`Task ${index + 1}`).id;
  });
const flag = { headers: { 'x-feature-flags': 'other,filteringSkipDatetimeCastToDate' } };

describe('pages by number', () => {
  test('have 30 records, at most 200 however many were asked for, and say where they stand', async () => {
    addTasks(31);
    const { call } = house;
    const first = await call('GET', '/tasks');
    expect([first.list.length, first.body.meta]).toEqual([
      30,
      { current_page: 1, total_pages: 2, total_count: 31, page_size: 30, max_page_size: 200 },
    ]);
    const second = await call('GET', first.body.links?.['next'] ?? '');
    expect([second.list.length, second.body.links?.['next']]).toEqual([1, undefined]);
    expect((await call('GET', '/tasks?page[size]=1000')).body.meta).toMatchObject({ page_size: 200 });
    expect((await call('GET', '/tasks?page[number]=9')).list).toEqual([]);
  });

  test('shift when something changes while they are walked through', async () => {
    const [oldest = '', ...others] = addTasks(4);
    const { call, productive } = house;
    const first = await call('GET', '/tasks?page[size]=2&sort=-updated_at');
    clock.advance(1_000);
    productive.update('tasks', oldest, { title: 'Touched' });
    const second = await call('GET', '/tasks?page[size]=2&page[number]=2&sort=-updated_at');
    expect([...first.ids, ...second.ids]).not.toContain(oldest);
    expect(others).toHaveLength(3);
  });
});

describe('pages by cursor', () => {
  test('have neither totals nor a last page, and neither skip nor repeat what stays', async () => {
    const ids = addTasks(25);
    const { call, productive } = house;
    const first = await call('GET', '/tasks?page[after]=&page[size]=10');
    expect(first.body.meta).toEqual({ page_size: 10, max_page_size: 200 });
    const [gone = ''] = first.ids;
    productive.remove('tasks', gone);
    addTasks(3);
    const rest = await walk(call, first.body.links?.['next'] ?? '');
    const seen = [...first.ids, ...rest.map(({ id }) => id)];
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  test.each([
    ['page[after]=&page[number]=1', 'keyset_conflict'],
    ['page[after]=&sort=-updated_at', 'keyset_unsupported_sort'],
    ['page[after]=nonsense', 'keyset_invalid_cursor'],
  ])('%s is refused as %s', async (query, code) => {
    const { status, errors } = await house.call('GET', `/tasks?${query}`);
    expect([status, errors[0]?.['code']]).toEqual([400, code]);
  });

  test("don't take another endpoint's cursor", async () => {
    addTasks(3);
    const { call } = house;
    const next = (await call('GET', '/tasks?page[after]=&page[size]=1')).body.links?.['next'] ?? '';
    const { errors } = await call('GET', next.replace('/tasks?', '/comments?'));
    expect(errors[0]?.['code']).toBe('keyset_invalid_cursor');
  });

  test('can walk in an order where the switch says so', async () => {
    house.productive.unknowns.cursorSorts = true;
    const ids = addTasks(5);
    const found = await walk(house.call, '/tasks?page[after]=&page[size]=2&sort=created_at');
    expect(found.map(({ id }) => id)).toEqual(ids);
  });
});

describe('filters', () => {
  test('that an endpoint does not have are refused with 422, or 400 as the guide says', async () => {
    const { call, productive } = house;
    const asked = () => call('GET', '/projects?filter[updated_at]=2026-01-01');
    const { status, errors } = await asked();
    expect([status, errors[0]?.['detail']]).toEqual([422, "Filter 'updated_at' is not supported on this endpoint"]);
    productive.unknowns.unknownFilterStatus = 400;
    expect((await asked()).status).toBe(400);
    expect((await call('GET', '/tasks?filter[updated_at][gt]=2026-01-01')).status).toBe(400);
  });

  test('compare days unless the flag asks for seconds', async () => {
    const { call, productive } = house;
    productive.unknowns.comparisonOperators = true;
    const [early, late] = addTasks(2);
    const since = encodeURIComponent(productive.record('tasks', late ?? '')?.['updated_at'] as string);
    const path = `/tasks?filter[updated_at][gt_eq]=${since}`;
    expect((await call('GET', path)).ids).toEqual([late, early]);
    expect((await call('GET', path, flag)).ids).toEqual([late]);
    expect((await call('GET', `/tasks?filter[updated_at][gt]=${since}`, flag)).ids).toEqual([]);
  });

  test('take a blank in an offset for nonsense', async () => {
    const { status, errors } = await house.call('GET', '/tasks?filter[updated_at]=2026-11-02T10:00:00+02:00');
    expect([status, errors[0]?.['title']]).toEqual([400, 'Unsupported Filter Value']);
  });

  test('"after" leaves out the named day, in both spellings of a day', async () => {
    addTasks(1);
    const { call, productive } = house;
    const found = async (day: string) => (await call('GET', `/tasks?filter[last_activity_after]=${day}`)).ids.length;
    expect([await found('2026-11-01'), await found('01-11-2026'), await found('2026-11-02')]).toEqual([1, 1, 0]);
    productive.unknowns.afterAndBeforeInclude = true;
    expect(await found('2026-11-02')).toBe(1);
  });

  test('go by relations, lists, negation and groups', async () => {
    const [one = '', two = '', three = ''] = addTasks(3);
    const { call, productive, project, company, list } = house;
    const { anna, ben } = productive.persons;
    productive.update('tasks', one, { assignee_id: anna });
    productive.update('tasks', two, { assignee_id: ben, closed: true });
    const found = async (query: string) => (await call('GET', `/tasks?sort=created_at&${query}`)).ids;
    expect(await found(`filter[assignee_id]=${anna},${ben}`)).toEqual([one, two]);
    expect(await found(`filter[assignee_id][not_eq]=${anna}`)).toEqual([two, three]);
    expect(await found(`filter[company_id]=${company.id}&filter[status]=2`)).toEqual([two]);
    expect(await found(`filter[project_id]=${project.id}&filter[task_list_id]=${list.id}`)).toEqual([one, two, three]);
    const group = `filter[0][$op]=or&filter[0][assignee_id][eq]=${anna}&filter[0][status]=2`;
    expect(await found(group)).toEqual([one, two]);
    expect(await found('filter[title][contains]=TASK%203')).toEqual([three]);
  });

  test('follow a record that moved to another list', async () => {
    const [id = ''] = addTasks(1);
    const { call, productive, project, list } = house;
    const other = productive.create('task_lists', { name: 'Done', project_id: project.id });
    const listed = async (taskList: string) => (await call('GET', `/tasks?filter[task_list_id]=${taskList}`)).ids;
    expect(await listed(list.id)).toEqual([id]);
    await call('PATCH', `/tasks/${id}`, { attributes: { task_list_id: other.id } });
    expect([await listed(list.id), await listed(other.id)]).toEqual([[], [id]]);
  });

  test('tell budgets from deals and leave templates out', async () => {
    const { call, productive } = house;
    const [deal, budget] = [false, true].map((isBudget) =>
      productive.create('deals', { name: 'Big one', date: '2026-11-01', budget: isBudget }),
    );
    expect((await call('GET', '/deals?filter[type]=1')).ids).toEqual([deal?.id]);
    expect((await call('GET', '/deals?filter[type]=2&filter[budget_status]=1')).ids).toEqual([budget?.id]);
    await call('PATCH', `/deals/${budget?.id ?? ''}/close`);
    expect((await call('GET', '/deals?filter[budget_status]=2')).ids).toEqual([budget?.id]);
    productive.create('projects', { name: 'Template', template: true });
    expect((await call('GET', '/projects')).list.map(({ attributes }) => attributes['name'])).toEqual(['Webshop']);
  });
});

describe('an order', () => {
  test('that an endpoint does not have is refused, by id too where nothing names it', async () => {
    const { call, productive } = house;
    const statuses = [];
    for (const sort of ['title,id', '-last_activity', 'updated_by', 'id']) {
      statuses.push((await call('GET', `/tasks?sort=${sort}`)).status);
    }
    expect(statuses).toEqual([200, 200, 400, 400]);
    expect((await call('GET', '/attachments?sort=-id')).status).toBe(200);
    productive.unknowns.sortsById = true;
    expect((await call('GET', '/tasks?sort=id')).status).toBe(200);
  });

  test('is by latest activity where none was asked for', async () => {
    const [first = '', second = ''] = addTasks(2);
    clock.advance(hourMs);
    house.productive.create('comments', { body: 'Hello', task_id: first });
    expect((await house.call('GET', '/tasks')).ids).toEqual([first, second]);
  });
});
