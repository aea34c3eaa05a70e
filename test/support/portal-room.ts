import { and, eq, or } from 'drizzle-orm';
import type { Productive, ProductiveOptions } from '../../simulators/productive/start-productive.ts';
import type { Database } from '../../store/database.ts';
import { hints, links } from '../../store/schema.ts';
import { type SyncedEntity, syncedTables } from '../../store/portal/tables.ts';
import { portalTasks } from '../../store/portal/work-tables.ts';
import { until } from './house.ts';
import { differencesFromSource } from './portal-comparison.ts';
import { writerIn } from './portal-office.ts';
import { adminToken, portalTokens } from './portal-tokens.ts';
import { type PortalService, startPortalService } from './portal-service.ts';
import type { Environment } from './service-under-test.ts';

/** A machine that does much else needs its time. */
const patienceMs = 200_000;

/** The whole service with one project to work in, everything that was there before imported, and webhooks if they are wanted. */
export interface PortalRoom extends PortalService {
  readonly companyId: string;
  readonly projectId: string;
  readonly listId: string;
  /** A project manager who writes through the portal. */
  readonly manager: ReturnType<typeof writerIn>;
  addTask(title: string, values?: Readonly<Record<string, unknown>>): string;
  /** A task that is in the portal. */
  syncedTask(title: string): Promise<{ readonly id: string; readonly rowId: string }>;
  /** The row of a record; undefined: there is none, or nobody sees it any more. */
  rowOf(entity: SyncedEntity, id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  taskRow(id: string): Promise<typeof portalTasks.$inferSelect | undefined>;
  /** Somebody asks for a look at records of Productive. */
  look(pair: string, ...ids: readonly string[]): Promise<void>;
  comesTo(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
  /** Waits until the rows are as Productive's records. @returns what still differs if they don't become so */
  differences(...entities: readonly SyncedEntity[]): Promise<readonly string[]>;
  /** Until nothing waits. */
  quiet(): Promise<void>;
}

export async function openPortalRoom(
  options: {
    readonly simulator?: ProductiveOptions;
    readonly environment?: Environment;
    readonly webhooks?: boolean;
  } = {},
): Promise<PortalRoom> {
  const ids = { companyId: '', projectId: '', listId: '' };
  const service = await startPortalService({
    ...(options.simulator !== undefined && { simulator: options.simulator }),
    environment: {
      ...{ PORTAL_JWT_SECRET: portalTokens.signer.secret, PRODUCTIVE_BUDGET: '2000/10s' },
      ...options.environment,
    },
    prepare: (productive) => Object.assign(ids, furnished(productive)),
  });
  const { productive, db } = service;
  try {
    if (options.webhooks !== false) await service.keepWebhooks();
    await service.importAll();
  } catch (error) {
    await service.stop();
    throw error;
  }
  const comesTo: PortalRoom['comesTo'] = (what, holds) => until(what, holds, patienceMs);
  const addTask: PortalRoom['addTask'] = (title, values) =>
    productive.create('tasks', { title, project_id: ids.projectId, task_list_id: ids.listId, ...values }).id;
  const rowOf: PortalRoom['rowOf'] = async (entity, id) => {
    const table = syncedTables[entity];
    const rows: readonly Readonly<Record<string, unknown>>[] = await db
      .select()
      .from(table)
      .where(eq(table.productiveId, id));
    return rows.find((row) => row['deletedAt'] === null);
  };
  const taskRow: PortalRoom['taskRow'] = async (id) =>
    (await db.select().from(portalTasks).where(eq(portalTasks.productiveId, id)))[0];
  const quiet = () =>
    comesTo('nothing waits', () => service.isIdle()).catch(async (error: unknown) => {
      throw new Error(`Something waits: ${JSON.stringify(await waitingIn(db))}`, { cause: error });
    });
  const differences: PortalRoom['differences'] = async (...entities) => {
    const now = () => differencesFromSource(db, productive, entities);
    await comesTo('the rows are equal', async () => (await now()).length === 0).catch(() => undefined);
    return now();
  };
  const look: PortalRoom['look'] = async (pair, ...recordIds) => {
    for (const recordId of recordIds) await service.api('POST', `/pairs/${pair}/records/${recordId}/check`);
  };
  return {
    ...service,
    ...ids,
    manager: writerIn(service, await adminToken()),
    ...{ addTask, rowOf, taskRow, quiet, comesTo, differences, look },
    syncedTask: async (title) => {
      const id = addTask(title);
      await look('tasks', id);
      await comesTo(`${title} is in the portal`, async () => (await taskRow(id)) !== undefined);
      await quiet();
      return { id, rowId: String((await taskRow(id))?.id) };
    },
  };
}

/** What is in the inbox, and what the couples say of it. */
const waitingIn = (db: Database) =>
  db
    .select({
      ...{ pair: hints.pair, side: hints.side, record: hints.recordId, trigger: hints.trigger, rungAt: hints.rungAt },
      ...{
        dueAt: hints.dueAt,
        state: links.state,
        attempts: links.attempts,
        waits: links.waits,
        failure: links.failure,
      },
    })
    .from(hints)
    .leftJoin(
      links,
      and(eq(links.pair, hints.pair), or(eq(links.masterId, hints.recordId), eq(links.replicaId, hints.recordId))),
    );

function furnished(productive: Productive) {
  const { persons } = productive;
  const companyId = productive.create('companies', { name: 'Muster GmbH' }).id;
  const project = { name: 'Website', project_type_id: 2, company_id: companyId, project_manager_id: persons.anna };
  const projectId = productive.create('projects', { ...project, workflow_id: '7001' }).id;
  const listId = productive.create('task_lists', { name: 'Backlog', project_id: projectId }).id;
  // A deletion is believed while another task can be read.
  for (const title of ['Steht da', 'Steht auch da']) {
    productive.create('tasks', { title, project_id: projectId, task_list_id: listId });
  }
  return { companyId, projectId, listId };
}
