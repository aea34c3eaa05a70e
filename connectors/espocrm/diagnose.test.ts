import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import type { DiagnosisNeeds } from '../connector.ts';
import { createContext } from '../test-context.ts';
import { createEspoCrmConnector } from './connector.ts';

const url = 'https://tandem.example/webhooks/espocrm';
const needs: DiagnosisNeeds = {
  entity: 'CBeteiligte',
  attributes: ['lastName', 'betnr', 'emailAddressData', 'versionNumber'],
  options: { syncStatus: ['clean', 'failed'] },
  webhooks: [{ event: 'CBeteiligte.update', url }],
};
let nowMs = Date.parse('2026-11-21T09:12:00Z');
let crm: EspoCrm;

beforeEach(async () => {
  nowMs = Date.parse('2026-11-21T09:12:00Z');
  crm = await startEspoCrm({ now: () => new Date('2026-11-21T09:12:00Z') });
});
afterEach(() => crm.stop());

const register = (changes: { event?: string; url?: string; skipOwn?: boolean } = {}): { readonly id: string } =>
  crm.webhooks.register({ event: 'CBeteiligte.update', url, skipOwn: true, ...changes }, crm.apiUser);

async function findings(changed: Partial<DiagnosisNeeds> = {}, apiKey = crm.apiUser.apiKey) {
  const connector = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey }, now: () => nowMs });
  const context = createContext();
  const all = await connector.diagnose({ ...needs, ...changed }, context);
  expect(new Set(context.purposes)).toEqual(new Set(['check']));
  return Object.fromEntries(all.map(({ check, ...rest }) => [check, rest]));
}

test('a sound set-up has nothing to complain about', async () => {
  register();
  const found = await findings();
  expect(Object.entries(found).map(([check, { level }]) => [check, level])).toEqual([
    ['credentials', 'ok'],
    ['reading', 'ok'],
    ['clock', 'ok'],
    ['fields', 'ok'],
    ['options of syncStatus', 'ok'],
    ['optimistic concurrency', 'ok'],
    ['webhook CBeteiligte.update', 'ok'],
    ['webhook queue', 'ok'],
  ]);
});

test('a second instance is spoken of under its own name', async () => {
  const connector = createEspoCrmConnector({
    system: 'second EspoCRM',
    url: crm.url,
    auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey },
    now: () => nowMs - 60_000,
  });
  const texts = (await connector.diagnose(needs, createContext())).map(({ text }) => text);
  expect(texts).toContain('second EspoCRM knows us as sync_api');
  expect(texts).toContain('The clock of second EspoCRM is 61 s ahead of ours; set both by NTP');
});

test('a wrong key is tried once', async () => {
  expect(await findings({}, 'wrong')).toMatchObject({ credentials: { level: 'failure' } });
  expect(crm.requests.count()).toBe(1);
});

test('fields that are missing are named', async () => {
  const { fields } = await findings({ attributes: ['lastName', 'betnr', 'gibtsNicht'] });
  expect(fields).toMatchObject({ level: 'failure' });
  expect(fields?.text).toContain('CBeteiligte has no gibtsNicht');
});

test('options that are missing are named', async () => {
  const found = await findings({ options: { syncStatus: ['clean', 'in_limbo'] } });
  expect(found['options of syncStatus']).toMatchObject({ level: 'failure' });
  expect(found['options of syncStatus']?.text).toContain('lacks in_limbo');
});

test('an entity that does not exist', async () => {
  expect(await findings({ entity: 'CNichts', webhooks: [] })).toMatchObject({
    reading: { level: 'failure' },
    fields: { level: 'failure' },
  });
});

test('missing concurrency control is explained', async () => {
  await crm.stop();
  crm = await startEspoCrm({ optimisticConcurrency: false });
  expect((await findings())['optimistic concurrency']).toMatchObject({ level: 'warning' });
});

test.each([
  ['is missing', (): unknown => undefined, 'failure', 'not registered'],
  ['points elsewhere', () => register({ url: 'https://other.example/' }), 'failure', 'another URL'],
  ['is inactive', () => crm.webhooks.update(register().id, { isActive: false }), 'failure', 'inactive'],
  ['is doubled', () => [register(), register()], 'warning', '2 times'],
  ['reports our own writes', () => register({ skipOwn: false }), 'warning', 'skipOwn'],
] as const)('a webhook that %s', async (_title, arrange, level, text) => {
  arrange();
  const found = (await findings())['webhook CBeteiligte.update'];
  expect(found).toMatchObject({ level });
  expect(found?.text).toContain(text);
});

test('a webhook that the service has had no chance to register is no failure', async () => {
  const found = (await findings({ webhooks: [{ event: 'CBeteiligte.update', url, madeWithin: '300 s' }] }))[
    'webhook CBeteiligte.update'
  ];
  expect(found).toMatchObject({
    level: 'warning',
    text: 'CBeteiligte.update is not registered yet; Tandem does it within 300 s of starting',
  });
});

test.each([
  [60_000, 'behind'],
  [-60_000, 'ahead of'],
])('a clock that differs by %i ms from ours', async (offsetMs, words) => {
  nowMs += offsetMs;
  const { clock } = await findings();
  expect(clock).toMatchObject({ level: 'warning' });
  expect(clock?.text).toContain(words);
});

test('a system that is down is one finding, not an exception', async () => {
  const { url: address } = crm;
  await crm.stop();
  const connector = createEspoCrmConnector({ url: address, auth: { kind: 'apiKey', apiKey: 'x' } });
  expect(await connector.diagnose(needs, createContext())).toMatchObject([{ check: 'credentials', level: 'failure' }]);
});
