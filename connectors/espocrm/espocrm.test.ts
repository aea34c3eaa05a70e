import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import type { Attributes, RemoteRecord } from '../connector.ts';
import { AmbiguousWrite, Misconfigured, Rejected, StaleVersion } from '../errors.ts';
import { createContext, rejectionOf, type TestContext } from '../test-context.ts';
import { createEspoCrmConnector, type EspoCrmConnector } from './connector.ts';

const entity = 'CBeteiligte';
let clock = new Date('2026-11-21T09:12:00Z');
let crm: EspoCrm;
let connector: EspoCrmConnector;
let context: TestContext;

async function restart(options: Parameters<typeof startEspoCrm>[0] = {}): Promise<void> {
  await crm.stop();
  await start(options);
}
async function start(options: Parameters<typeof startEspoCrm>[0] = {}): Promise<void> {
  crm = await startEspoCrm({ now: () => clock, ...options });
  connector = createEspoCrmConnector({
    url: crm.url,
    auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey },
    timeoutMs: 20_000,
  });
  context = createContext();
}
beforeEach(async () => {
  clock = new Date('2026-11-21T09:12:00Z');
  await start();
});
afterEach(() => crm.stop());

const person = (attributes: Attributes = {}) =>
  crm.create(entity, { firstName: 'Erika', lastName: 'Beispiel', ...attributes });

async function readRecord(id: string): Promise<RemoteRecord> {
  const result = await connector.read(entity, id, context);
  if (result.kind !== 'found') throw new Error('The record is gone');
  return result.record;
}

describe('a write that was accepted', () => {
  test('is never taken for one that was not sent because the look after it failed', async () => {
    const { id } = person({ emailAddress: 'alt@example.com' });
    const current = await readRecord(id);
    crm.faults.add({ method: 'GET', path: id, fault: { kind: 'status', status: 401 } });
    const change = connector.update(entity, current, { emailAddress: 'neu@example.com' }, context);
    expect(await rejectionOf(change)).toMatchObject({ code: 'ambiguous_write', settleMs: 0 });
    expect(crm.record(entity, id)).toMatchObject({ emailAddress: 'neu@example.com' });
  });
});

describe('reading', () => {
  test('shows the record with its version and its time in UTC', async () => {
    const { id } = person({ betnr: '104860' });
    const record = await readRecord(id);
    expect(record).toMatchObject({
      id,
      version: '1',
      modifiedAt: '2026-11-21T09:12:00.000Z',
      attributes: { betnr: '104860', lastName: 'Beispiel' },
    });
    expect(record.raw).toEqual(record.attributes);
  });

  test('without version numbers the time of the last change is the version', async () => {
    await restart({ optimisticConcurrency: false });
    expect((await readRecord(person().id)).version).toBe('2026-11-21 09:12:00');
  });

  test('a deleted record is gone', async () => {
    const { id } = person();
    crm.remove(entity, id);
    expect(await connector.read(entity, id, context)).toEqual({ kind: 'gone' });
  });

  test('a record that only an administrator still sees as deleted is gone', async () => {
    const { id } = person();
    const body = JSON.stringify({ id, deleted: true, lastName: 'Beispiel' });
    crm.faults.add({ path: id, fault: { kind: 'status', status: 200, body } });
    expect(await connector.read(entity, id, context)).toEqual({ kind: 'gone' });
  });

  test('an id that would lead elsewhere is never sent', async () => {
    expect(await rejectionOf(connector.read(entity, '../Settings', context))).toBeInstanceOf(Rejected);
    expect(crm.requests.count()).toBe(0);
  });
});

describe('who has changed a record', () => {
  test('our own user is recognised, a person is not', async () => {
    const ours = await connector.create(entity, { lastName: 'Unser' }, context);
    const theirs = await readRecord(person().id);
    crm.update(entity, ours.id, { titel: 'Dr.' });
    expect([ours.modifiedByUs, theirs.modifiedByUs, (await readRecord(ours.id)).modifiedByUs]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('our own user is asked for once, for all who wait, and not counted as a record call', async () => {
    const { id } = person();
    await Promise.all(Array.from({ length: 20 }, () => connector.read(entity, id, context)));
    await connector.read(entity, id, context);
    expect([crm.requests.count({ path: 'App/user' }), context.count('login'), context.count('record')]).toEqual([
      1, 1, 21,
    ]);
  });

  test('nobody knows while our own user can not be learned, and it is asked again a minute later', async () => {
    let nowMs = 0;
    connector = createEspoCrmConnector({
      url: crm.url,
      auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey },
      now: () => nowMs,
    });
    crm.faults.add({ path: 'App/user', fault: { kind: 'status', status: 500 } });
    const { id } = person();
    expect((await readRecord(id)).modifiedByUs).toBeNull();
    expect((await readRecord(id)).modifiedByUs).toBeNull();
    nowMs += 60_000;
    expect((await readRecord(id)).modifiedByUs).toBe(false);
    expect(crm.requests.count({ path: 'App/user' })).toBe(2);
  });

  test('wrong credentials are tried once, not twice', async () => {
    connector = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey: 'wrong' } });
    await rejectionOf(connector.read(entity, person().id, context));
    expect(crm.requests.count()).toBe(1);
  });
});

describe('searching', () => {
  test('finds what is equal, and no deleted record', async () => {
    const wanted = person({ betnr: '104860' });
    person({ betnr: '104861', lastName: 'Anders' });
    crm.remove(entity, person({ betnr: '104860', lastName: 'Weg' }).id);
    const found = await connector.search(entity, { betnr: '104860', lastName: 'Beispiel' }, context);
    expect(found.map(({ id }) => id)).toEqual([wanted.id]);
  });

  test('brings twenty records at most, in one call', async () => {
    for (let count = 0; count < 25; count += 1) person({ zusatz: 'gleich' });
    expect(await connector.search(entity, { zusatz: 'gleich' }, context)).toHaveLength(20);
    expect(context.count('record')).toBe(1);
  });

  test('for nothing in particular is refused', async () => {
    expect(await rejectionOf(connector.search(entity, {}, context))).toBeInstanceOf(Misconfigured);
  });
});

describe('writing', () => {
  test('a creation is one call and answers with the new record', async () => {
    const record = await connector.create(entity, { firstName: 'Max', lastName: 'Muster', betnr: '1' }, context);
    expect(record).toMatchObject({ version: '1', attributes: { lastName: 'Muster', betnr: '1' } });
    expect([context.count('record'), crm.records(entity)]).toMatchObject([1, [{ id: record.id }]]);
  });

  test('a change sends the changed attributes only and is one call', async () => {
    const { id } = person({ betnr: '1' });
    const current = await readRecord(id);
    crm.update(entity, id, { titel: 'Dr.' });
    const fresh = await readRecord(id);
    const before = context.count('record');
    const record = await connector.update(entity, fresh, { betnr: '2' }, context);
    expect(context.count('record') - before).toBe(1);
    expect(record).toMatchObject({ version: '3', attributes: { betnr: '2', titel: 'Dr.' } });
    expect(current.version).toBe('1');
  });

  test('null clears an attribute', async () => {
    const { id } = person({ titel: 'Dr.' });
    await connector.update(entity, await readRecord(id), { titel: null }, context);
    expect(crm.record(entity, id)).toMatchObject({ titel: null, lastName: 'Beispiel' });
  });

  test('a record that has moved since it was read is not overwritten', async () => {
    const { id } = person();
    const current = await readRecord(id);
    crm.update(entity, id, { titel: 'Dr.' });
    expect(await rejectionOf(connector.update(entity, current, { betnr: '2' }, context))).toBeInstanceOf(StaleVersion);
    expect(crm.record(entity, id)).toMatchObject({ titel: 'Dr.', betnr: null });
  });

  test('without version numbers a change goes through unconditionally', async () => {
    await restart({ optimisticConcurrency: false });
    const { id } = person();
    const current = await readRecord(id);
    crm.update(entity, id, { titel: 'Dr.' });
    await connector.update(entity, current, { betnr: '2' }, context);
    expect(crm.record(entity, id)).toMatchObject({ titel: 'Dr.', betnr: '2' });
  });

  test.each([
    [{ emailAddress: 'neu@example.com' }, 'emailAddressData', [{ emailAddress: 'neu@example.com' }]],
    [{ phoneNumber: '+49511123450' }, 'phoneNumberData', [{ phoneNumber: '+49511123450' }]],
  ])(
    'a change of %j is read again, because the answer shows the old sub-object',
    async (changes, attribute, expected) => {
      const { id } = person({ emailAddress: 'alt@example.com', phoneNumber: '+49511999990' });
      const current = await readRecord(id);
      const mark = crm.requests.mark();
      const record = await connector.update(entity, current, changes, context);
      expect(record.attributes).toMatchObject({ [attribute]: expected });
      expect(crm.requests.since(mark).map(({ method }) => method)).toEqual(['PUT', 'GET']);
    },
  );

  test('a change of a record that was deleted meanwhile is stale', async () => {
    const { id } = person();
    const current = await readRecord(id);
    crm.remove(entity, id);
    expect(await rejectionOf(connector.update(entity, current, { betnr: '2' }, context))).toBeInstanceOf(StaleVersion);
  });
});

describe('deleting', () => {
  const remove = (id: string) => connector.remove(entity, id, context);

  test('is one call, and the record is gone afterwards', async () => {
    const { id } = person();
    await remove(id);
    expect([context.count('record'), crm.record(entity, id)]).toMatchObject([1, { deleted: true }]);
    expect(await connector.read(entity, id, context)).toEqual({ kind: 'gone' });
  });

  test('a record that a person has deleted is done already', async () => {
    const { id } = person();
    crm.remove(entity, id);
    await remove(id);
    expect(crm.record(entity, id)).toMatchObject({ deleted: true });
  });

  test('a record that has never been there counts as deleted too', async () => {
    await remove('6b00f4dde4cd1b1bc');
    expect(crm.requests.count({ method: 'DELETE' })).toBe(1);
  });

  test.each([
    ['took effect', { kind: 'resetAfter' }, true],
    ['took effect and half of the answer came', { kind: 'truncate' }, true],
    ['was lost on the way there', { kind: 'resetBefore' }, false],
  ] as const)('its fate is unknown if it %s, and trying again settles it', async (_title, fault, deleted) => {
    const { id } = person();
    crm.faults.add({ method: 'DELETE', fault });
    expect(await rejectionOf(remove(id))).toBeInstanceOf(AmbiguousWrite);
    expect(crm.record(entity, id)).toMatchObject({ deleted });
    await remove(id);
    expect(crm.record(entity, id)).toMatchObject({ deleted: true });
  });

  test('a deletion that is not answered in time may have happened', async () => {
    const { id } = person();
    connector = createEspoCrmConnector({
      url: crm.url,
      auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey },
      timeoutMs: 300,
    });
    crm.faults.add({ method: 'DELETE', fault: { kind: 'latency', delayMs: 1_000 } });
    expect(await rejectionOf(remove(id))).toMatchObject({ code: 'ambiguous_write', settleMs: 300 });
  });

  test('an id that would lead elsewhere is never sent', async () => {
    expect(await rejectionOf(remove('../Settings'))).toBeInstanceOf(Rejected);
    expect(crm.requests.count()).toBe(0);
  });
});

describe('signing with HMAC', () => {
  test('reads, searches, writes and deletions are accepted', async () => {
    const { apiKey, secretKey } = crm.hmacUser;
    connector = createEspoCrmConnector({ url: `${crm.url}/api/v1/`, auth: { kind: 'hmac', apiKey, secretKey } });
    const created = await connector.create(entity, { lastName: 'Muster', betnr: '7' }, context);
    await connector.update(entity, created, { titel: 'Dr.' }, context);
    const found = await connector.search(entity, { betnr: '7' }, context);
    await connector.remove(entity, created.id, context);
    expect(crm.record(entity, created.id)).toMatchObject({ deleted: true });
    expect(found.map(({ attributes }) => attributes['titel'])).toEqual(['Dr.']);
    expect(created.modifiedByUs).toBe(true);
  });
});

test('the secrets of our webhooks can be read', async () => {
  const own = crm.webhooks.register({ event: `${entity}.update`, url: 'http://127.0.0.1:1/x' }, crm.apiUser);
  crm.webhooks.register({ event: `${entity}.update`, url: 'http://127.0.0.1:1/y' }, crm.hmacUser);
  expect(await connector.webhookSecrets(context)).toEqual(new Map([[own.id, own.secretKey]]));
});
