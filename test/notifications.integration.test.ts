import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from './support/house.ts';
import { type ServiceUnderTest, startService } from './support/service-under-test.ts';
import { WebhookReceiver } from './support/webhook-receiver.ts';

let receiver: WebhookReceiver;
let service: ServiceUnderTest;
beforeAll(async () => {
  receiver = await WebhookReceiver.open();
  const environment = { NOTIFY_WEBHOOK_URL: receiver.url, NOTIFY_WEBHOOK_SECRET: 'a-secret-of-the-tests' };
  service = await startService({ environment });
});
afterAll(async () => {
  await service.stop();
  await receiver.close();
});

test('a record that is given up: its followers find a note, and the outgoing webhook tells it', async () => {
  const { crm } = service;
  const { id } = crm.create('CBeteiligte', { lastName: 'Meier' });
  service.firm.faults.add({ fault: { kind: 'status', status: 400 }, method: 'POST', path: 'Beteiligte' });
  await service.deliver();
  await until('both were told', () => crm.stream('CBeteiligte', id).length > 0 && receiver.received.length > 0);
  const message = crm.record('CBeteiligte', id)?.['syncErrorMessage'];
  expect(crm.stream('CBeteiligte', id)).toMatchObject([{ post: `Tandem: ${String(message)}` }]);
  expect(receiver.bodies()).toMatchObject([{ kind: 'permanently_failed', record: id, code: 'rejected', message }]);
});
