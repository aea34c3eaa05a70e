import { describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { Attributes } from '../../connectors/connector.ts';
import { companiesPair } from '../../mappers/portal/companies.ts';
import { tasksPair } from '../../mappers/portal/tasks.ts';
import type { Database } from '../../store/database.ts';
import { UnfitRecords } from '../../store/own-records.ts';
import { portalOwnRecords } from '../../store/portal/own-records.ts';
import { portalCompanies, portalProjects, portalTaskLists, portalTasks } from '../../store/portal/work-tables.ts';
import { RecordStore } from '../../store/records.ts';
import { hints, ledger, links, referenceWaits } from '../../store/schema.ts';
import { databasesUnderTest } from '../../test/support/databases.ts';
import { at, storeOf } from '../../test/support/store.ts';
import { createFromPage } from './create-from-page.ts';

const own = portalOwnRecords();
const pageOf = (pair: ReturnType<typeof companiesPair | typeof tasksPair>, rows: readonly [string, Attributes][]) => ({
  pair,
  own,
  origin: { pair: pair.name, trigger: 'backfill', runId: 'census/1' },
  marker: 'productiveId',
  rows: rows.map(([id, attributes]) => ({ id, version: `v${id}`, attributes })),
  now: at(0),
});
const companies = (...rows: readonly [string, Attributes][]) => pageOf(companiesPair(), rows);
const tasks = (...rows: readonly [string, Attributes][]) => pageOf(tasksPair(), rows);
const create = (db: Database, page: ReturnType<typeof pageOf>) => db.transaction((tx) => createFromPage(tx, page));

/** A project and a list that are couples, and what tasks are pointed to them with. */
async function place(db: Database) {
  const [project] = await db.insert(portalProjects).values({ name: 'House', productiveId: '1' }).returning();
  const [list] = await db.insert(portalTaskLists).values({ name: 'Roof', productiveId: '2' }).returning();
  const [projects, lists] = await db
    .insert(links)
    .values([
      { pair: 'projects', masterId: '1', replicaId: String(project!.id), state: 'linked' },
      { pair: 'task_lists', masterId: '2', replicaId: String(list!.id), state: 'linked' },
    ])
    .returning();
  return {
    attributes: { project_id: String(projects!.id), task_list_id: String(lists!.id) },
    ids: { projectId: project!.id, taskListId: list!.id },
  };
}

describe.each(databasesUnderTest())('a page of strangers on $name', (kind) => {
  const store = storeOf(kind);

  test('becomes rows and couples, and each value can be explained', async () => {
    const done = await create(
      store(),
      companies(['7', { name: 'Acme', company_code: null }], ['8', { name: 'Zenith' }]),
    );

    expect([...done].sort()).toEqual(['7', '8']);
    const rows = await store().select().from(portalCompanies).orderBy(portalCompanies.productiveId);
    expect(rows.map(({ name, productiveId }) => [name, productiveId])).toEqual([
      ['Acme', '7'],
      ['Zenith', '8'],
    ]);
    const link = await new RecordStore(store()).find('companies', '7');
    expect(link).toMatchObject({
      state: 'linked',
      replicaId: String(rows[0]!.id),
      versionMaster: 'v7',
      versionReplica: String(rows[0]!.version),
      lastVerdict: 'created',
    });
    expect(link!.baseMaster).toMatchObject({ name: 'Acme', company_code: null });
    expect(link!.baseReplica).toMatchObject({ name: 'Acme', companyCode: null });
    const history = await new RecordStore(store()).history(link!.id, { field: 'name', limit: 10 });
    expect(
      history.map(({ action, field, newValue, rule, trigger }) => [action, field, newValue, rule, trigger]),
    ).toEqual([['set', 'name', 'Acme', 'created', 'backfill']]);
    const all = await new RecordStore(store()).history(link!.id, { field: null, limit: 10 });
    expect(all.map(({ action, field }) => [action, field])).toEqual([
      ['set', 'name'],
      ['create', null],
    ]);
  });

  test('a second time nothing is created', async () => {
    await create(store(), companies(['7', { name: 'Acme' }]));
    expect([...(await create(store(), companies(['7', { name: 'Acme' }])))]).toEqual([]);
    expect([await store().$count(portalCompanies), await store().$count(links), await store().$count(ledger)]).toEqual([
      1, 1, 1,
    ]);
  });

  test('a record that somebody else has begun to look at is left to him, and no row is left behind', async () => {
    await store().insert(links).values({ pair: 'companies', masterId: '7' });
    const done = await create(store(), companies(['7', { name: 'Acme' }], ['8', { name: 'Zenith' }]));
    expect([...done]).toEqual(['8']);
    expect((await store().select().from(portalCompanies)).map(({ name }) => name)).toEqual(['Zenith']);
  });

  test('a task comes after the one that it is part of, wherever the page shows it', async () => {
    const { attributes, ids } = await place(store());
    const part = { ...attributes, title: 'Tiles', parent_task_id: 'unlinked:tasks:master:21' };
    const done = await create(store(), tasks(['20', part], ['21', { ...attributes, title: 'Roof' }]));
    expect([...done].sort()).toEqual(['20', '21']);
    const rows = await store().select().from(portalTasks).orderBy(portalTasks.productiveId);
    expect(rows[0]).toMatchObject({ title: 'Tiles', parentTaskId: rows[1]!.id, ...ids });
    const [link] = await store().select().from(links).where(eq(links.masterId, '20'));
    const [parent] = await store().select().from(links).where(eq(links.masterId, '21'));
    expect([link!.baseMaster!['parent_task_id'], link!.baseReplica!['parentTaskId']]).toEqual([
      String(parent!.id),
      String(parent!.id),
    ]);
  });

  test('a few tasks that are part of others on their page are left for later', async () => {
    const { attributes } = await place(store());
    const part = { ...attributes, title: 'Tiles', parent_task_id: 'unlinked:tasks:master:21' };
    const page = tasks(['20', part], ['21', { ...attributes, title: 'Roof' }]);
    expect([...(await store().transaction((tx) => createFromPage(tx, page, 2)))]).toEqual(['21']);
    expect([...(await create(store(), tasks(['20', part])))]).toEqual(['20']);
  });

  test('a task whose parent has become a couple since the page was read comes after it', async () => {
    const { attributes } = await place(store());
    const part = { ...attributes, title: 'Tiles', parent_task_id: 'unlinked:tasks:master:21' };
    expect([...(await create(store(), tasks(['20', part])))]).toEqual([]);
    await create(store(), tasks(['21', { ...attributes, title: 'Roof' }]));
    expect([...(await create(store(), tasks(['20', part])))]).toEqual(['20']);
    const rows = await store().select().from(portalTasks).orderBy(portalTasks.productiveId);
    expect(rows[0]!.parentTaskId).toBe(rows[1]!.id);
  });

  test('a task that points to a record which is no couple is left to a look', async () => {
    const { attributes } = await place(store());
    const stray = { ...attributes, title: 'Tiles', assignee_id: 'unlinked:people:master:5' };
    expect([...(await create(store(), tasks(['20', stray])))]).toEqual([]);
    expect(await store().$count(portalTasks)).toBe(0);
  });

  test('what may be a creation of ours that was never answered is left to a look, all else is not', async () => {
    const [waiting] = await store().insert(links).values({ pair: 'companies', replicaId: '30' }).returning();
    const row = { linkId: waiting!.id, pair: 'companies', side: 'master', rule: 'created' } as const;
    const sent = { trigger: 'webhook', runId: 'run', state: 'planned', plannedAt: at(0) } as const;
    const named = { action: 'set', field: 'name', attribute: 'name', newValue: 'Acme' } as const;
    await store()
      .insert(ledger)
      .values([
        { ...row, ...sent, action: 'create' },
        { ...row, ...sent, ...named },
      ]);
    const done = await create(store(), companies(['7', { name: 'Acme' }], ['8', { name: 'Zenith' }]));
    expect([...done]).toEqual(['8']);
    expect((await store().select().from(portalCompanies)).map(({ name }) => name)).toEqual(['Zenith']);
  });

  test('whoever has waited for one of them is looked at', async () => {
    const [waiting] = await store().insert(links).values({ pair: 'projects', masterId: '30' }).returning();
    await store()
      .insert(referenceWaits)
      .values({ linkId: waiting!.id, pair: 'companies', side: 'master', recordId: '7' });
    await create(store(), companies(['7', { name: 'Acme' }]));
    expect(await store().select().from(hints)).toMatchObject([{ pair: 'projects', side: 'master', recordId: '30' }]);
    expect(await store().$count(referenceWaits)).toBe(0);
  });

  test('a value that no column holds refuses the page by name of its kind and leaves the transaction usable', async () => {
    await store().transaction(async (tx) => {
      const page = companies(['7', { name: 'Ac\u0000me' }], ['8', { name: 'Zenith' }]);
      await expect(createFromPage(tx, page)).rejects.toBeInstanceOf(UnfitRecords);
      expect(await tx.$count(portalCompanies)).toBe(0);
    });
  });
});
