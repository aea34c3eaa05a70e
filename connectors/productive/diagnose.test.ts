import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DiagnosisNeeds, Finding } from '../connector.ts';
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

const url = 'https://tandem.example.com/webhooks/productive?webhook=tandem.create_task';
const needs: DiagnosisNeeds = {
  entity: 'tasks',
  attributes: ['title', 'project_id'],
  options: {},
  webhooks: [{ event: 'create_task', url }],
};

const diagnose = (changes: Partial<DiagnosisNeeds> = {}): Promise<readonly Finding[]> =>
  bench.connector.diagnose({ ...needs, ...changes }, bench.context);
const levelOf = (findings: readonly Finding[], check: string): string | undefined =>
  findings.find((finding) => finding.check === check)?.level;

test('a webhook that the service has had no chance to register is no failure', async () => {
  const found = await diagnose({ webhooks: [{ event: 'create_task', url, madeWithin: '300 s' }] });
  expect(levelOf(found, 'webhook create_task')).toBe('warning');
});

test('a good set-up has nothing but good findings, and nothing is left behind', async () => {
  bench.addTask();
  await bench.connector.webhooks.create('create_task', url, bench.context);
  const before = bench.productive.records('tasks').length;
  const findings = await diagnose();
  expect(findings.filter(({ level, check }) => level !== 'ok' && check !== 'clock')).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    ...['token and organization', 'fields', 'clock', 'writing', 'webhook plan', 'webhook create_task'],
  ]);
  expect(bench.productive.records('tasks')).toHaveLength(before);
  expect(bench.productive.records('webhooks')).toHaveLength(1);
});

test('a wrong token or organization ends it at once', async () => {
  await restart({}, { token: 'wrong' });
  expect(await diagnose()).toMatchObject([{ check: 'token and organization', level: 'failure' }]);
  await restart({}, { organizationId: '1' });
  expect(await diagnose()).toMatchObject([{ check: 'token and organization', level: 'failure' }]);
});

test('a token for reading only is found by a creation that can not succeed', async () => {
  await restart({}, { token: 'token-for-reading' });
  expect(levelOf(await diagnose({ webhooks: [] }), 'writing')).toBe('failure');
});

test('a plan without webhooks is named', async () => {
  await restart({ hasWebhooks: false });
  const findings = await diagnose();
  expect(levelOf(findings, 'writing')).toBe('ok');
  expect(levelOf(findings, 'webhook plan')).toBe('failure');
  expect(findings.map(({ text }) => text).join()).toContain('Ultimate');
});

test('webhooks that are missing, doubled or switched off are named', async () => {
  expect(levelOf(await diagnose(), 'webhook create_task')).toBe('failure');
  const { id } = await bench.connector.webhooks.create('create_task', url, bench.context);
  bench.productive.webhooks.switchOff(id);
  expect(levelOf(await diagnose(), 'webhook create_task')).toBe('failure');
  await bench.connector.webhooks.create('create_task', url, bench.context);
  expect(levelOf(await diagnose(), 'webhook create_task')).toBe('warning');
});

test('a field that a record does not show is named', async () => {
  bench.addTask();
  const findings = await diagnose({ attributes: ['title', 'colour'], webhooks: [] });
  expect(findings.find(({ check }) => check === 'fields')).toMatchObject({
    level: 'failure',
    text: expect.stringContaining('colour'),
  });
  expect(levelOf(await diagnose({ entity: 'payments', webhooks: [] }), 'fields')).toBe('warning');
});
