import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { open } from './test-client.ts';

let house: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  house = await open();
});
afterEach(() => house.productive.stop());

const policySchema = z.record(z.string(), z.string());

async function announced(name = 'größe & mehr.txt') {
  const attributes = { name, content_type: 'text/plain', size: 5, attachable_type: 'task' };
  const { one } = await house.call('POST', '/attachments', { attributes });
  return { id: one.id, policy: policySchema.parse(one.attributes['aws_policy']) };
}

async function sent(policy: Record<string, string>, text = 'hello') {
  const form = new FormData();
  for (const [name, value] of Object.entries(policy)) form.append(name, value);
  form.append('file', new Blob([text]), 'file');
  const response = await fetch(house.productive.uploadUrl, { method: 'POST', body: form });
  return { status: response.status, location: /<Location>(.*)<\/Location>/.exec(await response.text())?.[1] };
}

async function uploaded() {
  const { id, policy } = await announced();
  const { location } = await sent(policy);
  await house.call('PATCH', `/attachments/${id}`, { attributes: { temp_url: location } });
  return id;
}

const linked = (ids: readonly string[]) => ({
  body: { data: { relationships: { attachments: { data: ids.map((id) => ({ type: 'attachments', id })) } } } },
});

describe('an upload', () => {
  test('takes four steps; the file is then found with the token in its address', async () => {
    const { call, addTask, productive } = house;
    const task = addTask('Fix');
    const { id, policy } = await announced();
    const { status, location } = await sent(policy);
    expect(status).toBe(201);
    const { one } = await call('PATCH', `/attachments/${id}`, { attributes: { temp_url: location } });
    expect(one.attributes).toMatchObject({ url: expect.stringContaining('/files/attachments/') });
    await call('PATCH', `/tasks/${task.id}`, linked([id]));
    const shown = await call('GET', `/tasks/${task.id}?include=attachments`);
    expect(shown.one.relationships['attachments']).toEqual({ data: [{ type: 'attachments', id }] });
    const url = String(one.attributes['url']);
    expect((await fetch(url)).status).toBe(401);
    const file = await fetch(`${url}?token=${productive.token}`);
    expect([file.headers.get('content-type'), await file.text()]).toEqual(['text/plain', 'hello']);
  });

  test('needs every field of the policy, as it was given', async () => {
    const { policy } = await announced();
    const { policy: _, ...lacking } = policy;
    expect((await sent(lacking)).status).toBe(403);
    expect((await sent({ ...policy, 'x-amz-signature': 'forged' })).status).toBe(403);
  });

  test('that never happened can not be claimed', async () => {
    const { id } = await announced();
    const attributes = { temp_url: 'https://elsewhere.example/file' };
    expect((await house.call('PATCH', `/attachments/${id}`, { attributes })).status).toBe(422);
  });

  test('may end at a comment; naming one attachment unlinks the others', async () => {
    const { call, addTask, productive } = house;
    const task = addTask('Fix');
    const [first, second] = [await uploaded(), await uploaded()];
    const attributes = { body: 'See the file', task_id: task.id, attachment_ids: [first] };
    const comment = (await call('POST', '/comments', { attributes })).one;
    const listed = async () => (await call('GET', `/attachments?filter[comment_id]=${comment.id}&sort=id`)).ids;
    expect(await listed()).toEqual([first]);
    expect(productive.record('attachments', first)?.['task_id']).toBe(task.id);
    await call('PATCH', `/comments/${comment.id}`, linked([second]));
    expect(await listed()).toEqual([second]);
    productive.unknowns.linkingReplaces = false;
    await call('PATCH', `/comments/${comment.id}`, linked([first]));
    expect(await listed()).toEqual([first, second]);
  });

  test('an attachment that does not exist can not be linked', async () => {
    const task = house.addTask('Fix');
    expect((await house.call('PATCH', `/tasks/${task.id}`, linked(['999']))).status).toBe(422);
  });
});

describe('a comment', () => {
  test('needs something to comment on', async () => {
    const { call, addTask } = house;
    expect((await call('POST', '/comments', { attributes: { body: 'Hello' } })).status).toBe(422);
    const attributes = { body: '<p>Hello</p>', hidden: true, task_id: addTask('Fix').id };
    const { one } = await call('POST', '/comments?include=task', { attributes });
    expect(one.attributes).toMatchObject({ commentable_type: 'task', hidden: true });
    expect(one.attributes).not.toHaveProperty('updated_at');
    house.productive.unknowns.commentsShowUpdatedAt = true;
    expect((await call('GET', `/comments/${one.id}`)).one.attributes).toHaveProperty('updated_at');
  });
});
