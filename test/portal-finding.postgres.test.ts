import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { portalComments, portalTasks } from '../store/portal/work-tables.ts';
import { until } from './support/house.ts';
import { type PortalService, startPortalService } from './support/portal-service.ts';

/** What is found is found within a few looks, a second apart, and the sweeper's turns. */
const foundWithinMs = 400_000;

describe('what no webhook tells of', () => {
  let service: PortalService;
  let list: { readonly project_id: string; readonly task_list_id: string };
  let taskId = '';
  beforeAll(async () => {
    service = await startPortalService({
      pairs: ['companies', 'people', 'projects', 'workflow_statuses', 'task_lists', 'tasks', 'comments'],
      environment: { CATCH_UP_EVERY: '2s', PRODUCTIVE_CATCH_UP_EVERY: '3s', PRODUCTIVE_BUDGET: '2000/10s' },
      prepare: (productive) => {
        const { anna } = productive.persons;
        const companyId = productive.create('companies', { name: 'Muster GmbH' }).id;
        const project = { name: 'Website', project_type_id: 2, company_id: companyId, project_manager_id: anna };
        const projectId = productive.create('projects', { ...project, workflow_id: '7001' }).id;
        list = {
          project_id: projectId,
          task_list_id: productive.create('task_lists', { name: 'Backlog', project_id: projectId }).id,
        };
        taskId = productive.create('tasks', { title: 'Vorher', ...list }).id;
      },
    });
    await service.importAll();
    await until('every feed was read', async () => {
      const { body } = await service.api('GET', '/status');
      const { feeds } = body as { feeds: { caughtUpAt: string | null }[] };
      return feeds.length === 3 && feeds.every(({ caughtUpAt }) => caughtUpAt !== null);
    });
  }, 420_000);
  afterAll(() => service.stop());

  const taskOf = async (id: string) =>
    (await service.db.select().from(portalTasks).where(eq(portalTasks.productiveId, id)))[0];
  const commentOf = async (id: string) =>
    (await service.db.select().from(portalComments).where(eq(portalComments.productiveId, id)))[0];
  const found = (what: string, holds: () => Promise<boolean>) => until(what, holds, foundWithinMs);

  test('a comment, which has no webhook, comes through the activities', async () => {
    const { productive } = service;
    const comment = { body: 'Passt so', task_id: taskId, commentable_type: 'task' };
    const { id } = productive.create('comments', comment, productive.persons.ben);
    await found('the comment is in the portal', async () => (await commentOf(id)) !== undefined);
    expect(await commentOf(id)).toMatchObject({ body: 'Passt so', taskId: (await taskOf(taskId))?.id });
  });

  test('a change whose webhook is missing is found, and a deletion comes through the recycle bin', async () => {
    const { id } = service.productive.create('tasks', { title: 'Niemand hat es gemeldet', ...list });
    await found('the task is in the portal', async () => (await taskOf(id)) !== undefined);
    service.productive.remove('tasks', id);
    await found('the task is gone', async () => (await taskOf(id))?.deletedAt !== null);
  });

  test('a webhook that Productive has switched off is made anew', async () => {
    await service.keepWebhooks();
    const pausedPairs = async () => (await service.api('GET', '/status')).body as { pairs: { paused: unknown }[] };
    expect((await pausedPairs()).pairs.filter(({ paused }) => paused !== null)).toEqual([]);
    const off = service.productive.webhooks.list()[0]!;
    service.productive.webhooks.switchOff(off.id);
    await service.keepWebhooks();
    const webhooks = service.productive.webhooks.list();
    expect([webhooks.length, webhooks.some(({ id }) => id === off.id)]).toEqual([12, false]);
    expect(webhooks.every(({ values }) => values['deactivated_at'] === null)).toBe(true);
  }, 420_000);

  test('tandem status shows how far each feed was read, and no secret stands in it', async () => {
    const { body } = await service.api('GET', '/status');
    const { feeds } = body as { feeds: object[] };
    expect(feeds).toMatchObject([
      { system: 'Productive', feed: 'deleted_items', behind: null },
      { system: 'Productive', feed: 'activities', behind: null },
      { system: 'Productive', feed: 'webhook_logs', behind: null },
    ]);
    expect(JSON.stringify(body)).not.toContain(service.productive.token);
  });
});
