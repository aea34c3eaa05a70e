import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Advoware, startAdvoware } from '../simulators/advoware/start-advoware.ts';
import { type EspoCrm, startEspoCrm } from '../simulators/espocrm/start-espocrm.ts';
import { createAdvowareConnector } from './advoware/connector.ts';
import type { Connector } from './connector.ts';
import { createEspoCrmConnector } from './espocrm/connector.ts';
import { createTokenCache } from './token-cache.ts';

let crm: EspoCrm;
let firm: Advoware;
let nowMs = Date.now();
beforeEach(async () => {
  [crm, firm] = await Promise.all([startEspoCrm(), startAdvoware({ now: () => new Date(nowMs) })]);
});
afterEach(() => Promise.all([crm.stop(), firm.stop()]));

const now = (): number => nowMs;
const context = { signal: new AbortController().signal, beforeCall: () => undefined };
/** A hundred records that wait, one after the other. */
const tryHundred = async (connector: Connector, entity: string, id: string): Promise<Set<unknown>> => {
  const codes = new Set<unknown>();
  for (let record = 0; record < 100; record += 1) {
    const failure: unknown = await connector.read(entity, id, context).catch((error: unknown) => error);
    codes.add((failure as { code?: unknown }).code);
  }
  return codes;
};

test('a wrong key is shown to EspoCRM once a minute, so that nobody else is locked out', async () => {
  const { id } = crm.create('CBeteiligte', { lastName: 'Meier' });
  const wrong = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey: 'wrong' }, now });
  expect(await tryHundred(wrong, 'CBeteiligte', id)).toEqual(new Set(['auth_failed']));
  expect(crm.requests.count()).toBe(1);
  nowMs += 60_000;
  await tryHundred(wrong, 'CBeteiligte', id);
  expect(crm.requests.count()).toBe(2);
  const right = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey }, now });
  expect((await right.read('CBeteiligte', id, context)).kind).toBe('found');
});

describe('many records at once', () => {
  const readAll = (connector: Connector, id: string) =>
    Promise.allSettled(Array.from({ length: 40 }, () => connector.read('CBeteiligte', id, context)));

  test('show a wrong key to EspoCRM once', async () => {
    const { id } = crm.create('CBeteiligte', { lastName: 'Meier' });
    const wrong = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey: 'wrong' }, now });
    await readAll(wrong, id);
    expect(crm.requests.count()).toBe(1);
  });

  test('show a key that was revoked while the service ran less often than EspoCRM locks an address for', async () => {
    const { id } = crm.create('CBeteiligte', { lastName: 'Meier' });
    const { apiKey } = crm.apiUser;
    const connector = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey }, now });
    await readAll(connector, id);
    const mark = crm.requests.mark();
    crm.faults.add({ times: 40, fault: { kind: 'status', status: 401 } });
    await readAll(connector, id);
    expect(crm.requests.count({ since: mark })).toBeLessThanOrEqual(8);
  });
});

test('a wrong password is shown to Advoware once a minute, and works again when it was corrected', async () => {
  const { betNr } = firm.create({ name: 'Meier' });
  const configuratorUrl = `${firm.configuratorUrl}/AdvonetConfigurator/api/Url`;
  const connector = createAdvowareConnector({ ...firm.credentials, configuratorUrl, tokens: createTokenCache(), now });
  firm.setPassword('changed at the firm');
  expect(await tryHundred(connector, 'Beteiligte', String(betNr))).toEqual(new Set(['auth_failed']));
  expect(firm.requests.count({ path: 'Token' })).toBe(1);
  firm.setPassword(firm.credentials.password);
  nowMs += 60_000;
  expect((await connector.read('Beteiligte', String(betNr), context)).kind).toBe('found');
});
