import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createEspoCrmConnector } from '../../connectors/espocrm/connector.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { CircuitStore } from '../../store/circuits.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { testTemporalAddress } from '../../test/support/temporal.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { builtWorkflows } from '../../built-workflows.ts';
import { lazyConnection } from '../../temporal-connection.ts';
import { createWebhookDesk, type WebhookDesk } from '../../api/webhooks/webhook-desk.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createKeeperActivities } from './create-keeper-activities.ts';

const pair = {
  name: 'beteiligte',
  master: { system: 'EspoCRM', entity: 'CBeteiligte' },
  replica: { system: 'Advoware', entity: 'Beteiligte' },
};
const publicUrl = 'https://sync.example.com';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

let crm: EspoCrm;
let database: OpenDatabase;
let connection: NativeConnection;
let worker: Worker;
let client: Client;
let desk: WebhookDesk;

beforeAll(async () => {
  crm = await startEspoCrm();
  database = await openInMemory();
  const registrations = new WebhookRegistrationStore(database.db);
  const connector = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey } });
  const taskQueue = `test-${randomUUID()}`;
  connection = await NativeConnection.connect({ address: testTemporalAddress() });
  worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: builtWorkflows },
    activities: createKeeperActivities({
      ...{ pairs: [pair], connectors: { EspoCRM: connector }, publicUrl, registrations },
      circuits: new CircuitStore(database.db),
      breaker: { answered: () => undefined, failed: () => Promise.resolve() },
      budget: unlimitedBudget,
      gaps: { cover: () => Promise.resolve(true) },
      observer: { onCall: () => undefined, onProblem: () => undefined, onRecovery: () => undefined },
      now: () => new Date(),
    }),
  });
  client = new Client({ connection: lazyConnection(testTemporalAddress()) });
  desk = createWebhookDesk({
    ...{ pairs: [pair], connectors: [connector], publicUrl, client, taskQueue },
    registrations: () => registrations,
    budget: () => unlimitedBudget,
    metrics: createMetrics(null),
  });
});
afterAll(async () => {
  await client.connection.close();
  await connection.close();
  await crm.stop();
  await database.close();
});

test('a person who has the webhooks put right starts the workflow, whose history has no key in it', async () => {
  await worker.runUntil(async () => {
    const handle = client.workflow.getHandle(await desk.keep());
    expect(await handle.result()).toEqual({ made: 3, mended: 0, removed: 0, covered: ['beteiligte'], troubled: [] });
    const { events } = await handle.fetchHistory();
    const payloads = (events ?? []).flatMap(
      (event) => event.activityTaskCompletedEventAttributes?.result?.payloads ?? [],
    );
    const history = payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join();
    expect(history).toContain('"made":3');
    for (const { secretKey } of crm.webhooks.list()) expect(history).not.toContain(secretKey);
  });
  expect(crm.webhooks.list()).toHaveLength(3);
});
