import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { batch, signature } from './support/espo-webhook.ts';
import { until } from './support/house.ts';
import { type ServiceUnderTest, startService } from './support/service-under-test.ts';

let service: ServiceUnderTest;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const metric = async (name: string): Promise<number> => {
  const text = await fetch(`${service.url}/metrics`).then((answer) => answer.text());
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
};
const looksWithoutChange = () => metric('tandem_syncs_total\\{pair="beteiligte",verdict="no_change"\\}');
const history = async (id: string) => (await service.api('GET', `/pairs/beteiligte/records/${id}/history`)).body;

test('a recorded webhook that is played again, long after, makes Tandem look once more and changes nothing', async () => {
  const { crm, firm } = service;
  const { id } = crm.create('CBeteiligte', { lastName: 'Meier', titel: 'Dr.' });
  await service.deliver();
  await until('it is synced', () => crm.record('CBeteiligte', id)!['syncStatus'] === 'clean');
  const update = crm.webhooks.list().find(({ event }) => event === 'CBeteiligte.update')!;
  const recorded = JSON.stringify([{ id, lastName: 'Meier', titel: 'Dr.' }]);

  // Meanwhile both sides have moved on.
  const betNr = Number(crm.record('CBeteiligte', id)!['betnr']);
  crm.update('CBeteiligte', id, { lastName: 'Maier' });
  await service.deliver();
  await until('the edit has arrived', () => firm.record(betNr)?.name === 'Maier');
  await until('nothing waits', async () => (await metric('tandem_inbox_depth')) === 0);
  const before = { party: firm.record(betNr), record: crm.record('CBeteiligte', id), history: await history(id) };
  const [looked, writes] = [await looksWithoutChange(), crm.requests.all().length];

  for (let times = 1; times <= 3; times += 1) {
    const answer = await fetch(update.url, {
      method: 'POST',
      headers: signature(recorded, { id: update.id, secret: update.secretKey }),
      body: recorded,
    });
    expect([answer.status, await answer.json()]).toEqual([200, { accepted: 1 }]);
    await until('it was looked at once more', async () => (await looksWithoutChange()) === looked + times);
  }

  expect({ party: firm.record(betNr), record: crm.record('CBeteiligte', id), history: await history(id) }).toEqual(
    before,
  );
  const later = crm.requests.all().slice(writes);
  expect(new Set(later.map(({ method }) => method))).toEqual(new Set(['GET']));
  expect(await metric('tandem_inbox_depth')).toBe(0);
});

test('one that speaks of a record that is gone, or never was, brings nothing back', async () => {
  const { crm, firm } = service;
  const create = crm.webhooks.list().find(({ event }) => event === 'CBeteiligte.create')!;
  const body = batch('6b00ffffffffffff1');
  const parties = firm.records().length;
  const headers = signature(body, { id: create.id, secret: create.secretKey });
  expect((await fetch(create.url, { method: 'POST', headers, body })).status).toBe(200);
  await until('it was looked at', async () => (await metric('tandem_inbox_depth')) === 0);
  expect(firm.records()).toHaveLength(parties);
  expect(crm.record('CBeteiligte', '6b00ffffffffffff1')).toBeUndefined();
});
