import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createEspoCrmConnector } from '../../connectors/espocrm/connector.ts';
import { startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { openInMemory } from '../../store/open-embedded.ts';
import { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { testTemporalAddress } from '../../test/support/temporal.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { lazyConnection } from '../../temporal-connection.ts';
import { createWebhookDesk } from '../../api/webhooks/webhook-desk.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createKeeperActivities } from './create-keeper-activities.ts';

const pair = {
  name: 'beteiligte',
  master: { system: 'EspoCRM', entity: 'CBeteiligte' },
  replica: { system: 'Advoware', entity: 'Beteiligte' },
};
const publicUrl = 'https://sync.example.com';

test('a person who has the webhooks put right starts the workflow, whose history has no key in it', async () => {
  const crm = await startEspoCrm();
  const database = await openInMemory();
  const connector = createEspoCrmConnector({ url: crm.url, auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey } });
  const registrations = new WebhookRegistrationStore(database.db);
  const taskQueue = `test-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address: testTemporalAddress() });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    activities: createKeeperActivities({
      ...{ pairs: [pair], connectors: { EspoCRM: connector }, publicUrl, registrations },
      circuits: new CircuitStore(database.db),
      breaker: { answered: () => undefined, failed: () => Promise.resolve() },
      budget: unlimitedBudget,
      gaps: { cover: () => Promise.resolve() },
      observer: { onCall: () => undefined, onProblem: () => undefined, onRecovery: () => undefined },
      now: () => new Date(),
    }),
  });
  const clientConnection = lazyConnection(testTemporalAddress());
  const client = new Client({ connection: clientConnection });
  const desk = createWebhookDesk({
    ...{ pairs: [pair], connectors: [connector], publicUrl, client, taskQueue },
    registrations: () => registrations,
    budget: () => unlimitedBudget,
    metrics: createMetrics(null),
  });
  try {
    await worker.runUntil(async () => {
      const handle = client.workflow.getHandle(await desk.keep());
      expect(await handle.result()).toEqual({ made: 3, mended: 0, removed: 0, covered: ['beteiligte'], troubled: [] });
      const history = JSON.stringify(await handle.fetchHistory());
      for (const { secretKey } of crm.webhooks.list()) {
        expect(history).not.toContain(Buffer.from(secretKey).toString('base64').slice(0, 12));
        expect(history).not.toContain(secretKey);
      }
    });
    expect(crm.webhooks.list()).toHaveLength(3);
  } finally {
    await clientConnection.close();
    await connection.close();
    await crm.stop();
    await database.close();
  }
});
