import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from './support/house.ts';
import { type ServiceUnderTest, startService } from './support/service-under-test.ts';
import { workflowIdOf } from '../workflows/contract.ts';

let service: ServiceUnderTest;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const inCrm = (id: string) => service.crm.record('CBeteiligte', id)!;
const atFirm = (id: string) => service.firm.record(Number(inCrm(id)['betnr']))!;
const idle = async () => {
  const { body } = await service.api('GET', '/status');
  return (body as { inbox: { waiting: number } }).inbox.waiting === 0;
};
const workflowOf = (id: string) =>
  service.temporal.workflow.getHandle(
    workflowIdOf({ pair: 'beteiligte', key: id }, service.config.TEMPORAL_TASK_QUEUE),
  );
const ended = (id: string) =>
  until('its workflow has ended', async () => (await workflowOf(id).describe()).status.name === 'COMPLETED');
const check = (id: string) => service.api('POST', `/pairs/beteiligte/records/${id}/check`);
const createSynced = async (attributes: Record<string, unknown>): Promise<string> => {
  const { id } = service.crm.create('CBeteiligte', attributes);
  await service.deliver();
  await until('it is clean in the CRM', () => inCrm(id)['syncStatus'] === 'clean');
  await ended(id);
  return id;
};
const eventsOf = async (id: string) => (await workflowOf(id).fetchHistory()).events ?? [];

describe('from a webhook to equal systems', () => {
  test('a party created in EspoCRM exists in Advoware, with its number and status back in EspoCRM', async () => {
    const id = await createSynced({ lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' });
    expect(atFirm(id)).toMatchObject({ name: 'Meier', vorname: 'Anna', geburtsdatum: '2001-01-05T00:00:00' });
    expect(inCrm(id)).toMatchObject({ advowareRowId: atFirm(id).rowId, syncStatus: 'clean' });
  });

  test('a sync of one pass leaves twelve events in Temporal, and no value of the record in any of them', async () => {
    const id = await createSynced({ lastName: 'Unverwechselbar', firstName: 'Xaverius', dateOfBirth: '1971-07-31' });
    const history = await workflowOf(id).fetchHistory();
    expect(history.events).toHaveLength(12);
    const text = decoded(history);
    expect(text.replaceAll('\\', '')).toContain('"verdict":"created"');
    expect(text).not.toMatch(/Unverwechselbar|Xaverius|1971-07-31/);
  });

  test('an edit in Advoware is brought home by a check, which answers with what it did', async () => {
    const id = await createSynced({ lastName: 'Schulz' });
    service.firm.update(atFirm(id).betNr, { vorname: 'Berta' });
    const { status, body } = await check(id);
    expect([status, body]).toMatchObject([
      200,
      {
        outcome: { kind: 'done', verdict: 'replica_newer' },
        fields: ['firstName'],
        calls: { EspoCRM: 2, Advoware: 1 },
      },
    ]);
    expect(inCrm(id)['firstName']).toBe('Berta');
  });

  test('a webhook delivered three times is one sync', async () => {
    const id = await createSynced({ lastName: 'Dreifach' });
    const versions = [inCrm(id)['versionNumber'], atFirm(id).rowId];
    service.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    service.crm.webhooks.misbehave.repeat = 2;
    await service.deliver();
    await until('the edit arrived', () => atFirm(id).titel === 'Dr.');
    await until('nothing waits', idle);
    await ended(id);
    const puts = service.firm.requests.all({ method: 'PUT', path: `/${atFirm(id).betNr}` });
    expect(puts).toHaveLength(1);
    expect(inCrm(id)['versionNumber']).toBe(Number(versions[0]) + 2);
    expect(service.crm.webhooks.pending()).toBe(0);
  });

  test('a deleted party is asked about, nothing is deleted in Advoware until somebody answers', async () => {
    const id = await createSynced({ lastName: 'Gelöscht' });
    const { betNr } = atFirm(id);
    service.crm.remove('CBeteiligte', id);
    await service.deliver();
    await until('it is asked about', async () => {
      const { body } = await service.api('GET', `/pairs/beteiligte/records/${id}`);
      return (body as { failure: { code: string } | null }).failure?.code === 'gone';
    });
    expect(service.firm.record(betNr)).toMatchObject({ name: 'Gelöscht' });
  });
});

describe('bursts', () => {
  test('two hundred hints for one record cost at most three passes, and the last edit is on the other side', async () => {
    const id = await createSynced({ lastName: 'Flut' });
    const sent = [];
    for (let edit = 1; edit <= 200; edit += 1) {
      service.crm.update('CBeteiligte', id, { titel: `Nr. ${edit}` });
      if (edit % 20 === 0) sent.push(service.crm.webhooks.deliver());
    }
    await Promise.all(sent);
    await service.deliver();
    await until('the last edit arrived', () => atFirm(id).titel === 'Nr. 200');
    await until('nothing waits', idle);
    await ended(id);
    const passes = (await eventsOf(id)).filter(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled != null,
    );
    expect(passes.length).toBeLessThanOrEqual(3);
  });

  test('two hundred records in one webhook are all synced', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => service.crm.create('CBeteiligte', { lastName: `Serie ${n}` }).id);
    const before = service.firm.requests.mark();
    await service.deliver();
    await until('all are clean', () => ids.every((id) => inCrm(id)['syncStatus'] === 'clean'));
    expect(service.firm.requests.count({ since: before, method: 'POST', path: 'Beteiligte' })).toBe(200);
    expect(new Set(ids.map((id) => atFirm(id).name)).size).toBe(200);
  });
});

test('without skipOwn the echo of our own write costs at most one call', async () => {
  const loud = await startService({ skipOwn: false });
  try {
    const { id } = loud.crm.create('CBeteiligte', { lastName: 'Echo' });
    await loud.deliver();
    await until('it is clean', () => loud.crm.record('CBeteiligte', id)!['syncStatus'] === 'clean');
    await until('nothing waits', async () => {
      await loud.deliver();
      return (
        (await loud
          .api('GET', '/status')
          .then(({ body }) => (body as { inbox: { waiting: number } }).inbox.waiting)) === 0
      );
    });
    const record = (path: string) =>
      loud.crm.requests.count({ path }) + loud.firm.requests.count({ path: 'Beteiligte' });
    expect(record('CBeteiligte')).toBeLessThanOrEqual(4);
    expect(loud.crm.requests.count({ method: 'PUT' })).toBe(1);
  } finally {
    await loud.stop();
  }
});

/** A history as text, with its payloads (base64 in its JSON) made readable. */
function decoded(history: unknown): string {
  return JSON.stringify(history, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  );
}
