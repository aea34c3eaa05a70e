import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Clock, hourMs, open } from './test-client.ts';

const payload = z.object({
  event: z.string(),
  item_type: z.string(),
  item_id: z.number(),
  created: z.string(),
  object: z.object({
    data: z.looseObject({ attributes: z.looseObject({}), relationships: z.record(z.string(), z.unknown()) }),
    included: z.array(z.looseObject({ type: z.string() })),
  }),
});

const clock = new Clock();
let house: Awaited<ReturnType<typeof open>>;
let receiver: Server;
let received: { headers: IncomingHttpHeaders; text: string; path: string }[] = [];
let answers: number[] = [];
let target = '';

beforeEach(async () => {
  house = await open({ now: clock.now });
  received = [];
  answers = [];
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, text: Buffer.concat(chunks).toString(), path: request.url ?? '' });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks?webhook=ours`;
});
afterEach(async () => {
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await house.productive.stop();
});

const register = async (event: number, more: Readonly<Record<string, unknown>> = {}) => {
  const attributes = { event_id: event, type_id: 1, target_url: target, ...more };
  return (await house.call('POST', '/webhooks', { attributes })).one;
};
const payloads = () => received.map(({ text }) => payload.parse(JSON.parse(text)));
const stateOf = async (id: string) => (await house.call('GET', `/webhooks/${id}`)).one.attributes;

describe('a delivery', () => {
  test('has one event: the task as it is now, with its project and assignee but not its list', async () => {
    const { productive, addTask, project } = house;
    await register(24);
    const { id } = addTask('Fix', { assignee_id: productive.persons.ben });
    productive.update('tasks', id, { title: 'Fixed <now>' });
    productive.update('tasks', id, { due_date: '2026-12-01' });
    expect((await productive.webhooks.deliver()).statuses).toEqual([200, 200]);
    const [first, second] = payloads();
    expect(first).toMatchObject({ event: 'update_task', item_type: 'task', item_id: Number(id) });
    expect(first?.created).toMatch(/\+02:00$/);
    expect(first?.object.data.attributes).toMatchObject({ title: 'Fixed <now>', due_date: null });
    expect(second?.object.data.attributes).toMatchObject({ title: 'Fixed <now>', due_date: '2026-12-01' });
    const { relationships } = first?.object.data ?? {};
    expect(relationships?.['project']).toEqual({ data: { type: 'projects', id: project.id } });
    expect(relationships).not.toHaveProperty('task_list');
    expect(first?.object.included.map(({ type }) => type)).toEqual(['projects', 'people']);
    expect(received[0]?.path).toBe('/hooks?webhook=ours');
  });

  test('is signed over the raw bytes, spelled with and without a blank, with a token that all webhooks share', async () => {
    const { productive, addTask } = house;
    const [created, updated] = [await register(1), await register(24)];
    const token = String(created.attributes['signature_token']);
    expect(updated.attributes['signature_token']).toBe(token);
    productive.update('tasks', addTask('Größe <b> & more').id, { title: 'Übergröße <i>' });
    await productive.webhooks.deliver();
    const spellings = received.map(({ headers, text }) => {
      const header = String(headers['productive-signature']);
      const [, at = '', signature = ''] = /^t=(\d+),\s?s=([0-9a-f]+)$/.exec(header) ?? [];
      expect(Number(at)).toBe(Math.floor(clock.now().getTime() / 1_000));
      expect(createHmac('sha256', token).update(`${at}.${text}`).digest('hex')).toBe(signature);
      expect(text).not.toBe(JSON.stringify(JSON.parse(text)));
      return header.includes(' ');
    });
    expect(spellings.toSorted()).toEqual([false, true]);
  });

  test('does not carry custom headers unless the switch says so', async () => {
    const { productive, addTask } = house;
    await register(1, { custom_headers: { 'x-route': 'portal' } });
    addTask('One');
    await productive.webhooks.deliver();
    productive.unknowns.customHeadersArrive = true;
    addTask('Two');
    await productive.webhooks.deliver();
    expect(received.map(({ headers }) => headers['x-route'])).toEqual([undefined, 'portal']);
  });

  test('tells what was done through the API as well', async () => {
    const { productive, call, place } = house;
    await register(1);
    await call('POST', '/tasks', { attributes: { title: 'Ours', ...place } });
    productive.unknowns.webhooksOfApiWrites = false;
    await call('POST', '/tasks', { attributes: { title: 'Ours again', ...place } });
    await productive.webhooks.deliver();
    expect(payloads().map(({ object }) => object.data.attributes['title'])).toEqual(['Ours']);
  });

  test('goes out by itself while the simulator is told to', async () => {
    const { productive, addTask } = house;
    await register(1);
    const arrival = new Promise((resolve) => receiver.once('request', resolve));
    const steer = (body: unknown) =>
      fetch(`${productive.url}/_control/webhooks/running`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await steer({ everyMs: 1 })).status).toBe(200);
    addTask('Fix');
    await arrival;
    expect((await steer({ everyMs: null })).status).toBe(200);
  });

  test('can be lost, repeated and late', async () => {
    const { productive, addTask } = house;
    const { misbehave } = productive.webhooks;
    await register(1);
    misbehave.drop = 1;
    const lost = addTask('Lost');
    expect((await productive.webhooks.deliver()).lost).toEqual([`tasks/${lost.id}`]);
    misbehave.repeat = 1;
    addTask('Twice');
    expect((await productive.webhooks.deliver()).statuses).toEqual([200, 200]);
    misbehave.delayMs = hourMs;
    addTask('Late');
    expect((await productive.webhooks.deliver()).requests).toBe(0);
    clock.advance(hourMs);
    expect((await productive.webhooks.deliver()).requests).toBe(1);
  });
});

describe('events', () => {
  test('tell budgets from deals, and archiving from changing', async () => {
    const { productive, company } = house;
    for (const event of [3, 4, 16, 13, 20, 28, 30, 31, 10]) await register(event);
    const deal = (budget: boolean) => productive.create('deals', { name: 'Big one', date: '2026-11-01', budget });
    const [plain, budget] = [deal(false), deal(true)];
    productive.update('deals', budget.id, { name: 'Bigger' });
    productive.remove('deals', plain.id);
    productive.remove('deals', budget.id);
    productive.archive('people', productive.persons.ben);
    productive.archive('companies', company.id);
    productive.restore('companies', company.id);
    productive.archive('projects', house.project.id);
    await productive.webhooks.deliver();
    expect(payloads().map(({ event }) => event)).toEqual([
      'create_deal',
      'create_budget',
      'update_budget',
      'delete_deal',
      'delete_budget',
      'archive_person',
      'archive_company',
      'update_company',
      'update_project',
    ]);
  });

  test('do not exist for comments, attachments, services and task lists, nor for silent edits and restores', async () => {
    const { productive, addTask, project } = house;
    const { id } = addTask('Fix');
    for (let event = 1; event <= 35; event += 1) await register(event);
    productive.create('comments', { body: 'Hello', task_id: id });
    productive.attach({ name: 'a.txt', contentType: 'text/plain', body: Buffer.from('a') }, { taskId: id });
    productive.create('task_lists', { name: 'More', project_id: project.id });
    productive.create('services', { name: 'Design' });
    productive.silentUpdate('tasks', id, { title: 'Changed' });
    expect(productive.webhooks.pending()).toBe(0);
    productive.remove('tasks', id);
    productive.recover('tasks', id);
    await productive.webhooks.deliver();
    expect(payloads().map(({ event }) => event)).toEqual(['delete_task']);
  });

  test('of tasks come with comments where the switch says so', async () => {
    const { productive, addTask } = house;
    const { id } = addTask('Fix');
    await register(24);
    productive.unknowns.commentFiresTaskUpdate = true;
    productive.create('comments', { body: 'Hello', task_id: id });
    await productive.webhooks.deliver();
    expect(payloads()).toMatchObject([{ event: 'update_task', item_id: Number(id) }]);
  });
});

describe('a webhook', () => {
  test('can be made, listed with its token, and removed, but not changed', async () => {
    const { call } = house;
    const { id, attributes } = await register(24);
    expect(attributes).toMatchObject({ state_id: 1, deactivated_at: null, target_url: target });
    expect((await call('PATCH', `/webhooks/${id}`, { attributes: { target_url: 'http://other' } })).status).toBe(404);
    expect((await call('GET', '/webhooks?filter[event_id]=24')).list[0]?.attributes).toEqual(attributes);
    expect((await call('DELETE', `/webhooks/${id}`)).status).toBe(204);
    expect((await call('GET', '/webhooks')).list).toEqual([]);
    expect((await call('GET', '/deleted_items')).list).toEqual([]);
  });

  test('needs a known event, and a plan that has webhooks', async () => {
    const { call } = house;
    const attributes = { event_id: 36, type_id: 1, target_url: target };
    expect((await call('POST', '/webhooks', { attributes })).status).toBe(422);
    const poor = await open({ hasWebhooks: false });
    const refused = await poor.call('POST', '/webhooks', { attributes: { ...attributes, event_id: 1 } });
    expect([refused.status, refused.errors[0]?.['code']]).toEqual([403, 'webhooks_limit_exceeded']);
    await poor.productive.stop();
  });

  test('tries again what was not answered with 2xx, and logs each failure with what it has sent', async () => {
    const { productive, addTask, call } = house;
    const { id } = await register(1);
    answers = [503, 302];
    addTask('Fix');
    await productive.webhooks.deliver();
    expect(await stateOf(id)).toMatchObject({ state_id: 3, retry_attempts: 1 });
    expect((await productive.webhooks.deliver()).requests).toBe(0);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      clock.advance(productive.webhooks.settings.retryAfterMs);
      await productive.webhooks.deliver();
    }
    expect(await stateOf(id)).toMatchObject({ state_id: 1, deactivated_at: null });
    const { list } = await call('GET', `/webhook_logs?filter[webhook_id]=${id}`);
    const logged = list.map(({ attributes }) => [attributes['retry_attempt'], attributes['status_code']]);
    expect(logged.toSorted()).toEqual([
      [0, 503],
      [1, 302],
    ]);
    expect(new Set(list.map(({ attributes }) => attributes['payload']))).toEqual(new Set([received[0]?.text]));
    expect(new Set(list.map(({ attributes }) => attributes['retry_job_id'])).size).toBe(1);
  });

  test('is switched off by three failures in a row; what waits and what happens then is lost', async () => {
    const { productive, addTask } = house;
    const { id } = await register(1);
    answers = [500, 500, 500];
    const tasks = [addTask('One'), addTask('Two'), addTask('Three'), addTask('Four')];
    const report = await productive.webhooks.deliver();
    expect(report.lost.toSorted()).toEqual(tasks.map((task) => `tasks/${task.id}`));
    expect(await stateOf(id)).toMatchObject({ state_id: 2, deactivated_at: expect.any(String) });
    addTask('Five');
    expect(productive.webhooks.pending()).toBe(0);
  });

  test('gives up after its last retry where failures do not switch it off', async () => {
    const { productive, addTask } = house;
    Object.assign(productive.webhooks.settings, { maxRetries: 1, failuresUntilOff: 100 });
    await register(1);
    answers = [500, 500];
    const { id } = addTask('One');
    expect((await productive.webhooks.deliver()).lost).toEqual([]);
    clock.advance(productive.webhooks.settings.retryAfterMs);
    expect((await productive.webhooks.deliver()).lost).toEqual([`tasks/${id}`]);
    expect(productive.webhooks.pending()).toBe(0);
  });

  test('can be switched off by hand, which nobody is told', async () => {
    const { productive, addTask } = house;
    const { id } = await register(1);
    const waiting = addTask('Waiting');
    expect(productive.webhooks.switchOff(id)).toEqual([`tasks/${waiting.id}`]);
    expect(await stateOf(id)).toMatchObject({ deactivated_at: expect.any(String) });
  });
});
