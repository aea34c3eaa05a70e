import { afterEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { composeDatabase } from '../compose.ts';
import { createLog } from '../log.ts';
import { HintStore } from '../store/hints.ts';
import type { Config } from '../config.ts';
import { until } from './support/house.ts';
import { type ServiceUnderTest, startService } from './support/service-under-test.ts';

let service: ServiceUnderTest;
afterEach(() => service.stop());

const limit = { calls: 20, perMs: 1_000 };
const records = 300;
const inCrm = (id: string) => service.crm.record('CBeteiligte', id)!;
const inFirm = () => service.firm.records().map(({ name }) => name);
const isEqual = (id: string) => inCrm(id)['syncStatus'] === 'clean';

/** A machine that does much else may need more than one check has time for; then a person asks again. */
async function isDone(id: string): Promise<boolean> {
  const { status, body } = await service.api('POST', `/pairs/beteiligte/records/${id}/check`);
  expect([200, 202]).toContain(status);
  return status === 200 && outcome.parse(body).outcome.kind === 'done';
}

const outcome = z.object({ outcome: z.object({ kind: z.string() }) });

/** As a first import leaves them: in the inbox, and nobody was told. */
async function leaveForBackfill(config: Config, ids: readonly string[]): Promise<void> {
  const database = await composeDatabase(config, createLog('silent'));
  const hints = new HintStore(database.db);
  const refs = ids.map((recordId) => ({ pair: 'beteiligte', side: 'master' as const, recordId }));
  await hints.add(
    refs.map((ref) => ({ ...ref, trigger: 'backfill' as const })),
    new Date(),
  );
  await hints.notRung(refs);
  await database.close();
}

test('while a first import uses up its budget, people and webhooks are served before it, and all of it is done', async () => {
  const ids: string[] = [];
  service = await startService({
    environment: { ESPOCRM_BUDGET: '20/1s' },
    prepare: async ({ crm }, config) => {
      for (let number = 0; number < records; number += 1)
        ids.push(crm.create('CBeteiligte', { lastName: `Nr. ${number}` }).id);
      await leaveForBackfill(config, ids);
    },
  });
  const waiting = () => ids.filter((id) => !isEqual(id)).length;
  await until('the import has begun', () => ids.some(isEqual));

  // The last ones of the import, so that it can't have been their turn.
  for (const id of ids.slice(-5)) {
    await until('the check has an outcome', () => isDone(id));
    // Which look created it is open: one that was held back goes on by itself while the person asks again.
    expect([isEqual(id), inFirm()]).toEqual([true, expect.arrayContaining([inCrm(id)['lastName']])]);
    expect(waiting()).toBeGreaterThan(0);
  }

  const changed = ids.filter(isEqual).slice(0, 3);
  for (const id of changed) service.crm.update('CBeteiligte', id, { lastName: `Neu ${id}` });
  const added = service.crm.create('CBeteiligte', { lastName: 'Nachzügler' }).id;
  await service.deliver();
  await until('the changes have arrived', () =>
    [...changed.map((id) => `Neu ${id}`), 'Nachzügler'].every((name) => inFirm().includes(name)),
  );
  expect(waiting()).toBeGreaterThan(0);

  await until('everything is imported', () => waiting() === 0 && isEqual(added));
  expect(service.crm.rateLimit.mostInAnyWindow(limit.perMs)).toBeLessThanOrEqual(limit.calls);
  expect(service.firm.records()).toHaveLength(records + 1);
  for (const id of ids) {
    const { body } = await service.api('GET', `/pairs/beteiligte/records/${id}`);
    expect(body).toMatchObject({ attempts: 0, failure: null });
  }
});

test('people who ask for more at once than the budget has calls wait for their answer instead of being told to', async () => {
  service = await startService({ environment: { ESPOCRM_BUDGET: '4/2s' } });
  for (const lastName of ['Adam', 'Berg', 'Conrad', 'Dorn', 'Ernst']) {
    const { id } = service.crm.create('CBeteiligte', { lastName });
    const { body } = await service.api('POST', `/pairs/beteiligte/records/${id}/check`);
    expect(body).toMatchObject({ outcome: { kind: 'done' } });
    expect([isEqual(id), inFirm()]).toEqual([true, expect.arrayContaining([lastName])]);
  }
  expect(service.crm.rateLimit.mostInAnyWindow(2_000)).toBeLessThanOrEqual(4);
});
