import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../store/database.ts';
import { NotificationStore } from '../store/notifications.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { type House, openHouse } from '../test/support/house.ts';
import { deliveriesOn, dyingAfterSending, exhaust, failingParties, news, senderIn } from '../test/support/notifying.ts';
import { WebhookReceiver } from '../test/support/webhook-receiver.ts';
import type { Channel } from './channel.ts';
import { createWebhookChannel } from './webhook-channel.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database });
});
afterEach(() => house.close());

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const store = () => new NotificationStore(database.db);
let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await WebhookReceiver.open();
});
afterEach(() => receiver.close());

const webhook = (): Channel =>
  createWebhookChannel({ url: receiver.url, secret, timeoutMs: 2_000, now: () => house.now() });
const deliver = () => senderIn(house, webhook()).deliverDue();

test('it tells what failed, where and why, signed, and nothing of the record', async () => {
  const { id } = await house.linked(meier);
  failingParties(house);
  await exhaust(house, id);
  await deliver();
  const [{ headers, text } = { headers: {}, text: '' }] = receiver.received;
  const body: unknown = JSON.parse(text);
  expect(body).toEqual({
    id: headers['webhook-id'],
    kind: 'permanently_failed',
    pair: 'beteiligte',
    record: id,
    system: 'Advoware',
    code: 'record_failed',
    message: house.crm.record('CBeteiligte', id)!['syncErrorMessage'],
    at: expect.stringMatching(/Z$/) as unknown,
    count: 1,
  });
  expect(text).not.toMatch(/Meier|Anna|2001/);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
});

test('a receiver that is down gets it later, under the same id, and only once after it has said yes', async () => {
  await store().add(news(), house.now());
  receiver.answers = [503, 302, 500];
  for (const waitMs of [0, 10_001, 30_001, 60_001, 3_600_001]) {
    house.clockOffsetMs += waitMs;
    await deliver();
  }
  expect(receiver.received).toHaveLength(4);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await deliveriesOn(database.db, 'webhook')).toMatchObject([{ state: 'sent', attempts: 4 }]);
});

test('nobody listens at all: it is tried for a day, then given up and said', async () => {
  await store().add(news(), house.now());
  const sender = senderIn(house, webhook());
  await receiver.close();
  for (let hour = 0; hour < 30; hour += 1) {
    await sender.deliverDue();
    house.clockOffsetMs += 3_600_001;
  }
  expect(await deliveriesOn(database.db, 'webhook')).toMatchObject([
    { state: 'undeliverable', lastError: expect.any(String) as unknown },
  ]);
  expect(sender.lines()).toHaveLength(1);
});

test('two senders at once: each notification once', async () => {
  for (let n = 0; n < 10; n += 1) await store().add(news({ code: `code ${n}` }), house.now());
  await Promise.all([deliver(), deliver(), deliver()]);
  expect(receiver.received).toHaveLength(10);
  expect(new Set(receiver.ids()).size).toBe(10);
});

test('a sender that dies after sending: the receiver can tell the second copy by its id', async () => {
  await store().add(news(), house.now());
  await expect(senderIn(house, webhook(), dyingAfterSending(house)).deliverDue()).rejects.toThrow('died');
  await deliver();
  expect(receiver.received).toHaveLength(1);
  house.clockOffsetMs += 60_001;
  await deliver();
  expect(receiver.received).toHaveLength(2);
  expect(new Set(receiver.ids()).size).toBe(1);
});

test('an outage that fails a hundred records: twenty one by one, one summary for the rest; notes stay per record', async () => {
  for (let n = 0; n < 100; n += 1) await store().add(news({ message: `one of many ${n}` }), house.now());
  await store().add(news({ code: 'rejected' }), house.now());
  await deliver();
  expect(receiver.received).toHaveLength(21);
  house.clockOffsetMs += 60_001;
  await Promise.all([deliver(), deliver()]);
  expect(receiver.received).toHaveLength(22);
  expect(receiver.bodies().at(-1)).toMatchObject({
    kind: 'permanently_failed',
    code: 'record_failed',
    record: null,
    message: '… and 80 more, see `tandem failed beteiligte`',
    count: 80,
  });
  await store().add(news(), house.now());
  await deliver();
  expect(receiver.received).toHaveLength(22);
  house.clockOffsetMs += 60_001;
  await deliver();
  expect(receiver.bodies().at(-1)).toMatchObject({ count: 1, message: 'Advoware failed on this record' });
  expect((await deliveriesOn(database.db, 'note')).every(({ state }) => state === 'due')).toBe(true);
});

test('a channel that is switched on later does not tell old news', async () => {
  await store().add(news(), house.now());
  await store().switchOff('webhook', house.now());
  await deliver();
  expect(receiver.received).toEqual([]);
  expect(await deliveriesOn(database.db, 'note')).toMatchObject([{ state: 'due' }]);
});
