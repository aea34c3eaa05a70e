import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { Database, OpenDatabase } from '../../store/database.ts';
import {
  portalComments,
  portalCompanies,
  portalPeople,
  portalProjects,
  portalTaskLists,
  portalTasks,
  portalWorkflowStatuses,
} from '../../store/portal/work-tables.ts';
import type { ApiUnderTest } from './api.ts';
import { openInMemory } from './embedded.ts';
import { empty } from './empty.ts';
import { adminToken, clientToken, startTestPortal, tokenWith } from './portal.ts';

/** Two companies with a project each; ids are the portal's, as texts. */
export interface Office {
  readonly project: string;
  readonly taskList: string;
  readonly task: string;
  readonly privateTask: string;
  readonly deletedTask: string;
  /** Somebody wrote it in Productive. */
  readonly comment: string;
  readonly person: string;
  readonly openStatus: string;
  readonly closedStatus: string;
  readonly foreignProject: string;
  readonly foreignTaskList: string;
  readonly foreignTask: string;
  readonly foreignPerson: string;
  /** Tokens: of the project's company, another user of it, of the other company, of an admin. */
  readonly client: string;
  readonly colleague: string;
  readonly stranger: string;
  readonly admin: string;
}

/** What the tests of a file share, and the companies of the test that runs. */
export interface OfficeUnderTest {
  readonly db: Database;
  readonly api: ApiUnderTest;
  readonly office: Office;
}

/** A portal for the tests of a file, with new companies before each. Call it where hooks are registered. */
export function officeUnderTest(): OfficeUnderTest {
  let database: OpenDatabase;
  let api: ApiUnderTest;
  let office: Office;
  beforeAll(async () => {
    database = await openInMemory();
    api = await startTestPortal(database);
  });
  afterAll(async () => {
    await api.stop();
    await database.close();
  });
  beforeEach(async () => {
    office = await officeIn(database);
  });
  return {
    get db() {
      return database.db;
    },
    get api() {
      return api;
    },
    get office() {
      return office;
    },
  };
}

/** Empties everything and builds the two companies. */
export async function officeIn(database: OpenDatabase): Promise<Office> {
  const { db } = database;
  await empty(database.db);
  const one = (rows: readonly { readonly id: number }[]): number => rows[0]!.id;
  const house = async (productiveId: string) => {
    const companyId = one(await db.insert(portalCompanies).values({ name: productiveId, productiveId }).returning());
    const person = one(await db.insert(portalPeople).values({ firstName: 'P', companyId, hrmTypeId: 2 }).returning());
    const project = one(await db.insert(portalProjects).values({ name: 'Site', companyId }).returning());
    const taskList = one(await db.insert(portalTaskLists).values({ name: 'List', projectId: project }).returning());
    const of = { projectId: project, taskListId: taskList, closed: false };
    const task = one(
      await db
        .insert(portalTasks)
        .values({ ...of, title: 'Task', private: false })
        .returning(),
    );
    return { person, project, taskList, task, of };
  };
  // Ids of different tables are to differ, so that none can stand for another.
  await db.execute(sql`alter sequence portal_tasks_id_seq restart with 1001`);
  await db.execute(sql`alter sequence portal_comments_id_seq restart with 5001`);
  const ours = await house('149808');
  const theirs = await house('149809');
  const more = async (values: typeof portalTasks.$inferInsert) =>
    String(
      one(
        await db
          .insert(portalTasks)
          .values({ ...ours.of, title: 'More', ...values })
          .returning(),
      ),
    );
  const status = async (categoryId: number) =>
    String(one(await db.insert(portalWorkflowStatuses).values({ name: 'S', categoryId }).returning()));
  const said = { taskId: ours.task, body: 'from there', hidden: false, draft: false };
  return {
    ...{ project: String(ours.project), taskList: String(ours.taskList), task: String(ours.task) },
    ...{ person: String(ours.person), foreignPerson: String(theirs.person), foreignTask: String(theirs.task) },
    ...{ foreignProject: String(theirs.project), foreignTaskList: String(theirs.taskList) },
    privateTask: await more({ private: true }),
    deletedTask: await more({ private: false, deletedAt: new Date() }),
    comment: String(one(await db.insert(portalComments).values(said).returning())),
    openStatus: await status(1),
    closedStatus: await status(3),
    client: await clientToken('149808'),
    colleague: await tokenWith({ sub: 'colleague', role: 'client', company_id: '149808' }),
    stranger: await clientToken('149809'),
    admin: await adminToken(),
  };
}

export interface WriteAnswered {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | null;
  readonly replayed: string | null;
}

type HeadersByName = Readonly<Record<string, string>>;

/** Somebody who writes through the portal. */
export function writerIn({ url }: Pick<ApiUnderTest, 'url'>, token: string) {
  const send = async (
    method: string,
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers: HeadersByName },
  ): Promise<WriteAnswered> => {
    const headers = { ...(token !== '' && { authorization: `Bearer ${token}` }), ...init.headers };
    const answer = await fetch(`${url}/portal/v1${path}`, { ...init, method, headers });
    const etag = answer.headers.get('etag');
    const replayed = answer.headers.get('idempotency-replayed');
    return { status: answer.status, body: await answer.json(), etag, replayed };
  };
  const json =
    (method: string) =>
    (path: string, body: unknown, headers: HeadersByName = {}) =>
      send(method, path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
  return {
    post: json('POST'),
    patch: json('PATCH'),
    /** Without a body. */
    ask: (method: string, path: string, headers: HeadersByName = {}) => send(method, path, { headers }),
    form: (path: string, body: FormData, headers: HeadersByName = {}) => send('POST', path, { body, headers }),
    raw: (
      method: string,
      path: string,
      body: string | Uint8Array<ArrayBuffer>,
      type: string,
      headers: HeadersByName = {},
    ) => send(method, path, { body, headers: { 'content-type': type, ...headers } }),
    file: (path: string) =>
      fetch(`${url}/portal/v1${path}`, { headers: token === '' ? {} : { authorization: `Bearer ${token}` } }),
  };
}

/** What a refusal looks like. */
export const refused = (status: number, code: string, message: RegExp) => ({
  status,
  body: { error: { code, message: expect.stringMatching(message) as unknown } },
});
