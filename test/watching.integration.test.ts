import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keepSchedules } from '../schedules.ts';
import { until } from './support/house.ts';
import { type ServiceUnderTest, startService } from './support/service-under-test.ts';

let service: ServiceUnderTest;
beforeAll(async () => {
  // No webhook is ever delivered here.
  service = await startService({ environment: { CATCH_UP_EVERY: '1s', ROLLING_CHECK_PERIOD: '1m' } });
});
afterAll(async () => {
  const settings = { catchUpEveryMs: null, census: null, rollingCheckPeriodMs: null, keepWebhooksEveryMs: null };
  const { TEMPORAL_TASK_QUEUE: taskQueue } = service.config;
  await keepSchedules(service.temporal, { settings, taskQueue, pairs: [], connectors: {} });
  await service.stop();
});

interface Status {
  readonly pairs: readonly {
    readonly watch: {
      readonly catchUp: readonly {
        readonly side: string;
        readonly caughtUpAt: string | null;
        readonly behind: unknown;
      }[];
      readonly rollingCheck: readonly { readonly neverVisited: number; readonly isKept: boolean }[];
    };
  }[];
}
const watch = async () => ((await service.api('GET', '/status')).body as Status).pairs[0]!.watch;
const inCrm = (id: string) => service.crm.record('CBeteiligte', id)!;
const atFirm = (id: string) => service.firm.record(Number(inCrm(id)['betnr']))!;

test('what no webhook has told is found by itself on both sides, by lists and by visits', async () => {
  await until('EspoCRM was listed', async () => (await watch()).catchUp[0]?.caughtUpAt != null);
  const { id } = service.crm.create('CBeteiligte', { lastName: 'Meier' });
  await until('it was created in Advoware', () => inCrm(id)['syncStatus'] === 'clean');
  service.crm.update('CBeteiligte', id, { lastName: 'Maier' });
  await until('it was changed in Advoware', () => atFirm(id).name === 'Maier');

  service.firm.update(Number(inCrm(id)['betnr']), { vorname: 'Toni' });
  const schedule = `tandem@${service.config.TEMPORAL_TASK_QUEUE}/rollingCheck/beteiligte`;
  await service.temporal.schedule.getHandle(schedule).trigger();
  await until('it was changed in EspoCRM', () => inCrm(id)['firstName'] === 'Toni');

  await until('nothing is left', async () => (await watch()).catchUp[0]?.behind === null);
  expect(await watch()).toMatchObject({
    catchUp: [{ side: 'master', behind: null }],
    rollingCheck: [{ neverVisited: 0, isKept: true }],
  });
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toContain('tandem_catch_up_behind_seconds{pair="beteiligte",side="master"} 0');
  expect(metrics).toMatch(/tandem_oldest_visit_seconds\{pair="beteiligte",side="replica"\} \d/);
});
