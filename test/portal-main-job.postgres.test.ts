import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { HintStore } from '../store/hints.ts';
import { portalProjects, portalTaskLists, portalTasks } from '../store/portal/work-tables.ts';
import { until } from './support/house.ts';
import { type PortalService, startPortalService } from './support/portal-service.ts';

// A second connection looks into the database beside the service, which an embedded one does not allow.
describe("the portal's main job", () => {
  let service: PortalService;
  let projectId = '';
  let listId = '';
  beforeAll(async () => {
    service = await startPortalService({
      prepare: (productive) => {
        const { anna } = productive.persons;
        const companyId = productive.create('companies', { name: 'Muster GmbH' }).id;
        const project = { name: 'Website', project_type_id: 2, company_id: companyId, project_manager_id: anna };
        projectId = productive.create('projects', { ...project, workflow_id: '7001' }).id;
        listId = productive.create('task_lists', { name: 'Backlog', project_id: projectId }).id;
      },
    });
    await service.keepWebhooks();
    await service.importAll();
  }, 420_000);
  afterAll(() => service.stop());

  const rowOf = async (productiveId: string) => {
    const [row] = await service.db.select().from(portalTasks).where(eq(portalTasks.productiveId, productiveId));
    return row;
  };
  const addTask = (title: string): string =>
    service.productive.create('tasks', { title, project_id: projectId, task_list_id: listId }).id;
  const quiet = () => until('nothing waits', () => service.isIdle());
  /** What Productive was asked for records since then. */
  const askedSince = (mark: number): readonly string[] =>
    service.productive.requests
      .since(mark)
      .map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`)
      .filter((request) => !request.endsWith('/webhooks'));
  const synced = async (title: string): Promise<string> => {
    const id = addTask(title);
    await service.productive.webhooks.deliver();
    await until('its row is there', async () => (await rowOf(id)) !== undefined);
    await quiet();
    return id;
  };

  test('the keeper registers one webhook per event, and what was there before is in the portal with its references', async () => {
    const registered = service.productive.webhooks.list();
    expect(registered.length).toBe(33);
    const [project] = await service.db.select().from(portalProjects).where(eq(portalProjects.productiveId, projectId));
    const [list] = await service.db.select().from(portalTaskLists).where(eq(portalTaskLists.productiveId, listId));
    expect([project?.name, list?.name, list?.projectId]).toEqual(['Website', 'Backlog', project?.id]);
  });

  test('a task that is made in Productive calls the webhook, and its row is in the database, at one request', async () => {
    await synced('Warm-up');
    const mark = service.productive.requests.mark();
    const id = await synced('Angebot schreiben');
    const [project] = await service.db.select().from(portalProjects).where(eq(portalProjects.productiveId, projectId));
    expect(await rowOf(id)).toMatchObject({ title: 'Angebot schreiben', projectId: project?.id, closed: false });
    expect(askedSince(mark)).toEqual([`GET /tasks/${id}`]);
  });

  test('a change in Productive costs one request, and the row is right', async () => {
    const id = await synced('Entwurf');
    const mark = service.productive.requests.mark();
    service.productive.update('tasks', id, { title: 'Reinschrift', due_date: '2031-05-06' });
    await service.productive.webhooks.deliver();
    await until('the row is right', async () => (await rowOf(id))?.title === 'Reinschrift');
    await quiet();
    expect(await rowOf(id)).toMatchObject({ title: 'Reinschrift', dueDate: '2031-05-06' });
    expect(askedSince(mark)).toEqual([`GET /tasks/${id}`]);
  });

  test('a row that is edited in the portal costs a read and a write, and the echo of it nothing', async () => {
    const id = await synced('Vom Kunden');
    const row = (await rowOf(id))!;
    const mark = service.productive.requests.mark();
    await service.db.transaction(async (tx) => {
      await tx.update(portalTasks).set({ title: 'Vom Kunden geändert' }).where(eq(portalTasks.id, row.id));
      const hint = { pair: 'tasks', side: 'replica', recordId: String(row.id), trigger: 'webhook' } as const;
      await new HintStore(tx).addUnrung([hint], new Date());
    });
    const title = () => service.productive.record('tasks', id)?.['title'];
    await until('Productive has it', () => title() === 'Vom Kunden geändert');
    await quiet();
    expect(askedSince(mark)).toEqual([`GET /tasks/${id}`, `PATCH /tasks/${id}`]);
    const echo = service.productive.requests.mark();
    expect((await service.productive.webhooks.deliver()).requests).toBe(1);
    await quiet();
    expect(askedSince(echo)).toEqual([]);
    expect((await rowOf(id))?.title).toBe('Vom Kunden geändert');
  });

  test('a task that is moved right after our write moves here too, although its webhook looks like the echo', async () => {
    const id = await synced('Wandert');
    const row = (await rowOf(id))!;
    const otherList = service.productive.create('task_lists', { name: 'Erledigt', project_id: projectId }).id;
    await service.db.transaction(async (tx) => {
      await tx.update(portalTasks).set({ title: 'Wandert gleich' }).where(eq(portalTasks.id, row.id));
      const hint = { pair: 'tasks', side: 'replica', recordId: String(row.id), trigger: 'webhook' } as const;
      await new HintStore(tx).addUnrung([hint], new Date());
    });
    await until('Productive has it', () => service.productive.record('tasks', id)?.['title'] === 'Wandert gleich');
    await quiet();
    const before = service.productive.record('tasks', id)?.['updated_at'];
    service.productive.update('tasks', id, { task_list_id: otherList });
    expect(service.productive.record('tasks', id)?.['updated_at']).toBe(before);
    expect((await service.productive.webhooks.deliver()).requests).toBe(2);
    const listOf = async () => {
      const [list] = await service.db
        .select()
        .from(portalTaskLists)
        .where(eq(portalTaskLists.id, (await rowOf(id))!.taskListId!));
      return list?.productiveId;
    };
    await until('the row has moved', async () => (await listOf()) === otherList);
  });

  test('a row that is made in the portal is one POST, and keeps the id that Productive gave', async () => {
    const [project] = await service.db.select().from(portalProjects).where(eq(portalProjects.productiveId, projectId));
    const [list] = await service.db.select().from(portalTaskLists).where(eq(portalTaskLists.productiveId, listId));
    const mark = service.productive.requests.mark();
    const rowId = await service.db.transaction(async (tx) => {
      const values = { title: 'Aus dem Portal', projectId: project!.id, taskListId: list!.id, private: false };
      const [made] = await tx.insert(portalTasks).values(values).returning({ id: portalTasks.id });
      const hint = { pair: 'tasks', side: 'replica', recordId: String(made!.id), trigger: 'webhook' } as const;
      await new HintStore(tx).addUnrung([hint], new Date());
      return made!.id;
    });
    const productiveId = async () =>
      (await service.db.select().from(portalTasks).where(eq(portalTasks.id, rowId)))[0]?.productiveId;
    await until('it has its id', async () => (await productiveId()) != null);
    await quiet();
    const id = (await productiveId())!;
    expect(service.productive.record('tasks', id)).toMatchObject({ title: 'Aus dem Portal', project_id: projectId });
    expect(askedSince(mark)).toEqual(['POST /tasks']);
  });

  test('the doctor has a line for each check of Productive and the portal, and no secret in any of them', async () => {
    const said = await new Promise<{ readonly exitCode: number; readonly out: string }>((resolve) => {
      const env = { ...process.env, ...service.environment };
      execFile(process.execPath, ['cli/tandem.ts', 'doctor'], { env }, (failure, out) => {
        resolve({ exitCode: typeof failure?.code === 'number' ? failure.code : 0, out });
      });
    });
    expect(said.out).toContain('✓ Tandem: database: PostgreSQL answers');
    expect(said.out).toContain('✓ Productive: token and organization: Productive lets us read tasks');
    expect(said.out).toContain('✓ Portal: tables: Portal has the table of tasks and its columns');
    expect(said.out.match(/✓ Productive: webhook \w+/g)?.length).toBeGreaterThanOrEqual(33);
    expect(said.out).toContain('Productive, which runs elsewhere, will not reach it');
    expect(said.out).not.toContain(service.productive.token);
    expect([said.exitCode, said.out.match(/^✗.*$/gm)]).toEqual([0, null]);
  });

  test('a task that is deleted in Productive is gone from the portal', async () => {
    const id = await synced('Überholt');
    service.productive.remove('tasks', id);
    await service.productive.webhooks.deliver();
    await until('its row is deleted', async () => (await rowOf(id))?.deletedAt !== null);
  });
});
