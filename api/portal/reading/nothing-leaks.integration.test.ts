import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { desc } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, OpenDatabase } from '../../../store/database.ts';
import { openInMemory } from '../../../test/support/embedded.ts';
import { portalDocuments, portalServiceOverviews } from '../../../store/portal/own-tables.ts';
import {
  portalActivities,
  portalAttachments,
  portalComments,
  portalCompanies,
  portalPeople,
  portalProjects,
  portalTaskLists,
  portalTasks,
} from '../../../store/portal/work-tables.ts';
import { portalWrites } from '../../../store/portal/write-tables.ts';
import type { ApiUnderTest } from '../../../test/support/api.ts';
import { adminToken, askPortal, clientToken, startTestPortal } from '../../../test/support/portal.ts';

/** Whatever a client of Acme must never read, by whatever way, contains this. */
const secret = 'SECRET';
const ours = 'OF-ACME';

const idOf = ([row]: readonly { readonly id: number }[]): number => row?.id ?? Number.NaN;

/** A company with everything that hangs below it, all texts marked. */
async function company(db: Database, productiveId: string, mark: string) {
  const companyId = idOf(await db.insert(portalCompanies).values({ productiveId, name: mark }).returning());
  const email = `${mark}@example.com`;
  const person = { firstName: mark, lastName: mark, email, companyId };
  const creatorId = idOf(await db.insert(portalPeople).values(person).returning());
  const project = { name: mark, projectNumber: mark, companyId, projectManagerId: creatorId };
  const projectId = idOf(await db.insert(portalProjects).values(project).returning());
  const taskListId = idOf(await db.insert(portalTaskLists).values({ name: mark, projectId }).returning());
  const page = { projectId, title: mark, body: mark, createdBy: 'pm' };
  await db.insert(portalDocuments).values([page, { ...page, title: secret, body: secret, private: true }]);
  await db.insert(portalServiceOverviews).values([page, { ...page, title: secret, body: secret, private: true }]);
  return { mark, companyId, projectId, taskListId, creatorId };
}
type Company = Awaited<ReturnType<typeof company>>;

/** A task with what stands below it. */
async function task(db: Database, of: Company, values: Partial<typeof portalTasks.$inferInsert>, mark = of.mark) {
  const { projectId, taskListId, creatorId } = of;
  const given = { projectId, taskListId, creatorId, assigneeId: creatorId, private: false, closed: false };
  const texts = { title: mark, description: mark, tagList: [secret], customFields: { '1': secret } };
  const taskId = idOf(
    await db
      .insert(portalTasks)
      .values({ ...given, ...texts, ...values })
      .returning(),
  );
  await talk(db, { taskId, creatorId }, mark, { hidden: false, draft: false });
  await talk(db, { taskId, creatorId }, secret, { hidden: true, draft: false });
  await talk(db, { taskId, creatorId }, secret, { hidden: false, draft: true });
  await talk(db, { taskId, creatorId }, secret, { hidden: null, draft: null });
  const attached = { taskId, creatorId, name: mark, url: `https://files.example.com/${secret}` };
  await db.insert(portalAttachments).values(attached);
  const changeset = [{ title: [null, mark] }, { worked_time: [0, secret], private: [secret, false] }];
  await db.insert(portalActivities).values([
    { taskId, creatorId, itemType: 'task', event: 'update', changeset },
    { taskId, creatorId, itemType: 'booking', event: 'update', changeset: [{ title: [null, secret] }] },
  ]);
  return taskId;
}

interface Talked {
  readonly taskId: number;
  readonly creatorId: number;
}

async function talk(db: Database, on: Talked, mark: string, how: { hidden: boolean | null; draft: boolean | null }) {
  const commentId = idOf(
    await db
      .insert(portalComments)
      .values({ ...on, body: mark, ...how })
      .returning(),
  );
  await db.insert(portalAttachments).values({ ...on, commentId, name: mark });
  const changeset = [{ body: [null, mark], title: [null, mark] }];
  await db.insert(portalActivities).values({ ...on, commentId, itemType: 'comment', event: 'create', changeset });
}

type Writer = Pick<typeof portalWrites.$inferInsert, 'subject' | 'role' | 'companyId'>;

const writersOf = (acme: Company, other: Company): readonly Writer[] => [
  { subject: `${ours}@example.com`, role: 'client', companyId: acme.companyId },
  { subject: `${secret}-STAFF@example.com`, role: 'admin', companyId: null },
  // The project was the other company's before.
  { subject: `${secret}@example.com`, role: 'client', companyId: other.companyId },
  { subject: `${secret}-USER`, role: 'client', companyId: other.companyId },
  { subject: `${secret}@example.com`, role: null, companyId: null },
  { subject: `${secret}-PM`, role: 'admin', companyId: null },
];

/** Everything that is there so far: the newest of each kind by the first writer, and so on in turn. */
async function writtenThroughThePortal(db: Database, writers: readonly Writer[]): Promise<void> {
  const tables = { tasks: portalTasks, comments: portalComments, attachments: portalAttachments };
  for (const [entity, table] of Object.entries(tables)) {
    const rows = await db.select({ id: table.id }).from(table).orderBy(desc(table.id));
    const written = rows.map(({ id }, index) => ({
      ...{ entity, recordId: id, action: 'create' as const, at: new Date() },
      ...(writers[index % writers.length] ?? { subject: secret }),
    }));
    await db.insert(portalWrites).values(written);
  }
}

const parameter = z.object({
  name: z.string(),
  in: z.enum(['query', 'path', 'header']),
  schema: z.object({ enum: z.array(z.string()).optional(), pattern: z.string().optional() }),
  description: z.string().optional(),
});
const described = z.object({
  paths: z.record(z.string(), z.object({ get: z.object({ parameters: z.array(parameter).default([]) }).optional() })),
});
type Parameter = z.infer<typeof parameter>;

/** Ids of all tables begin at 1. */
const idsUpTo = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1));
/** No table that filters and addresses name has more rows, but for that of attachments. */
const allIds = idsUpTo(12);
const idsFor = (path: string): readonly string[] => (path.startsWith('/attachments') ? idsUpTo(50) : allIds);

/** What a parameter can be asked with, as far as it may lead anywhere. */
function valuesOf({ name, schema, description = '' }: Parameter): readonly string[] {
  if (name === 'limit' || name === 'after') return [];
  if (schema.enum !== undefined) return schema.enum;
  if (name === 'include') return [/Any of (.*), separated/.exec(description)?.[1]?.replaceAll(', ', ',') ?? ''];
  if (name === 'productiveId') return ['149808', '7'];
  return name === 'dueUntil' ? ['2100-01-01'] : allIds;
}

describe('a client of one company', () => {
  let database: OpenDatabase;
  let api: ApiUnderTest;
  let paths: readonly (readonly [string, readonly Parameter[]])[];
  let visibleTask: number;
  let writtenTask: number;

  beforeAll(async () => {
    database = await openInMemory();
    const { db } = database;
    const acme = await company(db, '149808', ours);
    const other = await company(db, '7', secret);
    const privateParent = await task(db, acme, { private: true }, secret);
    // Who works for the client is not of its company: of him it may know the name, of his company nothing.
    const house = { productiveId: '8', name: secret, companyCode: secret };
    const houseId = idOf(await db.insert(portalCompanies).values(house).returning());
    const staff = { firstName: 'Of the house', email: `${secret}-STAFF@example.com`, companyId: houseId };
    const assigneeId = idOf(await db.insert(portalPeople).values(staff).returning());
    visibleTask = await task(db, acme, { parentTaskId: privateParent, assigneeId });
    writtenTask = await task(db, acme, {});
    const writers = writersOf(acme, other);
    for (const _ of writers) await talk(db, { ...acme, taskId: writtenTask }, ours, { hidden: false, draft: false });
    await writtenThroughThePortal(db, writers);
    await task(db, acme, { private: null }, secret);
    await task(db, acme, { deletedAt: new Date() }, secret);
    await task(db, { ...acme, creatorId: other.creatorId }, { private: true }, secret);
    await task(db, other, {});
    const lastTask = await task(db, other, { parentTaskId: visibleTask });
    expect(allIds).toContain(String(lastTask));
    api = await startTestPortal(database);
    const { body } = await askPortal(api, await adminToken(), '/openapi.json');
    paths = Object.entries(described.parse(body).paths).flatMap(([path, { get }]) =>
      get === undefined ? [] : [[path.replace('/portal/v1', ''), get.parameters] as const],
    );
  }, 600_000);
  afterAll(async () => {
    await api.stop();
    await database.close();
  });

  const read = async (token: string, path: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${api.url}/portal/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, text: await answer.text() };
  };

  /** Every address that can be read, with every id and every value of every filter. */
  function everyAddress(): readonly string[] {
    return paths.flatMap(([path, parameters]) => {
      const addresses = path.includes('{id}') ? idsFor(path).map((id) => path.replace('{id}', id)) : [path];
      const queries = parameters
        .filter((one) => one.in === 'query')
        .flatMap((one) => valuesOf(one).map((value) => `?${one.name}=${encodeURIComponent(value)}`));
      const wanted = path.includes('{id}') ? queries.filter((query) => query.startsWith('?include')) : queries;
      return addresses.flatMap((address) => [address, ...wanted.map((query) => `${address}${query}`)]);
    });
  }

  test('reads nothing that is not for it, whatever address, id, filter or include it asks with', async () => {
    const [token, others] = [await clientToken('149808'), await clientToken('7')];
    const leaks: string[] = [];
    const refused: string[] = [];
    const addresses = everyAddress();
    expect(addresses.length).toBeGreaterThan(300);
    for (const address of addresses) {
      // Statements are built once: nothing of whoever was the first may stay in them.
      await read(others, address);
      const { status, text } = await read(token, address);
      if (text.includes(secret)) leaks.push(address);
      if (![200, 403, 404].includes(status) && !address.endsWith('/content')) refused.push(`${status} ${address}`);
    }
    expect({ leaks, refused }).toEqual({ leaks: [], refused: [] });
  }, 600_000);

  test('reads what is for it, and an admin reads the rest', async () => {
    const [client, admin] = [await clientToken('149808'), await adminToken()];
    for (const path of [
      '/companies',
      '/projects',
      '/people',
      '/tasks',
      '/task-lists',
      '/documents',
      '/service-overviews',
    ]) {
      expect([path, (await read(client, path)).text.includes(ours)]).toEqual([path, true]);
      expect([path, (await read(admin, path)).text.includes(secret)]).toEqual([path, true]);
    }
    const whole = `/tasks/${visibleTask}?include=comments,attachments,activities,people`;
    expect((await read(admin, whole)).text).toContain(secret);
    expect(JSON.parse((await read(client, whole)).text)).toMatchObject({
      task: { title: ours, parentTaskId: null, writtenBy: { subject: null, name: 'Of the house' } },
      comments: { comments: [{ body: ours }] },
      attachments: { attachments: [{ name: ours }, { name: ours }] },
      activities: { activities: [{ changeset: [{ title: [null, ours] }] }, { changeset: [{ title: [null, ours] }] }] },
      included: {
        people: [
          { firstName: ours, email: `${ours}@example.com` },
          { firstName: 'Of the house', email: null },
        ],
      },
    });
  });

  test('learns of other writers who they are by name, if they are of the house, and of its own everything', async () => {
    const { text } = await read(await clientToken('149808'), `/tasks/${writtenTask}/comments?sort=-createdAt`);
    const answer = z.object({ comments: z.array(z.object({ writtenBy: z.json() })) }).parse(JSON.parse(text));
    const nobody = { subject: null, personId: null, name: null };
    // The newest first, and the one that came with the task last.
    expect(answer.comments.map(({ writtenBy }) => writtenBy)).toMatchObject([
      { kind: 'client', subject: `${ours}@example.com`, name: `${ours} ${ours}` },
      { kind: 'admin', subject: null, name: 'Of the house' },
      { ...nobody, kind: 'client' },
      { ...nobody, kind: 'client' },
      { ...nobody, kind: null },
      { ...nobody, kind: 'admin' },
      expect.anything(),
    ]);
  });

  test('does not learn which of its tasks stand below one that it may not see', async () => {
    const below = '/tasks?parentTaskId=1';
    expect(JSON.parse((await read(await adminToken(), below)).text)).toMatchObject({ tasks: [{ title: ours }] });
    expect(JSON.parse((await read(await clientToken('149808'), below)).text)).toMatchObject({ tasks: [] });
  });

  test('is told the same of a record of others as of one that does not exist', async () => {
    const token = await clientToken('149808');
    const hidden = await askPortal(api, token, '/tasks/1');
    const missing = await askPortal(api, token, '/tasks/999');
    expect(JSON.stringify(hidden).replace('task 1', 'task 999')).toBe(JSON.stringify(missing));
  });
});
