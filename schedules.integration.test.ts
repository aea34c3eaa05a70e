import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, Connection, ScheduleNotFoundError } from '@temporalio/client';
import { beteiligte, ignoredByAdvoware } from './mappers/beteiligte.ts';
import { contacts } from './mappers/contacts.ts';
import { keepSchedules, type ScheduleOptions, type WatchSettings } from './schedules.ts';
import { until } from './test/support/house.ts';
import { testTemporalAddress } from './test/support/temporal.ts';

let connection: Connection;
let client: Client;
let taskQueue: string;
beforeAll(async () => {
  connection = await Connection.connect({ address: testTemporalAddress() });
  client = new Client({ connection });
});
afterAll(() => connection.close());
beforeEach(() => {
  taskQueue = `schedules-${randomUUID()}`;
});
afterEach(() => keep({ settings: nothing }));

const nothing: WatchSettings = {
  catchUpEveryMs: null,
  census: null,
  rollingCheckPeriodMs: null,
  keepWebhooksEveryMs: null,
};
// So rarely that none of them is due while the tests run.
const hourMs = 3_600_000;
const usual: WatchSettings = {
  catchUpEveryMs: 100 * hourMs,
  census: { cron: '0 2 1 1 *', timeZone: 'Europe/Berlin' },
  rollingCheckPeriodMs: 24 * hourMs,
  keepWebhooksEveryMs: 100 * hourMs,
};
const lists = {
  longestPage: 1,
  canListChanges: () => true,
  page: () => Promise.reject(new Error('not asked')),
  showsLess: () => false,
};
const connectors = { EspoCRM: { list: lists }, 'second EspoCRM': { list: lists }, Advoware: { list: null } };
const parties = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
const both = [parties, contacts()];

const keep = (changes: Partial<ScheduleOptions> = {}) =>
  keepSchedules(client, { settings: usual, pairs: both, connectors, taskQueue, ...changes });
const idOf = (name: string): string => `tandem@${taskQueue}/${name}`;
const described = (name: string) => client.schedule.getHandle(idOf(name)).describe();
const exists = async (name: string): Promise<boolean> =>
  described(name).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ScheduleNotFoundError) return false;
      throw error;
    },
  );
/** Temporal's list of Schedules lags behind. */
const listed = async (): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
  return ids.filter((id) => id.startsWith(idOf(''))).sort();
};
const all = [
  'catchUp/beteiligte',
  'catchUp/contacts',
  'keepWebhooks',
  'nightlyCensus/beteiligte',
  'nightlyCensus/contacts',
  'rollingCheck/beteiligte',
];
const ids = (): string[] => all.map(idOf).sort();

describe('Schedules follow the settings', () => {
  test('each pair gets what its systems need; made once', async () => {
    expect([...(await keep()).created].sort()).toEqual(ids());
    expect(await keep()).toEqual({ created: [], updated: [], deleted: [] });
    const { spec, action, policies } = await described('catchUp/beteiligte');
    expect(spec.intervals).toMatchObject([{ every: 100 * hourMs }]);
    expect(action).toMatchObject({ workflowType: 'catchUp', taskQueue, args: [{ pair: 'beteiligte' }] });
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 10_000 });
    const census = await described('nightlyCensus/contacts');
    // Its walk has the name that the walks of this installation have, whoever begins them.
    expect(census.action).toMatchObject({ args: [{ pair: 'contacts', walkId: `${taskQueue}/census/contacts` }] });
    expect(census.spec).toMatchObject({ timezone: 'Europe/Berlin', calendars: [{ hour: [{ start: 2 }] }] });
    expect((await described('keepWebhooks')).action).toMatchObject({ workflowType: 'keepWebhooks' });
    expect((await described('rollingCheck/beteiligte')).spec.intervals).toMatchObject([{ every: 60_000 }]);
  });

  test('a changed setting changes its Schedule, and no other', async () => {
    await keep();
    const changed = await keep({ settings: { ...usual, catchUpEveryMs: 50 * hourMs } });
    expect([...changed.updated].sort()).toEqual([idOf('catchUp/beteiligte'), idOf('catchUp/contacts')]);
    expect((await described('catchUp/contacts')).spec.intervals).toMatchObject([{ every: 50 * hourMs }]);
    expect(await keep({ settings: { ...usual, catchUpEveryMs: 50 * hourMs } })).toMatchObject({ updated: [] });
  });

  test('what is off, and what a removed pair had, is deleted', async () => {
    await keep();
    await until('the Schedules are listed', async () => (await listed()).length === all.length);
    const { deleted } = await keep({ pairs: [parties], settings: { ...usual, census: null } });
    expect([...deleted].sort()).toEqual([
      idOf('catchUp/contacts'),
      idOf('nightlyCensus/beteiligte'),
      idOf('nightlyCensus/contacts'),
    ]);
    expect(await exists('catchUp/contacts')).toBe(false);
    expect(await exists('catchUp/beteiligte')).toBe(true);
  });

  test('two installations in one namespace leave each other alone', async () => {
    await keep();
    await until('the Schedules are listed', async () => (await listed()).length === all.length);
    expect(await keep({ taskQueue: `${taskQueue}-other`, settings: nothing })).toMatchObject({ deleted: [] });
    expect(await listed()).toEqual(ids());
  });

  test('two workers that start at the same time do not disturb each other', async () => {
    const [one, other] = await Promise.all([keep(), keep()]);
    expect([...one.created, ...other.created].sort()).toEqual(ids());
  });
});

describe('what an operator changed in Temporal stays', () => {
  test('a paused Schedule, its note and another rhythm, until our own setting changes', async () => {
    await keep();
    const handle = client.schedule.getHandle(idOf('catchUp/beteiligte'));
    await handle.pause('while we migrate');
    await handle.update((now) => ({ ...now, spec: { intervals: [{ every: 7 * hourMs }] } }));
    expect(await keep()).toMatchObject({ created: [], updated: [] });
    expect(await described('catchUp/beteiligte')).toMatchObject({
      state: { paused: true, note: 'while we migrate' },
      spec: { intervals: [{ every: 7 * hourMs }] },
    });
    await keep({ settings: { ...usual, catchUpEveryMs: 50 * hourMs } });
    expect(await described('catchUp/beteiligte')).toMatchObject({
      state: { paused: true, note: 'while we migrate' },
      spec: { intervals: [{ every: 50 * hourMs }] },
    });
  });
});

test('Temporal that does not answer: an error, and nothing is broken by trying again', async () => {
  const closed = await Connection.connect({ address: testTemporalAddress() });
  await closed.close();
  const lost = new Client({ connection: closed });
  const options = { settings: usual, pairs: both, connectors, taskQueue };
  await expect(keepSchedules(lost, options)).rejects.toThrow();
  expect((await keep()).created).toHaveLength(all.length);
});
