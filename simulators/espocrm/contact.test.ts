import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type EspoCrm, startEspoCrm } from './start-espocrm.ts';

let clock = new Date('2026-11-21T09:12:00Z');
let crm: EspoCrm;

beforeEach(async () => {
  clock = new Date('2026-11-21T09:12:00Z');
  crm = await startEspoCrm({ now: () => clock });
});
afterEach(() => crm.stop());

const values = z.record(z.string(), z.unknown());
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = asApiUser()) {
  const answer = await fetch(`${crm.url}/api/v1/Contact${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    reason: answer.headers.get('X-Status-Reason'),
    text,
    body: values.catch({}).parse(text === '' ? {} : JSON.parse(text)),
  };
}
const asApiUser = (): Record<string, string> => ({ 'X-Api-Key': crm.apiUser.apiKey });
const asAdmin = (): Record<string, string> => ({ Authorization: `Basic ${btoa(`admin:${crm.admin.password}`)}` });
const contact = (attributes: Readonly<Record<string, unknown>> = {}): string =>
  crm.create('Contact', { firstName: 'Anna', lastName: 'Meier', ...attributes }).id;

describe('a contact', () => {
  test('keeps everything that a contact can have', async () => {
    const sent = {
      salutationName: 'Ms.',
      firstName: 'Anna',
      lastName: 'Meier',
      title: 'Syndikus',
      emailAddress: 'anna@example.com',
      phoneNumber: '+49511123450',
      description: 'Erste Zeile\nzweite Zeile ',
      addressStreet: 'Am Markt 1\nHinterhaus',
      addressCity: 'Hannover',
      addressPostalCode: '30159',
      addressCountry: 'Deutschland',
      doNotCall: true,
      cTwinId: '6b00f4dde4cd1b1bc',
      cTwinVersion: '2026-11-21 09:12:00',
      cTwinLastSync: '2026-11-21 09:12:00',
      cSyncStatus: 'clean',
      cSyncAttempts: 0,
      cSyncMessage: 'Alles in Ordnung',
    };
    const { id } = (await call('POST', '', sent)).body;
    const { body } = await call('GET', `/${String(id)}`);
    expect(body).toMatchObject({
      ...sent,
      name: 'Anna Meier',
      emailAddressData: [{ emailAddress: 'anna@example.com', lower: 'anna@example.com', primary: true }],
      phoneNumberData: [{ phoneNumber: '+49511123450', primary: true }],
    });
    expect(body).not.toHaveProperty('versionNumber');
  });

  test('that says nothing of calls may be called, and everything else is empty', async () => {
    expect((await call('GET', `/${contact()}`)).body).toMatchObject({
      doNotCall: false,
      addressCity: null,
      cTwinId: null,
      cSyncStatus: null,
      cSyncAttempts: null,
    });
  });

  test.each([
    ['a telephone number in national form', { phoneNumber: '0511 12345' }, 'phoneNumber', 'valid'],
    ['a state that nobody defined', { cSyncStatus: 'dirty' }, 'cSyncStatus', 'valid'],
    ['a time with milliseconds', { cTwinLastSync: '2026-11-21T09:12:00.000Z' }, 'cTwinLastSync', 'valid'],
    ['too long a street', { addressStreet: 'x'.repeat(256) }, 'addressStreet', 'maxLength'],
    ['too long a postal code', { addressPostalCode: '1'.repeat(41) }, 'addressPostalCode', 'maxLength'],
    ['no last name', { lastName: '' }, 'lastName', 'required'],
  ])('with %s is refused', async (_title, attributes, field, type) => {
    const { status, body } = await call('PUT', `/${contact()}`, attributes);
    expect([status, body]).toMatchObject([400, { messageTranslation: { data: { field, type } } }]);
  });

  test('whose yes-or-no field is emptied ends in a server error, and stays as it was', async () => {
    const id = contact({ doNotCall: true });
    expect((await call('PUT', `/${id}`, { doNotCall: null })).status).toBe(500);
    expect(crm.record('Contact', id)).toMatchObject({ doNotCall: true });
  });

  test('has its telephone number written internationally without blanks', async () => {
    const id = contact();
    expect((await call('PUT', `/${id}`, { phoneNumber: '+49 (511) 12345-0' })).status).toBe(200);
    expect(crm.record('Contact', id)).toMatchObject({ phoneNumber: '+49511123450' });
  });

  test('tells the webhooks of its changes', () => {
    const url = 'http://127.0.0.1:9/';
    for (const event of ['create', 'update', 'delete']) {
      crm.webhooks.register({ event: `Contact.${event}`, url, skipOwn: true }, crm.apiUser);
    }
    const id = contact();
    crm.update('Contact', id, { title: 'Syndikus' });
    crm.remove('Contact', id);
    expect(crm.webhooks.pending()).toBe(3);
  });
});

describe('an e-mail address that the instance knows in another spelling', () => {
  beforeEach(() => {
    contact({ lastName: 'Zuerst', emailAddress: 'max@example.com' });
  });

  test('is answered as it was sent, and stored as it was known', async () => {
    const id = contact();
    const answer = await call('PUT', `/${id}`, { emailAddress: 'MAX@Example.com' });
    expect(answer.body).toMatchObject({ emailAddress: 'MAX@Example.com', emailAddressData: [] });
    expect((await call('GET', `/${id}`)).body).toMatchObject({
      emailAddress: 'max@example.com',
      emailAddressData: [{ emailAddress: 'max@example.com' }],
    });
  });

  test('is treated the same way on creation', async () => {
    const created = await call('POST', '', { lastName: 'Neu', emailAddress: 'Max@example.com' }, skippingDuplicates());
    expect(created.body).toMatchObject({ emailAddress: 'Max@example.com' });
    expect(crm.record('Contact', String(created.body['id']))).toMatchObject({ emailAddress: 'max@example.com' });
  });

  test('makes a new contact look like the other one', async () => {
    const created = await call('POST', '', { lastName: 'Neu', emailAddress: 'Max@example.com' });
    expect([created.status, created.reason]).toEqual([409, 'duplicate']);
  });

  const skippingDuplicates = () => ({ ...asApiUser(), 'X-Skip-Duplicate-Check': 'true' });
});

describe('a deletion', () => {
  test('leaves nothing for an API user, and the record with its mark for an administrator', async () => {
    const id = contact();
    clock = new Date(clock.getTime() + 5_000);
    const deleted = await call('DELETE', `/${id}`, undefined, { ...asApiUser(), 'X-Version-Number': '99' });
    expect([deleted.status, deleted.text]).toEqual([200, 'true']);
    const later = [await call('GET', `/${id}`), await call('PUT', `/${id}`, {}), await call('DELETE', `/${id}`)];
    expect(later.map(({ status, reason }) => [status, reason])).toEqual([
      [404, `Record ${id} does not exist.`],
      [404, `Record ${id} not found.`],
      [404, `Record ${id} not found.`],
    ]);
    expect((await call('GET', '')).body).toMatchObject({ total: 0 });
    expect((await call('GET', `/${id}`, undefined, asAdmin())).body).toMatchObject({
      deleted: true,
      modifiedAt: '2026-11-21 09:12:05',
      modifiedById: crm.apiUser.id,
    });
  });

  test('that the role does not allow is refused', async () => {
    const id = contact();
    crm.forbidDeletion('Contact');
    expect(await call('DELETE', `/${id}`)).toMatchObject({ status: 403, reason: "No 'delete' access." });
    expect((await call('GET', `/${id}`)).status).toBe(200);
  });

  test('is taken back by an administrator only: same id, old time, no event', async () => {
    const id = contact();
    await call('DELETE', `/${id}`);
    clock = new Date(clock.getTime() + 5_000);
    crm.webhooks.register({ event: 'Contact.create', url: 'http://127.0.0.1:9/' }, crm.admin);
    crm.webhooks.register({ event: 'Contact.update', url: 'http://127.0.0.1:9/' }, crm.admin);
    expect((await call('POST', '/action/restoreDeleted', { id })).status).toBe(403);
    expect((await call('GET', `/${id}`)).status).toBe(404);
    expect(await call('POST', '/action/restoreDeleted', { id }, asAdmin())).toMatchObject({
      status: 200,
      text: 'true',
    });
    expect((await call('GET', `/${id}`)).body).toMatchObject({ id, modifiedAt: '2026-11-21 09:12:00' });
    expect(crm.webhooks.pending()).toBe(0);
  });

  test.each([
    ['that is still there', (id: string) => ({ id }), 403],
    ['that has never been', () => ({ id: '6b00f4dde4cd1b1bc' }), 404],
    ['that nobody names', () => ({}), 400],
  ])('can not be taken back for a record %s', async (_title, body, status) => {
    expect((await call('POST', '/action/restoreDeleted', body(contact()), asAdmin())).status).toBe(status);
  });
});

test('two instances have their own records, keys and webhooks', async () => {
  const second = await startEspoCrm({ now: () => clock, apiKey: 'key-of-the-second' });
  try {
    const id = contact();
    second.webhooks.register({ event: 'Contact.update', url: 'http://127.0.0.1:9/' }, second.apiUser);
    crm.update('Contact', id, { title: 'Syndikus' });
    const ask = (key: string) =>
      fetch(`${second.url}/api/v1/Contact/${id}`, { headers: { 'X-Api-Key': key } }).then(({ status }) => status);
    expect([await ask(crm.apiUser.apiKey), await ask('key-of-the-second')]).toEqual([401, 404]);
    expect([second.records('Contact'), second.webhooks.pending(), second.url === crm.url]).toEqual([[], 0, false]);
  } finally {
    await second.stop();
  }
});
