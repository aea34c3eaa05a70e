import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { open } from './test-client.ts';

let house: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  house = await open();
});
afterEach(() => house.productive.stop());

const stub = { meta: { included: false } };

describe('who may ask', () => {
  test('a missing and a wrong token get the same 401', async () => {
    const { call } = house;
    const answers = [
      await call('GET', '/tasks', { headers: { 'x-auth-token': 'wrong' } }),
      await call('GET', '/tasks', { headers: { 'x-auth-token': '' } }),
    ];
    for (const { status, errors } of answers) {
      expect([status, errors[0]?.['code'], errors[0]?.['status']]).toEqual([401, 'invalid_auth_token', '401']);
    }
  });

  test('the content type is looked at before the token', async () => {
    const headers = { 'x-auth-token': 'wrong', 'content-type': 'application/json' };
    expect((await house.call('POST', '/tasks', { body: {}, headers })).status).toBe(415);
    expect((await house.call('POST', '/tasks', { body: {}, headers: { 'x-auth-token': 'wrong' } })).status).toBe(401);
  });

  test('a token for reading gets 403 when it writes, one for writing 422 for an empty body', async () => {
    const { productive, call } = house;
    const readOnly = { 'x-auth-token': productive.readOnlyToken };
    expect((await call('GET', '/webhooks', { headers: readOnly })).status).toBe(200);
    expect((await call('POST', '/webhooks', { body: {}, headers: readOnly })).status).toBe(403);
    expect((await call('POST', '/webhooks', { body: {} })).status).toBe(422);
  });

  test('another organization is refused', async () => {
    expect((await house.call('GET', '/tasks', { headers: { 'x-organization-id': '1' } })).status).toBe(403);
  });

  test('a record that the person may not see gets 403 and is missing in lists', async () => {
    const { productive, call, addTask } = house;
    const [hidden, seen] = [addTask('hidden'), addTask('seen')];
    productive.forbid('tasks', hidden.id);
    expect((await call('GET', `/tasks/${hidden.id}`)).status).toBe(403);
    expect((await call('GET', '/tasks')).ids).toEqual([seen.id]);
    productive.permit('tasks', hidden.id);
    expect((await call('GET', `/tasks/${hidden.id}`)).status).toBe(200);
  });
});

describe('a document', () => {
  test('has stubs instead of relationships that were not asked for, and no included records', async () => {
    const { call, addTask } = house;
    const { body, one } = await call('GET', `/tasks/${addTask('Fix').id}`);
    expect([one.relationships['project'], one.relationships['attachments']]).toEqual([stub, stub]);
    expect(body.included).toBeUndefined();
  });

  test('names what was included, nothing where there is none, and follows dots', async () => {
    const { call, addTask, project, company } = house;
    const task = addTask('Fix');
    const { body, one } = await call('GET', `/tasks/${task.id}?include=project.company,assignee,attachments`);
    expect(one.relationships).toMatchObject({
      project: { data: { type: 'projects', id: project.id } },
      assignee: { data: null },
      attachments: { data: [] },
      task_list: stub,
    });
    const included = body.included?.map(({ type, id, relationships }) => [type, id, relationships['company']]);
    expect(included).toEqual([
      ['projects', project.id, { data: { type: 'companies', id: company.id } }],
      ['companies', company.id, undefined],
    ]);
  });

  test('an unknown include is 400', async () => {
    const { status, errors } = await house.call('GET', '/tasks?include=nobody');
    expect([status, errors[0]?.['title']]).toEqual([400, 'Unsupported Include']);
  });

  test('shows the wanted fields only; unknown ones are passed over, and an included record must be among them', async () => {
    const { call, addTask } = house;
    addTask('Fix');
    const { list, body } = await call('GET', '/tasks?include=project&fields[tasks]=title,nonsense');
    expect(list[0]).toMatchObject({ attributes: { title: 'Fix' }, relationships: {} });
    expect(Object.keys(list[0]?.attributes ?? {})).toEqual(['title']);
    expect(Object.keys(list[0]?.relationships ?? {})).toEqual([]);
    expect(body.included?.length).toBe(1);
  });

  test('has times with milliseconds and an offset, and money as integer texts', async () => {
    const { call } = house;
    const attributes = { name: 'Train', date: '2026-11-01', amount: 1250 };
    const { one, status } = await call('POST', '/expenses', { attributes });
    expect(status).toBe(201);
    expect(one.attributes['amount']).toBe('1250');
    expect(one.attributes['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+02:00$/);
  });

  test.each(['/boards', '/tasks/999999', '/tasks/abc', '/folders/1/nothing'])('%s is not found', async (path) => {
    expect((await house.call('GET', path)).status).toBe(404);
  });
});

describe('a write', () => {
  test('takes ids in the attributes, numbers too, and can show relationships at once', async () => {
    const { call, project, list, productive } = house;
    const attributes = {
      title: 'Fix',
      project_id: Number(project.id),
      task_list_id: list.id,
      assignee_id: productive.persons.ben,
    };
    const { one } = await call('POST', '/tasks?include=project,assignee,creator', { attributes });
    expect(one.attributes).toMatchObject({ title: 'Fix', task_number: '1', closed: false });
    expect(one.relationships).toMatchObject({
      project: { data: { id: project.id } },
      assignee: { data: { id: productive.persons.ben } },
      creator: { data: { id: productive.persons.integration } },
    });
  });

  test('says for each attribute what is wrong, pointing at the relation without its _id', async () => {
    const { status, errors } = await house.call('POST', '/tasks', {
      attributes: { due_date: 'soon', project_id: '424242' },
    });
    const pointers = errors.map(({ source }) => (source as { pointer: string }).pointer);
    expect(status).toBe(422);
    expect(pointers.toSorted()).toEqual([
      'data/attributes/due_date',
      'data/attributes/project',
      'data/attributes/task_list',
      'data/attributes/title',
    ]);
    expect(errors[0]).toMatchObject({ status: '422', code: 'invalid_attribute_value', title: 'Invalid Attribute' });
  });

  test('changes only what it names, but custom fields as a whole', async () => {
    const { call, addTask } = house;
    const { id } = addTask('Fix', { description: 'as it was', custom_fields: { 1: 'a', 2: 'b' } });
    await call('PATCH', `/tasks/${id}`, { attributes: { title: 'Fixed', custom_fields: { 2: 'c' } } });
    const { one } = await call('GET', `/tasks/${id}`);
    expect(one.attributes).toMatchObject({ title: 'Fixed', description: 'as it was', custom_fields: { 2: 'c' } });
    expect(one.attributes['custom_fields']).toEqual({ 2: 'c' });
  });

  test('passes over what nobody may write', async () => {
    const { call, company } = house;
    const attributes = { external_id: 'ours', created_at: '2020-01-01T00:00:00Z', nonsense: 1, name: 'Baker' };
    const { one } = await call('PATCH', `/companies/${company.id}`, { attributes });
    expect(one.attributes).toMatchObject({ name: 'Baker', external_id: null });
    expect(one.attributes['created_at']).not.toMatch(/^2020/);
  });

  test('that is no JSON ends in a 500', async () => {
    const { productive } = house;
    const response = await fetch(`${productive.apiUrl}/tasks`, {
      method: 'POST',
      headers: {
        'x-auth-token': productive.token,
        'x-organization-id': productive.organizationId,
        'content-type': 'application/vnd.api+json',
      },
      body: '{"data":',
    });
    expect(response.status).toBe(500);
  });

  test('companies and people can be archived and restored, but not deleted', async () => {
    const { call, company } = house;
    expect((await call('DELETE', `/companies/${company.id}`)).status).toBe(404);
    const archived = await call('PATCH', `/companies/${company.id}/archive`);
    expect(archived.one.attributes['archived_at']).toEqual(expect.any(String));
    expect((await call('GET', '/companies?filter[status]=1')).ids).toEqual([]);
    await call('PATCH', `/companies/${company.id}/restore`);
    expect((await call('GET', '/companies?filter[status]=1')).ids).toEqual([company.id]);
  });

  test('there is no bulk for tasks', async () => {
    const headers = { 'content-type': 'application/vnd.api+json; ext=bulk' };
    expect((await house.call('PATCH', '/tasks', { body: { data: [] }, headers })).status).toBe(404);
  });

  test('a closed category closes the task', async () => {
    const { call, addTask, productive } = house;
    const { id } = addTask('Fix');
    const done = productive.records('workflow_statuses').find((one) => one['category_id'] === 3);
    const { one } = await call('PATCH', `/tasks/${id}`, { attributes: { workflow_status_id: done?.id } });
    expect(one.attributes).toMatchObject({ closed: true, closed_at: expect.any(String) });
  });
});
