import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EspoCrm, startEspoCrm } from './start-espocrm.ts';

let clock = new Date('2026-11-21T09:12:00Z');
let crm: EspoCrm;
let receiver: Server;
let answers: number[] = [];
let received: { id: string }[][] = [];
let url = '';

beforeEach(async () => {
  clock = new Date('2026-11-21T09:12:00Z');
  answers = [];
  received = [];
  crm = await startEspoCrm({ now: () => clock });
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()) as { id: string }[]);
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  await crm.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => crm.create('CBeteiligte', { lastName: `Person ${index}` }));
const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${crm.url}/api/v1${path}`, {
    method,
    headers: { 'X-Api-Key': crm.apiUser.apiKey, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

describe('webhooks', () => {
  test('an update carries only what changed, and the author only when it is another one', async () => {
    const [anna] = people(1);
    crm.webhooks.register({ event: 'CBeteiligte.update', url }, crm.admin);
    crm.update('CBeteiligte', anna!.id, { titel: 'Dr.' });
    crm.update('CBeteiligte', anna!.id, { titel: 'Prof.' });
    await crm.webhooks.deliverAll();
    expect(received).toEqual([
      [
        { titel: 'Dr.', modifiedById: crm.anna.id, modifiedByName: 'Anna', id: anna!.id },
        { titel: 'Prof.', id: anna!.id },
      ],
    ]);
  });

  test('twenty events per run, whatever waits', async () => {
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    people(45);
    const items = [];
    for (let run = 0; run < 4; run += 1) items.push((await crm.webhooks.deliver()).items);
    expect(items).toEqual([20, 20, 5, 0]);
  });

  test.each([500, 503, 404, 401])('a %i is tried four times in all, ten minutes apart, then lost', async (status) => {
    answers = Array<number>(9).fill(status);
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    people(1);
    const lost = [];
    for (let run = 0; run < 5; run += 1) {
      lost.push((await crm.webhooks.deliver()).lost);
      clock = new Date(clock.getTime() + 600_000);
    }
    expect(lost).toEqual([0, 0, 0, 1, 0]);
    expect(received).toHaveLength(4);
  });

  test.each([400, 409, 422, 429, 502, 504])('a %i loses the event at once', async (status) => {
    answers = [status];
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    people(1);
    expect(await crm.webhooks.deliver()).toMatchObject({ lost: 1 });
    expect(crm.webhooks.pending()).toBe(0);
  });

  test('a 410 ends the subscription', async () => {
    answers = [410];
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    people(1);
    await crm.webhooks.deliver();
    expect(crm.webhooks.list()).toEqual([]);
  });

  test('a younger event overtakes one that has to be sent again', async () => {
    answers = [503];
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    const [first] = people(1);
    await crm.webhooks.deliver();
    const second = crm.create('CBeteiligte', { lastName: 'Later' });
    await crm.webhooks.deliver();
    clock = new Date(clock.getTime() + 600_000);
    await crm.webhooks.deliver();
    expect(received.slice(1).map(([item]) => item?.id)).toEqual([second.id, first!.id]);
  });

  test("skipOwn keeps our own changes back, other people's not", async () => {
    crm.webhooks.register({ event: 'CBeteiligte.update', url, skipOwn: true }, crm.apiUser);
    const [anna] = people(1);
    await call('PUT', `/CBeteiligte/${anna!.id}`, { titel: 'Dr.' });
    expect(crm.webhooks.pending()).toBe(0);
    crm.update('CBeteiligte', anna!.id, { titel: 'Prof.' });
    expect(crm.webhooks.pending()).toBe(1);
  });

  test('a restore, a silent import and a refused connection', async () => {
    crm.webhooks.register({ event: 'CBeteiligte.update', url: 'http://127.0.0.1:9/' }, crm.admin);
    const [anna] = people(1);
    crm.silentUpdate('CBeteiligte', anna!.id, { titel: 'Dr.' });
    crm.remove('CBeteiligte', anna!.id);
    crm.restore('CBeteiligte', anna!.id);
    expect(crm.webhooks.pending()).toBe(0);
    crm.update('CBeteiligte', anna!.id, { titel: 'Prof.' });
    expect(await crm.webhooks.deliver()).toMatchObject({ statuses: [0], lost: 0 });
  });

  test('deliveries can be delayed: a younger one overtakes', async () => {
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    crm.webhooks.misbehave.delayMs = 60_000;
    const [late] = people(1);
    crm.webhooks.misbehave.delayMs = 0;
    const soon = crm.create('CBeteiligte', { lastName: 'Soon' });
    await crm.webhooks.deliverAll();
    clock = new Date(clock.getTime() + 60_000);
    await crm.webhooks.deliverAll();
    expect(received.map(([item]) => item?.id)).toEqual([soon.id, late!.id]);
  });

  test('the items of a delivery can be reordered', async () => {
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    crm.webhooks.misbehave.reorder = true;
    const ids = people(20).map(({ id }) => id);
    await crm.webhooks.deliverAll();
    const order = received.flat().map(({ id }) => id);
    expect(order).not.toEqual(ids);
    expect(order.toSorted()).toEqual(ids.toSorted());
  });

  test('deliveries can be dropped and doubled', async () => {
    crm.webhooks.register({ event: 'CBeteiligte.create', url }, crm.admin);
    crm.webhooks.misbehave.drop = 1;
    people(1);
    expect(await crm.webhooks.deliver()).toMatchObject({ requests: 0, lost: 1 });
    crm.webhooks.misbehave.repeat = 1;
    people(1);
    expect(await crm.webhooks.deliver()).toMatchObject({ requests: 2, statuses: [200, 200] });
  });
});

describe('records', () => {
  test('an update that changes nothing still bumps time, author and version', async () => {
    const [anna] = people(1);
    clock = new Date(clock.getTime() + 5_000);
    await call('PUT', `/CBeteiligte/${anna!.id}`, {});
    expect(crm.record('CBeteiligte', anna!.id)).toMatchObject({
      modifiedAt: '2026-11-21 09:12:05',
      modifiedById: crm.apiUser.id,
      versionNumber: 2,
    });
  });

  test('values come back different: trimmed, emptied, converted', async () => {
    const answer = await call('POST', '/CBeteiligte', {
      lastName: '  Meier ',
      titel: '',
      advowareLastSync: '2026-11-20T10:00:00+02:00',
      syncRetryCount: '7.5',
      phoneNumber: '+49 (511) 12345-0',
      noSuchField: 1,
    }).then((response) => response.json());
    expect(answer).toMatchObject({ messageTranslation: { data: { field: 'syncRetryCount' } } });
    const stored = crm.create('CBeteiligte', {
      lastName: '  Meier ',
      titel: '',
      syncRetryCount: 7.5,
      phoneNumber: '+49 (511) 12345-0',
    });
    expect(stored).toMatchObject({ lastName: 'Meier', titel: null, syncRetryCount: 7, phoneNumber: '+49511123450' });
  });

  test('a time with milliseconds is refused', async () => {
    const [anna] = people(1);
    const answer = await call('PUT', `/CBeteiligte/${anna!.id}`, { advowareLastSync: '2026-11-20T10:00:00.000Z' });
    expect(answer.status).toBe(400);
  });

  test('eleven wrong keys lock out everybody for a minute', async () => {
    const [anna] = people(1);
    for (let attempt = 0; attempt < 11; attempt += 1)
      await call('GET', '/App/user', undefined, { 'X-Api-Key': 'wrong' });
    const locked = await call('GET', `/CBeteiligte/${anna!.id}`);
    expect([locked.status, locked.headers.get('X-Status-Reason'), await locked.text()]).toEqual([403, null, '']);
    clock = new Date(clock.getTime() + 61_000);
    expect((await call('GET', `/CBeteiligte/${anna!.id}`)).status).toBe(200);
  });

  test('a field that the API user may not write is dropped without a word', async () => {
    const [anna] = people(1);
    crm.forbidField('CBeteiligte', 'titel');
    const answer = await call('PUT', `/CBeteiligte/${anna!.id}`, { titel: 'Dr.', zusatz: 'jun.' });
    expect([answer.status, crm.record('CBeteiligte', anna!.id)]).toMatchObject([200, { titel: null, zusatz: 'jun.' }]);
  });

  test('no access is a 403, a deleted record a 404', async () => {
    const [anna, berta] = people(2);
    crm.forbid('CBeteiligte', anna!.id);
    crm.remove('CBeteiligte', berta!.id);
    const forbidden = await call('GET', `/CBeteiligte/${anna!.id}`);
    const deleted = await call('GET', `/CBeteiligte/${berta!.id}`);
    const list = (await call('GET', '/CBeteiligte').then((response) => response.json())) as { total: number };
    expect([forbidden.status, deleted.status, list.total]).toEqual([403, 404, 0]);
  });

  test('the answer to a PUT shows the old e-mail list beside the new address', async () => {
    const record = crm.create('Contact', { lastName: 'Meier', emailAddress: 'old@example.com' });
    const answer = await call('PUT', `/Contact/${record.id}`, { emailAddress: 'new@example.com' });
    expect(await answer.json()).toMatchObject({
      emailAddress: 'new@example.com',
      emailAddressData: [{ emailAddress: 'old@example.com' }],
    });
  });
});
