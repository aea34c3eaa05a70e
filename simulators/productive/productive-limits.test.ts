import { afterEach, describe, expect, test } from '@jest/globals';
import { documentedLimits, type Limits, type ProductiveOptions, unlimited } from './start-productive.ts';
import { Clock, hourMs, open } from './test-client.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function start(limits: Partial<Limits> = {}, options: ProductiveOptions = {}) {
  const house = await open({ ...options, limits: { ...unlimited, ...limits } });
  stops.push(house.productive.stop);
  return house;
}
const times = async <T>(count: number, act: () => Promise<T>): Promise<T[]> => {
  const results = [];
  for (let index = 0; index < count; index += 1) results.push(await act());
  return results;
};

describe('a limit', () => {
  test('per token answers 429 with the seconds to wait, and leaves other tokens alone', async () => {
    const { call, productive } = await start({ perToken: [{ calls: 2, perMs: hourMs }] });
    const answers = await times(3, () => call('GET', '/tasks'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const refused = answers[2];
    expect(refused?.errors).toEqual([
      expect.objectContaining({ status: '429', title: 'Too many requests', limit: 2, period: 3_600 }),
    ]);
    expect(Number(refused?.headers.get('x-ratelimit-reset'))).toBeGreaterThan(3_000);
    expect(refused?.headers.get('retry-after')).toBeNull();
    expect((await call('GET', '/tasks', { headers: { 'x-auth-token': productive.annasToken } })).status).toBe(200);
    expect([productive.limits.refused, productive.requests.count({ path: '/tasks' })]).toEqual([1, 4]);
  });

  test('of the organization holds for all tokens together', async () => {
    const { call, productive } = await start({ perOrganization: [{ calls: 1, perMs: hourMs }] });
    await call('GET', '/tasks');
    const other = await call('GET', '/tasks', { headers: { 'x-auth-token': productive.annasToken } });
    expect(other.status).toBe(429);
  });

  test('of reports is their own', async () => {
    const { call } = await start({ reports: [{ calls: 1, perMs: hourMs }] });
    const statuses = await times(2, async () => (await call('GET', '/reports/task_reports')).status);
    expect([...statuses, (await call('GET', '/tasks')).status]).toEqual([200, 429, 200]);
  });

  test('of the time that the server works ends with the hour, not an hour later', async () => {
    const clock = new Clock();
    clock.advance(hourMs - 60_000);
    const serverTime = { perHourMs: 1_800_000, perDayMs: 2_800_000, perCallMs: 1_000_000, perRecordMs: 0 };
    const { call } = await start({ serverTime }, { now: clock.now });
    const statuses = (await times(3, () => call('GET', '/tasks'))).map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
    const { headers, errors } = await call('GET', '/tasks');
    expect(Number(headers.get('x-ratelimit-reset'))).toBe(60);
    expect(errors[0]).toMatchObject({ title: 'Server time limit exceeded', limit: 1_800, period: 3_600 });
    clock.advance(60_000);
    expect((await call('GET', '/tasks')).status).toBe(200);
    expect((await call('GET', '/tasks')).errors[0]).toMatchObject({ limit: 2_800, period: 86_400 });
    clock.advance(14 * hourMs);
    expect((await call('GET', '/tasks')).status).toBe(200);
  });

  test('as documented is 100 in ten seconds and 4,000 in half an hour', () => {
    expect(documentedLimits).toMatchObject({
      perToken: [{ calls: 100, perMs: 10_000 }],
      perOrganization: [{ calls: 4_000, perMs: 1_800_000 }],
    });
  });
});

describe('whoever steers the simulator', () => {
  const control = (url: string) => async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/_control${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('sees what has arrived, without being counted', async () => {
    const { call, productive, addTask } = await start();
    await call('GET', `/tasks/${addTask('Fix').id}?include=project`);
    await call('GET', '/tasks');
    const { body } = await control(productive.url)('GET', '/rates');
    expect(body).toMatchObject({ arrived: 2, refused: 0, mostIn10s: 2, mostIn30min: 2 });
    expect(body['counts']).toEqual({ 'GET /api/v2/tasks/:id': 1, 'GET /api/v2/tasks': 1 });
    expect(productive.rateLimit.mostInAnyWindow(10_000)).toBe(2);
    expect(productive.requests.all().map(({ query }) => query)).toEqual(['include=project', '']);
  });

  test('works in it: makes, changes, silently too, deletes, takes back and purges', async () => {
    const { call, productive, place } = await start();
    const ask = control(productive.url);
    const { id } = (await ask('POST', '/records/tasks', { title: 'Fix', ...place })).body;
    await ask('PATCH', `/records/tasks/${String(id)}?silent=true`, { title: 'Fixed' });
    expect((await call('GET', `/tasks/${String(id)}`)).one.attributes['title']).toBe('Fixed');
    await ask('DELETE', `/records/tasks/${String(id)}`);
    expect((await call('GET', `/tasks/${String(id)}`)).status).toBe(404);
    await ask('POST', `/bin/tasks/${String(id)}/recover`);
    expect((await call('GET', `/tasks/${String(id)}`)).status).toBe(200);
    await ask('DELETE', `/records/tasks/${String(id)}`);
    await ask('POST', `/bin/tasks/${String(id)}/purge`);
    expect((await call('GET', '/deleted_items')).list).toEqual([]);
    expect((await ask('DELETE', `/records/tasks/${String(id)}`)).status).toBe(404);
    expect((await ask('GET', '/records/boards')).status).toBe(404);
  });

  test('sets limits, fills and empties it, and switches webhooks off', async () => {
    const { call, productive } = await start();
    const ask = control(productive.url);
    const attributes = { event_id: 1, type_id: 1, target_url: 'http://127.0.0.1:9/' };
    const { id } = (await call('POST', '/webhooks', { attributes })).one;
    await ask('POST', `/webhooks/${id}/off`);
    expect((await call('GET', `/webhooks/${id}`)).one.attributes['deactivated_at']).toEqual(expect.any(String));
    await ask('POST', '/limits', { perToken: [{ calls: 1, perMs: hourMs }] });
    expect((await times(2, () => call('GET', '/tasks'))).map(({ status }) => status)).toEqual([200, 429]);
    await ask('POST', '/limits', 'none');
    expect((await ask('POST', '/seed', { scale: 0.002 })).body).toMatchObject({ tasks: 54 });
    expect((await call('GET', '/tasks')).body.meta).toMatchObject({ total_count: 54 });
    await ask('POST', '/reset');
    expect((await call('GET', '/tasks')).list).toEqual([]);
  });

  test('chooses between the hardest and the documented behaviour', async () => {
    const { call, productive } = await start();
    const ask = control(productive.url);
    const compared = async () => (await call('GET', '/tasks?filter[updated_at][gt]=2026-01-01')).status;
    expect(await compared()).toBe(422);
    await ask('POST', '/behaviour/friendly');
    expect(await compared()).toBe(200);
    await ask('POST', '/behaviour/hostile');
    expect(await compared()).toBe(422);
    await ask('POST', '/webhooks/settings', { maxRetries: 25 });
    expect(productive.webhooks.settings).toMatchObject({ maxRetries: 25, failuresUntilOff: 3 });
  });

  test('makes requests go wrong, before and after they took effect', async () => {
    const { call, productive, place } = await start();
    const post = () => call('POST', '/tasks', { attributes: { title: 'Fix', ...place } });
    const fault = { kind: 'status', status: 502 };
    await control(productive.url)('POST', '/faults', { fault, method: 'GET', path: '/tasks$' });
    const broken = await fetch(`${productive.apiUrl}/tasks`, { headers: { 'x-auth-token': productive.token } });
    expect(broken.status).toBe(502);
    productive.faults.add({ fault: { kind: 'resetBefore' }, method: 'POST' });
    await expect(post()).rejects.toThrow();
    expect(productive.records('tasks')).toHaveLength(0);
    productive.faults.add({ fault: { kind: 'resetAfter' }, method: 'POST' });
    await expect(post()).rejects.toThrow();
    expect(productive.records('tasks')).toHaveLength(1);
    expect((await post()).status).toBe(201);
  });
});
