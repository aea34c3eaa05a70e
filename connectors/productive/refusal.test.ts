import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../test-context.ts';
import { pauseMs } from './pause.ts';
import { type Bench, startBench } from '../../test/support/productive-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.productive.stop());

const failing = (status: number, errors: readonly unknown[], method = 'GET') => {
  const fault = { kind: 'status', status, body: JSON.stringify({ errors }) } as const;
  bench.productive.faults.add({ method, path: /api/, fault, times: 1 });
};
const reading = () => rejectionOf(bench.connector.read('tasks', '5', bench.context));
const creating = () => rejectionOf(bench.connector.create('tasks', { title: 'Geheim' }, bench.context));

describe('an answer of', () => {
  test.each([
    [400, { title: 'Unsupported Include', detail: "Include 'task_list' is not supported" }, 'misconfigured'],
    [401, { code: 'invalid_auth_token' }, 'auth_failed'],
    [402, { title: 'Payment Required' }, 'forbidden'],
    [403, { title: 'Access Denied' }, 'forbidden'],
    [404, { title: 'Route Not Found' }, 'misconfigured'],
    [406, {}, 'misconfigured'],
    [415, {}, 'misconfigured'],
    [422, { detail: "Filter 'x' is not supported on this endpoint" }, 'misconfigured'],
    [500, {}, 'record_failed'],
  ])('%i to a read becomes the error that fits', async (status, error, code) => {
    failing(status, [error]);
    expect(await reading()).toMatchObject({ code });
  });

  test.each([
    [403, { title: 'Access Denied' }, 'forbidden'],
    [404, { title: 'Record Not Found' }, 'rejected'],
    [409, { title: 'Conflict' }, 'rejected'],
    [500, {}, 'ambiguous_write'],
  ])('%i to a creation becomes the error that fits', async (status, error, code) => {
    failing(status, [error], 'POST');
    expect(await creating()).toMatchObject({ code });
  });

  test.each([
    [500, 'record_failed'],
    [502, 'ambiguous_write'],
  ])('%i to a change becomes the error that fits', async (status, code) => {
    const current = await bench.readRecord('tasks', bench.addTask());
    failing(status, [], 'PATCH');
    const change = bench.connector.update('tasks', current, { title: 'Neu' }, bench.context);
    expect(await rejectionOf(change)).toMatchObject({ code });
  });

  test('422 names fields by the words that we use, and quotes nothing', async () => {
    const errors = [
      { status: '422', code: 'invalid_attribute', detail: 'Geheim', source: { pointer: 'data/attributes/project' } },
      { status: 422, code: 'invalid_attribute_value', source: { pointer: '/data/attributes/custom_fields/11' } },
      { source: null, title: 7 },
    ];
    failing(422, errors, 'POST');
    const error = await creating();
    expect(error).toMatchObject({ code: 'rejected', field: 'project_id' });
    expect(String(error)).toContain('project_id, custom_fields');
    expect(String(error)).not.toContain('Geheim');
  });

  test('422 without a pointer, or without any document, is still a refusal', async () => {
    failing(422, [{}], 'POST');
    expect(await creating()).toMatchObject({ code: 'rejected', field: null });
    bench.productive.faults.add({ method: 'POST', fault: { kind: 'status', status: 422, body: 'x' }, times: 1 });
    expect(await creating()).toMatchObject({ code: 'rejected', field: null });
  });

  test('success that is no document is none', async () => {
    bench.productive.faults.add({ fault: { kind: 'status', status: 200, body: '{"data":{"id":"x"}}' }, times: 1 });
    expect(await reading()).toMatchObject({ code: 'record_failed' });
  });
});

describe('a limit', () => {
  test('of requests asks for the pause that Productive names', async () => {
    await bench.productive.stop();
    const window = [{ calls: 2, perMs: 10_000 }];
    bench = await startBench({ limits: { perToken: window, perOrganization: [], reports: [], serverTime: null } });
    const id = bench.addTask();
    await bench.readRecord('tasks', id);
    await bench.readRecord('tasks', id);
    const error = await rejectionOf(bench.connector.read('tasks', id, bench.context));
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    const { retryAfterMs } = error as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  });

  test('of server time lasts until its window ends, told or not', async () => {
    const title = 'Server time limit exceeded';
    failing(429, [{ title, limit: 1_800, period: 3_600 }]);
    expect(await reading()).toMatchObject({ code: 'rate_limited', retryAfterMs: 48 * 60_000 });
    failing(429, [{ title, limit: 21_600, period: 86_400 }]);
    expect(await reading()).toMatchObject({ code: 'rate_limited', retryAfterMs: (14 * 60 + 48) * 60_000 });
    failing(429, [{ title: 'Too many requests', limit: 100, period: 10 }]);
    expect(await reading()).toMatchObject({ code: 'rate_limited', retryAfterMs: null });
  });
});

describe('the end of a window', () => {
  const nowMs = Date.parse('2026-11-21T09:12:00Z');
  const signs = { retryAfter: null, serverTimePeriodSeconds: null, nowMs };
  test.each([
    ['seconds', { reset: '7' }, 7_000],
    ['parts of a second', { reset: '0.5' }, 500],
    ['a time', { reset: String(nowMs / 1000 + 9) }, 9_000],
    ['a time that has passed', { reset: String(nowMs / 1000 - 9) }, 0],
    ['Retry-After', { reset: null, retryAfter: '3' }, 3_000],
    ['nothing that can be read', { reset: 'soon' }, null],
  ])('is read from %s', (_name, given, expected) => {
    expect(pauseMs({ ...signs, ...given })).toBe(expected);
  });
});
