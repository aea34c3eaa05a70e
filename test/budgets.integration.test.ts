import { afterEach, expect, test } from '@jest/globals';
import { until } from './support/house.ts';
import { type ServiceUnderTest, startService } from './support/service-under-test.ts';

let service: ServiceUnderTest;
afterEach(() => service.stop());

const limit = { calls: 12, perMs: 1_000 };
const inCrm = (id: string) => service.crm.record('CBeteiligte', id)!;

test('a burst keeps to the budget in every stretch of time, uses up no attempts, and a person is served before it', async () => {
  service = await startService({ firm: { rateLimit: [limit] }, environment: { ADVOWARE_BUDGET: '12/1s' } });
  const ids = Array.from({ length: 60 }, (_, index) =>
    service.crm.create('CBeteiligte', { lastName: `Nr. ${index}` }),
  ).map(({ id }) => id);
  await service.deliver();
  const last = ids.at(-1)!;
  await until('the burst has begun', () => ids.some((id) => inCrm(id)['syncStatus'] === 'clean'));
  await until('a person is answered', async () => {
    const { body } = await service.api('POST', `/pairs/beteiligte/records/${last}/check`);
    return (body as { outcome?: { kind: string } }).outcome?.kind === 'done';
  });
  expect(ids.filter((id) => inCrm(id)['syncStatus'] === 'clean').length).toBeLessThan(60);

  await until('everybody is equal', () => ids.every((id) => inCrm(id)['syncStatus'] === 'clean'));
  expect(service.firm.requests.all().filter(({ status }) => status === 429)).toEqual([]);
  expect(service.firm.rateLimit.mostInAnyWindow(limit.perMs)).toBeLessThanOrEqual(limit.calls);
  expect(service.firm.records()).toHaveLength(60);
  for (const id of ids) {
    const { body } = await service.api('GET', `/pairs/beteiligte/records/${id}`);
    expect(body).toMatchObject({ attempts: 0, failure: null });
  }
});

test('a system that allows less than we were told gets its pauses; nobody is blamed and all of it is done', async () => {
  service = await startService({ firm: { rateLimit: [{ calls: 8, perMs: 1_000 }] } });
  const ids = Array.from({ length: 30 }, (_, index) =>
    service.crm.create('CBeteiligte', { lastName: `Nr. ${index}` }),
  ).map(({ id }) => id);
  await service.deliver();
  await until('everybody is equal', () => ids.every((id) => inCrm(id)['syncStatus'] === 'clean'));
  expect(service.firm.records()).toHaveLength(30);
  const { body } = await service.api('GET', '/pairs/beteiligte/failed');
  expect(JSON.stringify(body)).not.toContain('Nr.');
  for (const id of ids) {
    const record = await service.api('GET', `/pairs/beteiligte/records/${id}`);
    expect(record.body).toMatchObject({ attempts: 0, failure: null });
  }
});
