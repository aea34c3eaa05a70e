import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { keepWebhooks } from '../../activities/webhook-keeper/keep-webhooks.ts';
import { createEspoCrmConnector, type EspoCrmConnector } from '../../connectors/espocrm/connector.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { type OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { type ApiUnderTest, callOps, startTestApi } from '../../test/support/api.ts';
import { storedIds } from '../../test/support/espo-webhook.ts';
import { until } from '../../test/support/house.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { webhooksShape } from '../ops/get-webhooks.ts';

const pair = {
  name: 'beteiligte',
  master: { system: 'EspoCRM', entity: 'CBeteiligte' },
  replica: { system: 'Advoware', entity: 'Beteiligte' },
};

let crm: EspoCrm;
let connector: EspoCrmConnector;
let database: OpenDatabase;
let api: ApiUnderTest;

beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.execute(sql`truncate hints, webhook_registrations, webhook_checks`);
  crm = await startEspoCrm();
  connector = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey } });
  api = await apiAt();
});
afterEach(async () => {
  await api.stop();
  await crm.stop();
});

const apiAt = (publicUrl?: string): Promise<ApiUnderTest> =>
  startTestApi({
    database,
    connectors: [connector],
    ...(publicUrl === undefined ? {} : { publicUrl }),
    fetchSecrets: () => connector.webhookSecrets({ signal: new AbortController().signal, beforeCall: () => undefined }),
  });

/** Where this API is really reached: it has to listen before that is known. */
const publicUrl = (): string => api.url;
const keep = (url = publicUrl()) =>
  keepWebhooks(
    {
      pairs: [pair],
      connectors: { EspoCRM: connector },
      publicUrl: url,
      registrations: new WebhookRegistrationStore(database.db),
      circuits: new CircuitStore(database.db),
      breaker: { answered: () => undefined, failed: () => Promise.resolve() },
      budget: unlimitedBudget,
      gaps: { cover: () => Promise.resolve(true) },
      observer: { onCall: () => undefined, onProblem: () => undefined, onRecovery: () => undefined },
      now: () => new Date(),
    },
    new AbortController().signal,
  );
const edit = async (lastName: string): Promise<string> => {
  const { id } = crm.create('CBeteiligte', { lastName });
  expect(await crm.webhooks.deliverAll()).toMatchObject({ lost: 0, statuses: [200] });
  return id;
};

test('what a registration made by the keeper reports is accepted, though its key was never stored', async () => {
  await keep();
  const id = await edit('Meier');
  expect(await storedIds(api)).toEqual([id]);
});

test('what one reports that is made right after the keys were read is accepted at once', async () => {
  await keep();
  await edit('Meier');
  const [old] = crm.webhooks.list();
  crm.webhooks.remove(old!.id);
  expect(await keep()).toMatchObject({ made: 1 });
  await edit('Schulze');
  expect(await storedIds(api)).toHaveLength(2);
});

test('the last delivery of each webhook is shown, and what is not as it should be', async () => {
  await keep();
  await edit('Meier');
  const shown = await apiAt(publicUrl());
  try {
    const [, update] = crm.webhooks.list();
    crm.webhooks.update(update!.id, { isActive: false });
    crm.webhooks.register({ event: 'Contact.create', url: 'https://x.example/T0/secret' }, crm.apiUser);
    const look = async () => webhooksShape.parse((await callOps(shown, 'GET', '/api/v1/webhooks')).body);
    await until('the delivery is noted', async () =>
      (await look()).systems[0]!.registrations.some(({ deliveredAt }) => deliveredAt !== null),
    );
    const { systems } = await look();
    expect(systems[0]).toMatchObject({ system: 'EspoCRM', trouble: null, unreadable: null });
    expect(
      systems[0]?.registrations.map(({ event, state, url, deliveredAt }) => [event, state, url, deliveredAt !== null]),
    ).toEqual([
      ['CBeteiligte.update', 'inactive', `${api.url}/webhooks/espocrm/beteiligte/update`, false],
      ['CBeteiligte.create', 'ok', `${api.url}/webhooks/espocrm/beteiligte/create`, true],
      ['CBeteiligte.delete', 'ok', `${api.url}/webhooks/espocrm/beteiligte/delete`, false],
      ['Contact.create', 'somebody_elses', 'x.example', false],
    ]);
  } finally {
    await shown.stop();
  }
});

test('an EspoCRM that does not answer is said to be unreadable', async () => {
  const shown = await apiAt(publicUrl());
  await crm.stop();
  try {
    const { status, body } = await callOps(shown, 'GET', '/api/v1/webhooks');
    const { systems } = webhooksShape.parse(body);
    expect([status, systems[0]?.registrations, systems[0]?.unreadable]).toEqual([
      200,
      [],
      expect.stringMatching(/^EspoCRM: /),
    ]);
  } finally {
    await shown.stop();
    crm = await startEspoCrm();
  }
});

test('without a public URL nothing is asked, and putting right is refused with the reason', async () => {
  const mark = crm.requests.mark();
  expect(await callOps(api, 'GET', '/api/v1/webhooks')).toMatchObject({ status: 200, body: { publicUrl: null } });
  expect(await callOps(api, 'POST', '/api/v1/webhooks/keep')).toMatchObject({
    status: 409,
    body: { error: { code: 'no_public_url' } },
  });
  expect(crm.requests.count({ since: mark })).toBe(0);
});
