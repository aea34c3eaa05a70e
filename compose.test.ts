import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { composeBudget, composeConnectors, composePairs } from './compose.ts';
import { parseConfig } from './config.ts';
import { createLog } from './log.ts';
import { type EspoCrm, startEspoCrm } from './simulators/espocrm/start-espocrm.ts';
import { openInMemory } from './test/support/embedded.ts';

const example = await readFile(new URL('./.env.example', import.meta.url), 'utf8');
const required = Object.fromEntries(
  [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const context = { signal: new AbortController().signal, beforeCall: () => undefined };

let crms: readonly [EspoCrm, EspoCrm];
beforeEach(async () => {
  crms = await Promise.all([startEspoCrm(), startEspoCrm({ apiKey: 'key-of-the-second' })]);
});
afterEach(() => Promise.all(crms.map((crm) => crm.stop())));

const noDatabase = (): never => {
  throw new Error('There is no database here');
};
const compose = (changes: Readonly<Record<string, string>> = {}) => {
  const [{ url, apiUser }] = crms;
  const environment = { ...required, ESPOCRM_URL: url, ESPOCRM_API_KEY: apiUser.apiKey, ...changes };
  return composeConnectors(parseConfig(environment), createLog('silent'), noDatabase);
};

test('without a second EspoCRM there is one', () => {
  const { bySystem, sending } = compose();
  expect([Object.keys(bySystem), sending.length]).toEqual([['EspoCRM', 'Advoware'], 1]);
});

const portal = { PRODUCTIVE_TOKEN: 'the-token', PRODUCTIVE_ORGANIZATION_ID: '3137' };
const withoutOffice = Object.fromEntries(
  Object.keys(required).flatMap((name) => (/^(ESPOCRM|ADVOWARE)_/.test(name) ? [[name, '']] : [])),
);

test('Productive and the portal are there alone or beside the others, and only Productive sends webhooks', () => {
  const names = ({ bySystem, sending }: ReturnType<typeof compose>) => [
    Object.keys(bySystem),
    sending.map(({ connector }) => connector.system),
  ];
  const alone = parseConfig({ ...required, ...withoutOffice, ...portal });
  expect(names(composeConnectors(alone, createLog('silent'), noDatabase))).toEqual([
    ['Productive', 'Portal'],
    ['Productive'],
  ]);
  expect(names(compose(portal))).toEqual([
    ['EspoCRM', 'Advoware', 'Productive', 'Portal'],
    ['EspoCRM', 'Productive'],
  ]);
});

test('the pairs are those of the systems that are configured, parents before what points to them', () => {
  const namesWith = (changes: Readonly<Record<string, string>>) =>
    composePairs(parseConfig({ ...required, ...changes })).map(({ name }) => name);
  const alone = namesWith({ ...withoutOffice, ...portal });
  expect(alone).toHaveLength(16);
  expect(alone.indexOf('projects')).toBeLessThan(alone.indexOf('tasks'));
  expect(namesWith({})).toEqual(['beteiligte']);
  expect(namesWith(portal)).toEqual(['beteiligte', ...alone]);
});

test.each([
  ['its key', () => ({ ESPOCRM2_API_KEY: crms[1].apiUser.apiKey })],
  ['HMAC', () => ({ ESPOCRM2_API_KEY: crms[1].hmacUser.apiKey, ESPOCRM2_SECRET_KEY: crms[1].hmacUser.secretKey })],
])('a second EspoCRM is reached at its own address with %s', async (_title, credentials) => {
  const { bySystem, sending } = compose({
    ESPOCRM2_URL: crms[1].url,
    ESPOCRM_WEBHOOK_SECRETS: 'one:secret',
    ESPOCRM2_WEBHOOK_SECRETS: 'two:secret',
    ESPOCRM2_TIMEOUT: '3s',
    ...credentials(),
  });
  const names = ['EspoCRM', 'second EspoCRM'];
  expect(Object.keys(bySystem)).toEqual([...names, 'Advoware']);
  expect(sending.map(({ connector, webhookSecrets }) => [connector.system, [...webhookSecrets.keys()]])).toEqual([
    ['EspoCRM', ['one']],
    ['second EspoCRM', ['two']],
  ]);
  expect(bySystem['second EspoCRM']?.timeoutMs).toBe(3_000);
  for (const [index, name] of names.entries()) {
    const { id } = crms[index]!.create('Contact', { lastName: name });
    expect(await bySystem[name]!.read('Contact', id, context)).toMatchObject({
      record: { attributes: { lastName: name } },
    });
  }
});

test('each system has the budget of its own setting, counted in the database, or there while Redis is away', async () => {
  const database = await openInMemory();
  const limits = { ESPOCRM_BUDGET: '20/1h', ADVOWARE_BUDGET: '40/1h,50/2h' };
  const states = async (redis: Readonly<Record<string, string>>) => {
    const budgets = composeBudget(parseConfig({ ...required, ...limits, ...redis }), createLog('silent'));
    const budget = budgets.over(database.db);
    const all = await Promise.all(['EspoCRM', 'second EspoCRM', 'Advoware'].map((system) => budget.state(system)));
    budgets.close();
    return all.map(({ limitedBy, available }) => [limitedBy, available.interactive]);
  };
  expect(await states({})).toEqual([
    ['store', 20],
    ['nothing', Infinity],
    ['store', 40],
  ]);
  expect(await states({ REDIS_URL: 'redis://127.0.0.1:9' })).toEqual([
    ['fallback', 2],
    ['nothing', Infinity],
    ['fallback', 4],
  ]);
  await database.close();
});
