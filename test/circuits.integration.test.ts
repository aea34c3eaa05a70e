import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from './support/house.ts';
import { type ServiceUnderTest, startService } from './support/service-under-test.ts';

let service: ServiceUnderTest;
beforeEach(async () => {
  service = await startService({ environment: { PROBE_LADDER: '1s,2s' } });
});
afterEach(() => service.stop());

const inCrm = (id: string) => service.crm.record('CBeteiligte', id)!;
const atFirm = (id: string) => service.firm.record(Number(inCrm(id)['betnr']))!;
const areClean = (ids: readonly string[]) => () => ids.every((id) => inCrm(id)['syncStatus'] === 'clean');
const names = (count: number) => Array.from({ length: count }, (_, index) => `Nr. ${index}`);
const update = (ids: readonly string[], attributes: Readonly<Record<string, unknown>>) => {
  for (const id of ids) service.crm.update('CBeteiligte', id, attributes);
};

interface Status {
  readonly circuits: readonly { readonly system: string; readonly code: string; readonly message: string }[];
}
const circuits = async () => ((await service.api('GET', '/status')).body as Status).circuits;
const record = async (id: string) => (await service.api('GET', `/pairs/beteiligte/records/${id}`)).body;

async function synced(count: number): Promise<string[]> {
  const ids = names(count).map((lastName) => service.crm.create('CBeteiligte', { lastName }).id);
  await service.deliver();
  await until('all of them are equal', areClean(ids));
  return ids;
}

test("an office that is offline is asked by one call at a time, nobody's attempts are used up, and all go on by themselves", async () => {
  const ids = await synced(12);
  service.firm.offline(true);
  update(ids, { firstName: 'Toni' });
  await service.deliver();
  await until('the outage is known', async () => (await circuits()).length === 1);
  expect(await circuits()).toMatchObject([{ system: 'Advoware', code: 'unavailable' }]);

  const versions = ids.map((id) => inCrm(id)['versionNumber']);
  const mark = service.firm.requests.mark();
  update(ids.slice(0, 3), { titel: 'Dr.' });
  await service.deliver();
  const { status, body } = await service.api('POST', `/pairs/beteiligte/records/${ids[0]!}/check`);
  expect([status, body]).toMatchObject([
    200,
    { outcome: { kind: 'held_back', code: 'unavailable', system: 'Advoware' } },
  ]);
  // The probes alone, two ladder rungs at the most by now; a record's own call would come with its path.
  const asked = service.firm.requests.all({ since: mark, path: 'Beteiligte' });
  expect(asked.length).toBeLessThanOrEqual(3);
  expect(ids.slice(3).map((id) => inCrm(id)['versionNumber'])).toEqual(versions.slice(3));

  service.firm.offline(false);
  await until('everybody went on', () => ids.every((id) => atFirm(id).vorname === 'Toni'));
  await until('the circuit is closed', async () => (await circuits()).length === 0);
  expect(ids.slice(0, 3).map((id) => atFirm(id).titel)).toEqual(['Dr.', 'Dr.', 'Dr.']);
  expect(await record(ids[5]!)).toMatchObject({ attempts: 0, failure: null });
});

test('one record that makes Advoware fail waits alone', async () => {
  const [poison, ...others] = await synced(6);
  service.firm.faults.add({
    path: `Beteiligte/${atFirm(poison!).betNr}`,
    fault: { kind: 'status', status: 500 },
    times: 1_000,
  });
  update([poison!], { firstName: 'Gift' });
  await service.deliver();
  await until('it has failed', () => inCrm(poison!)['syncStatus'] === 'failed');
  update(others, { firstName: 'Toni' });
  await service.deliver();
  await until('the others are equal', () => others.every((id) => atFirm(id).vorname === 'Toni'));
  await until('it was given up', () => inCrm(poison!)['syncStatus'] === 'permanently_failed');
  expect(await circuits()).toEqual([]);
});

test('a system that fails on everything is in trouble itself: what failed before that does not count', async () => {
  const ids = await synced(8);
  const mend = service.firm.faults.add({ path: 'Beteiligte', fault: { kind: 'status', status: 503 }, times: 100_000 });
  update(ids, { firstName: 'Toni' });
  await service.deliver();
  await until('the outage is known', async () => (await circuits()).length === 1);
  mend();
  await until('everybody went on', () => ids.every((id) => atFirm(id).vorname === 'Toni'));
  await until('nothing is left of it', async () => {
    const records = await Promise.all(ids.map(record));
    return records.every((one) => (one as { attempts: number }).attempts === 0);
  });
  expect(ids.map((id) => inCrm(id)['syncStatus'])).not.toContain('permanently_failed');
});

test('a system that asks for a pause gets it, and nobody is blamed for that', async () => {
  const ids = await synced(10);
  const storm = service.firm.faults.add({
    path: 'Beteiligte',
    fault: { kind: 'status', status: 429, headers: { 'retry-after': '3' } },
    times: 100_000,
  });
  update(ids, { firstName: 'Toni' });
  await service.deliver();
  await until('the pause is known', async () => (await circuits())[0]?.code === 'rate_limited');
  const mark = service.firm.requests.mark();
  storm();
  await service.deliver();
  await until('everybody went on', () => ids.every((id) => atFirm(id).vorname === 'Toni'));
  // Nothing was sent in vain: the reads and writes of ten records, whatever the storm had begun before the mark.
  expect(service.firm.requests.count({ since: mark, path: 'Beteiligte' })).toBeLessThanOrEqual(20 + 10);
  for (const id of ids) expect(await record(id)).toMatchObject({ attempts: 0 });
});
