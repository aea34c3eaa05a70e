import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { CensusRunStore } from '../../../store/census-runs.ts';
import type { OpenDatabase } from '../../../store/database.ts';
import { HintStore } from '../../../store/hints.ts';
import { openInMemory } from '../../../test/support/embedded.ts';
import { portalDocuments, portalServiceOverviews } from '../../../store/portal/own-tables.ts';
import { portalTasks } from '../../../store/portal/work-tables.ts';
import { hints, links } from '../../../store/schema.ts';
import type { RecordKey } from '../../../store/record-refs.ts';
import { type ApiUnderTest, RecordingStarter } from '../../../test/support/api.ts';
import { startTestPortal } from '../../../test/support/portal.ts';
import { type Office, officeIn, refused, writerIn } from '../../../test/support/portal-office.ts';

const pairOf = (name: string) => ({
  name,
  master: { system: 'Productive', entity: name },
  replica: { system: 'Portal', entity: name },
});
const pairs = ['projects', 'tasks', 'attachments'].map(pairOf);
/** The pass that a preview stands for. */
const previewed: RecordKey[] = [];
const preview = (record: RecordKey) => {
  previewed.push(record);
  const url = 'https://files.productive.io/attachments/1/secret.pdf';
  return Promise.resolve({
    ...{ outcome: { kind: 'done', verdict: 'master_newer' } as const, open: [], message: null, rows: [] },
    writes: [{ system: 'Portal', action: 'update' as const, attributes: { title: 'There', url } }],
  });
};

let database: OpenDatabase;
let api: ApiUnderTest;
let office: Office;
const census = new RecordingStarter();
const more: ApiUnderTest[] = [];
beforeAll(async () => {
  database = await openInMemory();
  api = await startTestPortal(database, { pairs, replace: () => ({ preview, census }) });
});
afterEach(async () => {
  for (const started of more.splice(0)) await started.stop();
});
afterAll(async () => {
  await api.stop();
  await database.close();
});
beforeEach(async () => {
  office = await officeIn(database);
  census.started.splice(0);
  previewed.splice(0);
});

const client = () => writerIn(api, office.client);
const admin = () => writerIn(api, office.admin);

describe.each([
  ['/documents', portalDocuments, 'document'],
  ['/service-overviews', portalServiceOverviews, 'service overview'],
] as const)('a page of the portal’s own, %s,', (path, table, word) => {
  const rows = () => database.db.select().from(table).orderBy(table.id);
  const page = (values: object = {}) => ({
    projectId: office.project,
    title: 'How we work',
    body: '# Hello',
    ...values,
  });
  const made = async () => (await admin().post(path, page())).body as { id: string; version: string };

  test('is written, changed and deleted by admins, and nothing is sent anywhere', async () => {
    const { id, version } = await made();
    expect(await rows()).toMatchObject([{ title: 'How we work', body: '# Hello', private: false, createdBy: 'pm-1' }]);
    const changed = await admin().patch(`${path}/${id}`, { title: 'Better', private: true }, { 'if-match': version });
    expect(changed).toMatchObject({ status: 200, body: { id } });
    expect(await rows()).toMatchObject([{ title: 'Better', body: '# Hello', private: true }]);
    const outdated = await admin().patch(`${path}/${id}`, { title: 'Worse' }, { 'if-match': version });
    expect(outdated).toMatchObject(refused(412, 'changed_meanwhile', new RegExp(word)));
    expect(await admin().ask('DELETE', `${path}/${id}`)).toMatchObject({ status: 200 });
    expect((await rows())[0]?.deletedAt).not.toBeNull();
    expect(await admin().patch(`${path}/${id}`, { title: 'x' })).toMatchObject({ status: 404 });
    expect(await admin().ask('DELETE', `${path}/${id}`)).toMatchObject({ status: 404 });
    expect(await database.db.select().from(hints)).toEqual([]);
  });

  test('is written once, however often it is sent under one key', async () => {
    const key = { 'idempotency-key': 'page' };
    await Promise.all([1, 2, 3].map(() => admin().post(path, page(), key)));
    expect(await rows()).toHaveLength(1);
  });

  test('is refused to clients, and if it is none', async () => {
    const { id } = await made();
    for (const answer of [
      await client().post(path, page()),
      await client().patch(`${path}/${id}`, { title: 'x' }),
      await client().ask('DELETE', `${path}/${id}`),
    ]) {
      expect(answer).toMatchObject(refused(403, 'admins_only', /admin/));
    }
    expect(await admin().post(path, page({ title: '' }))).toMatchObject({ status: 400 });
    expect(await admin().post(path, page({ projectId: '999999' }))).toMatchObject({ status: 422 });
    expect(await admin().patch(`${path}/${id}`, { createdBy: 'me' })).toMatchObject({ status: 400 });
    expect(await rows()).toHaveLength(1);
  });
});

describe('whether the portal shows what Productive has', () => {
  const ask = (body: object) => admin().post('/state-check', body);

  test('is told for one record, and where Productive keeps files is not', async () => {
    await database.db.insert(links).values({ pair: 'tasks', masterId: 'p1', replicaId: office.task });
    const answer = await ask({ mode: 'report', entity: 'tasks', id: office.task });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        report: {
          ...{ masterId: 'p1', replicaId: office.task, outcome: { kind: 'done', verdict: 'master_newer' } },
          writes: [{ system: 'Portal', action: 'update', attributes: { title: 'There' } }],
        },
      },
    });
    expect(JSON.stringify(answer.body)).not.toContain('productive.io');
    expect(previewed).toEqual([{ pair: 'tasks', key: 'p1' }]);
    expect(await database.db.select().from(hints)).toEqual([]);
  });

  test('is put right for one record, as soon as somebody can', async () => {
    const answer = await ask({ mode: 'repair', entity: 'tasks', id: office.task });
    expect(answer).toMatchObject({ status: 200, body: { repair: { pending: { reason: 'not_started' } } } });
    expect(await database.db.select().from(hints)).toMatchObject([{ recordId: office.task, trigger: 'person' }]);
  });

  test('is found out for all of them by walks, which write nothing if they are only to tell', async () => {
    const answer = await ask({ mode: 'report' });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        runs: ['projects', 'tasks', 'attachments'].map((entity) => ({
          ...{ entity, refusal: null },
          run: { pair: entity, dryRun: true, mode: 'census', state: 'running', startedBy: 'pm-1' },
        })),
      },
    });
    expect(census.started.map(({ pair }) => pair)).toEqual(['projects', 'tasks', 'attachments']);
    const again = await ask({ mode: 'repair', entity: 'tasks' });
    expect(again).toMatchObject({ status: 202, body: { runs: [{ refusal: expect.stringMatching(/under way/) }] } });
    const runs = new CensusRunStore(database.db);
    await runs.cancel((await runs.latest('tasks'))!.id, new Date());
    expect(await ask({ mode: 'repair', entity: 'tasks' })).toMatchObject({
      body: { runs: [{ entity: 'tasks', run: { dryRun: false, state: 'running' }, refusal: null }] },
    });
    const shown = await admin().ask('GET', '/state-check?entity=tasks');
    expect(shown).toMatchObject({ status: 200, body: { runs: [{ entity: 'tasks', run: { dryRun: false } }] } });
  });

  test('is for admins, and of what there is', async () => {
    for (const answer of [
      await client().post('/state-check', { mode: 'report' }),
      await client().ask('GET', '/state-check'),
    ]) {
      expect(answer).toMatchObject(refused(403, 'admins_only', /admin/));
    }
    expect(await ask({ mode: 'report', entity: 'tasks', id: '999999' })).toMatchObject({ status: 404 });
    expect(await ask({ mode: 'report', entity: 'deals', id: '1' })).toMatchObject(
      refused(404, 'unknown_pair', /deals/),
    );
    for (const wrong of [{}, { mode: 'delete' }, { mode: 'report', entity: 'users' }, { mode: 'report', id: '1' }]) {
      expect(await ask(wrong)).toMatchObject({ status: 400 });
    }
    expect([census.started, previewed]).toEqual([[], []]);
  });
});

describe('in installations that send in quiet hours', () => {
  const noon = new Date('2026-10-07T10:00:00Z');
  const evening = new Date('2026-10-07T20:00:00Z');
  const quiet = async () => {
    const hours = { fromMinute: 22 * 60, toMinute: 6 * 60 };
    const started = await startTestPortal(database, {
      writing: { sendingHours: hours, timeZone: 'Europe/Berlin' },
      replace: () => ({ now: () => noon }),
    });
    more.push(started);
    return started;
  };
  const due = (at: Date) => new HintStore(database.db).takeDue(at, 10);

  test('a change is here at once, says when it is sent, and nobody is told before', async () => {
    const started = await quiet();
    const answer = await writerIn(started, office.client).patch(`/tasks/${office.task}`, { title: 'Later' });
    expect(answer).toMatchObject({ status: 202, body: { syncState: 'pending', sentFrom: evening.toISOString() } });
    const [row] = await database.db
      .select()
      .from(portalTasks)
      .where(eq(portalTasks.id, Number(office.task)));
    expect(row?.title).toBe('Later');
    expect(started.doorbell.rung).toEqual([]);
    const seen = { pair: 'tasks', side: 'replica', recordId: office.task, trigger: 'catch_up' } as const;
    await new HintStore(database.db).addUnrung([seen], noon);
    expect(await due(new Date(evening.getTime() - 1))).toEqual([]);
    expect(await due(evening)).toMatchObject([{ recordId: office.task }]);
  });

  test('whoever does not want to wait says retry', async () => {
    const started = await quiet();
    const user = writerIn(started, office.client);
    await user.patch(`/tasks/${office.task}`, { title: 'Now' });
    expect(await user.ask('POST', `/tasks/${office.task}/retry`)).toMatchObject({ body: { sentFrom: null } });
    expect(started.doorbell.rung).toMatchObject([{ recordId: office.task }]);
  });
});
