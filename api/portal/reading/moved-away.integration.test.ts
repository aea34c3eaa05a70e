import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SyncedEntity } from '../../../store/portal/tables.ts';
import { PortalRecordStore } from '../../../store/portal/records.ts';
import type { ApiUnderTest } from '../../../test/support/api.ts';
import { adminToken, clientToken, startTestPortal } from '../../../test/support/portal.ts';
import { portalHouseUnderTest } from '../../../test/support/portal-house-under-test.ts';
import { writerIn } from '../../../test/support/portal-office.ts';

const secret = 'SECRET';

const under = portalHouseUnderTest();
let api: ApiUnderTest;
let client: ReturnType<typeof writerIn>;
let admin: ReturnType<typeof writerIn>;
/** Ids in Productive. */
let ids: { project: string; taskList: string; task: string };

beforeEach(async () => {
  api = await startTestPortal(under.database, { replace: () => ({ now: () => under.house.now() }) });
  const company = made('companies', { name: 'Muster GmbH' });
  const project = projectOf(company, 'Website');
  const taskList = made('task_lists', { name: 'Backlog', project_id: project });
  const task = made('tasks', { title: 'Ours', project_id: project, task_list_id: taskList });
  const comment = made('comments', { body: 'Ours', task_id: task });
  ids = { project, taskList, task };
  const known = { companies: company, projects: project, task_lists: taskList, tasks: task, comments: comment };
  for (const [pair, id] of Object.entries(known)) {
    await under.house.say(pair, id);
    await under.house.settle();
  }
  client = writerIn(api, await clientToken(company));
  admin = writerIn(api, await adminToken());
});
afterEach(async () => {
  await api.stop();
});

const made = (type: string, values: Record<string, string | number>): string =>
  under.house.productive.create(type, values).id;
const projectOf = (company: string, name: string): string =>
  made('projects', {
    ...{ name, project_type_id: 2, company_id: company, workflow_id: '7001' },
    project_manager_id: under.house.productive.persons.anna,
  });

async function rowOf(entity: SyncedEntity, productiveId: string): Promise<string> {
  const [row] = await new PortalRecordStore(under.database.db).search(entity, { productiveId }, 1);
  return row!.id;
}

/** The change is looked at; what it points to is not, so far. */
async function changed(pair: string, id: string, values: Record<string, string>): Promise<void> {
  under.house.productive.update(pair, id, values);
  await under.house.say(pair, id);
  await under.house.look({ pair, key: id });
}

/** What the client gets to read, by everything that could show the task. */
async function readByClient(task: string): Promise<string> {
  const project = await rowOf('projects', ids.project);
  const paths = ['/tasks', `/tasks?projectId=${project}`, `/tasks/${task}?include=comments,activities,attachments`];
  const more = ['/projects', `/projects/${project}`, '/task-lists', '/people', `/tasks/${task}/comments`];
  const answers = [];
  for (const path of [...paths, ...more]) answers.push((await client.ask('GET', path)).body);
  return JSON.stringify(answers);
}

describe('what has moved to a company that the portal does not know yet', () => {
  test('a task is not its old client’s any more, nor can he write into it', async () => {
    const task = await rowOf('tasks', ids.task);
    expect(await client.ask('GET', `/tasks/${task}`)).toMatchObject({ status: 200, body: { task: { title: 'Ours' } } });
    const company = made('companies', { name: secret });
    const project = projectOf(company, secret);
    const taskList = made('task_lists', { name: secret, project_id: project });
    await changed('tasks', ids.task, { title: secret, project_id: project, task_list_id: taskList });
    expect(await admin.ask('GET', `/tasks/${task}`)).toMatchObject({ status: 200, body: { task: { title: secret } } });
    expect(await client.ask('GET', `/tasks/${task}`)).toMatchObject({ status: 404 });
    expect(await client.patch(`/tasks/${task}`, { title: 'x' })).toMatchObject({ status: 404 });
    expect(await client.post(`/tasks/${task}/comments`, { body: 'x' })).toMatchObject({ status: 404 });
    expect(await readByClient(task)).not.toMatch(/SECRET|"open":1/);
    await under.house.settle();
    expect(await readByClient(task)).not.toMatch(/SECRET|"open":1/);
    const other = writerIn(api, await clientToken(company));
    expect(await other.ask('GET', `/tasks/${task}`)).toMatchObject({ status: 200, body: { task: { title: secret } } });
  });

  test('a project is not either, with everything below it', async () => {
    const task = await rowOf('tasks', ids.task);
    const company = made('companies', { name: secret });
    await changed('projects', ids.project, { name: secret, company_id: company });
    under.house.productive.update('tasks', ids.task, { title: secret });
    await under.house.say('tasks', ids.task);
    await under.house.look({ pair: 'tasks', key: ids.task });
    expect(await readByClient(task)).not.toMatch(/SECRET|Ours|Backlog/);
    await under.house.settle();
    expect(await readByClient(task)).not.toMatch(/SECRET|Ours|Backlog/);
    const other = writerIn(api, await clientToken(company));
    expect(await other.ask('GET', `/tasks/${task}`)).toMatchObject({ status: 200, body: { task: { title: secret } } });
  });

  test('a list of tasks is not either', async () => {
    const task = await rowOf('tasks', ids.task);
    const project = projectOf(made('companies', { name: secret }), secret);
    await changed('task_lists', ids.taskList, { name: secret, project_id: project });
    expect((await client.ask('GET', `/tasks/${task}?include=taskLists`)).body).toMatchObject({
      included: { taskLists: [] },
    });
    expect(await readByClient(task)).not.toMatch(/SECRET/);
  });

  test('a person is known by name to whom he works for, but his e-mail address is not his old company’s any more', async () => {
    const company = under.house.productive.records('companies').find(({ name }) => name === 'Muster GmbH')!['id'];
    const eva = made('people', {
      first_name: 'Eva',
      last_name: 'Meier',
      email: `${secret}@example.com`,
      company_id: company,
    });
    await changed('people', eva, {});
    await changed('tasks', ids.task, { assignee_id: eva });
    const task = await rowOf('tasks', ids.task);
    const person = await rowOf('people', eva);
    const seen = async () => {
      const paths = [`/tasks/${task}?include=people`, '/people', `/people/${person}`];
      return Promise.all(paths.map(async (path) => JSON.stringify((await client.ask('GET', path)).body)));
    };
    for (const text of await seen()) expect(text).toContain(secret);
    await changed('people', eva, { company_id: made('companies', { name: 'Elsewhere' }) });
    for (const text of await seen()) expect(text).toContain('Meier');
    for (const text of await seen()) expect(text).not.toContain(secret);
    expect((await admin.ask('GET', `/people/${person}`)).body).toMatchObject({
      person: { email: `${secret}@example.com` },
    });
  });
});
