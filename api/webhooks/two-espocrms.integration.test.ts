import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { createEspoCrmConnector } from '../../connectors/espocrm/connector.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { type ApiUnderTest, startTestApi, type WebhookKeys } from '../../test/support/api.ts';
import { batch, postWebhook, type Registration, signature } from '../../test/support/espo-webhook.ts';
import { everything } from '../../test/support/store.ts';

const second = 'second EspoCRM';
const pairs = [
  {
    name: 'contacts',
    master: { system: 'EspoCRM', entity: 'Contact' },
    replica: { system: second, entity: 'Contact' },
  },
  {
    name: 'parties',
    master: { system: 'Advoware', entity: 'Beteiligte' },
    replica: { system: second, entity: 'CBeteiligte' },
  },
];

let crms: readonly [EspoCrm, EspoCrm];
let api: ApiUnderTest;

const keysOf = ({ url, apiUser: { apiKey } }: EspoCrm): WebhookKeys => {
  const connector = createEspoCrmConnector({ url, auth: { kind: 'apiKey', apiKey } });
  const context = { signal: new AbortController().signal, beforeCall: () => undefined };
  return { fetchSecrets: () => connector.webhookSecrets(context) };
};
function register({ webhooks, apiUser }: EspoCrm, pair: string, event: string): Registration {
  const [, kind = ''] = event.split('.');
  const url = `${api.url}/webhooks/espocrm/${pair}/${kind}`;
  const { id, secretKey } = webhooks.register({ event, url, skipOwn: true }, apiUser);
  return { id, secret: secretKey };
}

const registrations: Record<string, Registration> = {};
beforeAll(async () => {
  crms = await Promise.all([startEspoCrm(), startEspoCrm({ apiKey: 'key-of-the-second' })]);
  api = await startTestApi({ pairs, ...keysOf(crms[0]), otherCrms: { [second]: keysOf(crms[1]) } });
  for (const crm of crms) {
    for (const kind of ['create', 'delete']) register(crm, 'contacts', `Contact.${kind}`);
  }
  registrations['first'] = register(crms[0], 'contacts', 'Contact.update');
  registrations['second'] = register(crms[1], 'contacts', 'Contact.update');
  register(crms[1], 'parties', 'CBeteiligte.create');
});
afterAll(() => Promise.all([api.stop(), ...crms.map((crm) => crm.stop())]));
beforeEach(async () => {
  await api.database.db.execute(sql`truncate hints`);
  api.doorbell.rung.length = 0;
});

/** In the order of the sides. */
const stored = async () =>
  (await everything(api.database.db)).hints.map(({ pair, side, recordId }) => [pair, side, recordId]).toSorted();
async function send(by: 'first' | 'second', path: string): Promise<number> {
  const body = batch('m1');
  return (await postWebhook(api, body, signature(body, registrations[by]!), path)).status;
}

test('each of two instances tells of its own contacts, and a deletion too', async () => {
  const [inFirst = '', inSecond = ''] = crms.map((crm) => crm.create('Contact', { lastName: 'Meier' }).id);
  for (const { webhooks } of crms) expect(await webhooks.deliverAll()).toMatchObject({ lost: 0, items: 1 });
  const expected = [
    ['contacts', 'master', inFirst],
    ['contacts', 'replica', inSecond],
  ];
  expect(await stored()).toEqual(expected);
  await api.database.db.execute(sql`truncate hints`);
  crms[0].remove('Contact', inFirst);
  crms[1].remove('Contact', inSecond);
  for (const { webhooks } of crms) expect(await webhooks.deliverAll()).toMatchObject({ lost: 0, items: 1 });
  expect(await stored()).toEqual(expected);
});

test('a pair whose replica alone is an EspoCRM hears of it', async () => {
  const { id } = crms[1].create('CBeteiligte', { lastName: 'Schulze' });
  expect(await crms[1].webhooks.deliverAll()).toMatchObject({ lost: 0, items: 1 });
  expect(await stored()).toEqual([['parties', 'replica', id]]);
});

test('an instance is not believed about a pair that it has no part in', async () => {
  const path = '/webhooks/espocrm/parties/update';
  expect([await send('first', path), await stored()]).toEqual([401, []]);
  expect([await send('second', path), await stored()]).toEqual([200, [['parties', 'replica', 'm1']]]);
});
