import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../../store/database.ts';
import { type ApiUnderTest } from '../../../test/support/api.ts';
import { databasesUnderTest } from '../../../test/support/databases.ts';
import { hear, type Heard, scannedIn, type Statement } from '../../../test/support/heard-database.ts';
import { adminToken, askPortal, clientToken, startTestPortal } from '../../../test/support/portal.ts';
import { fullVolumes, largest, populatePortal } from '../../../test/support/portal-population.ts';

/** Tables that are long, or become so. */
const longTables = new Set(['portal_tasks', 'portal_comments', 'portal_attachments', 'portal_activities', 'links']);

/** Thousands of writes long ago, and a few that are on their way, were refused, or wait. */
async function writtenByUsers(db: Database): Promise<void> {
  await db.execute(sql`insert into portal_writes (entity, record_id, subject, action, at)
    select 'tasks', i, 'u', 'update', now() - interval '1 day' from generate_series(1, 5000) i`);
  await db.execute(sql`insert into portal_comments (body, hidden, draft, task_id) values ('x', false, false, 100)`);
  await db.execute(sql`insert into portal_attachments (name, task_id) values ('x', 100)`);
  await db.execute(sql`insert into hints (pair, side, record_id, seq, trigger, received_at, due_at)
    select 'tasks', 'replica', i::text, i, 'webhook', now(), now() from generate_series(1, 300) i`);
  await db.execute(sql`update links set state = 'parked' where pair = 'tasks' and replica_id::int between 400 and 450`);
  const waitsFor = { pair: 'projects', side: 'master', id: '4711', why: 'unlinked' };
  const project = { kind: 'waiting', side: 'master', since: '2026-11-01T10:00:00Z', waitsFor };
  await db.execute(sql`update links set field_notes = ${JSON.stringify({ project })}::jsonb
    where pair = 'tasks' and replica_id::int between 500 and 550`);
  await db.execute(sql`analyze`);
}

const page = z.object({ next: z.string().nullable().optional() });

describe.each(databasesUnderTest())('with all tasks of the organization on $name', (kind) => {
  const statements: Statement[] = [];
  const clock = { ms: 0 };
  let heard: Heard;
  let api: ApiUnderTest;

  beforeAll(async () => {
    heard = await hear(kind, { logQuery: (text, params) => statements.push({ text, params }) });
    await populatePortal(heard.opened.db, fullVolumes);
    await writtenByUsers(heard.opened.db);
    api = await startTestPortal(heard.opened, { nowMs: () => clock.ms });
  }, 600_000);
  afterAll(async () => {
    await api.stop();
    await heard.opened.close();
  });

  const everyone = 'include=people,projects,taskLists,workflowStatuses';
  test.each([
    ['admin', '/tasks'],
    ['admin', `/tasks?limit=200&${everyone},companies`],
    ['admin', '/tasks?status=open&sort=dueDate'],
    ['admin', '/tasks?sort=createdAt'],
    ['admin', '/tasks?assigneeId=7&status=open'],
    ['admin', '/tasks?companyId=1&status=open'],
    ['admin', '/tasks?projectId=1&sort=-dueDate'],
    ['admin', '/tasks?taskListId=9'],
    ['admin', '/tasks?creatorId=7'],
    ['admin', '/tasks?productiveId=900100'],
    ['admin', '/tasks?syncState=failed'],
    ['admin', '/projects?limit=200&include=people,companies'],
    ['admin', '/projects/1'],
    ['admin', '/people?companyId=1'],
    ['admin', '/tasks/100?include=comments,attachments,activities,people'],
    ['admin', '/sync/unconfirmed'],
    ['admin', '/sync/unconfirmed?state=failed&olderThanSeconds=60'],
    ['client', '/projects?include=people'],
    ['client', '/projects/1'],
    ['client', `/tasks?${everyone}`],
    ['client', '/tasks?projectId=1&status=open&limit=200'],
    ['client', '/tasks?assigneeId=7&sort=dueDate'],
    ['client', '/tasks/100?include=comments,attachments,activities,people'],
    ['client', '/tasks/100/comments'],
    ['client', '/people'],
    ['client', '/task-lists?projectId=1'],
  ])('no long table is read from one end to the other for an %s that asks for %s', async (role, path) => {
    const token = role === 'admin' ? await adminToken() : await clientToken(largest.companyId);
    const asked: { path: string; scanned: readonly string[]; text: string }[] = [];
    // The second page too: it begins in the middle of an order.
    for (let address: string | null = path; address !== null && asked.length < 20;) {
      statements.length = 0;
      const { status, body } = await askPortal(api, token, address);
      expect({ address, status }).toEqual({ address, status: 200 });
      for (const statement of statements.splice(0)) {
        const scanned = scannedIn(await heard.explain(statement)).filter((table) => longTables.has(table));
        asked.push({ path: address, scanned, text: statement.text.slice(0, 2_000) });
      }
      const { next = null } = page.parse(body);
      address = next === null ? null : `${path}${path.includes('?') ? '&' : '?'}after=${next}`;
    }
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(({ scanned }) => scanned.length > 0)).toEqual([]);
  });

  test.each([
    ['admin', '/tasks?limit=200', 1],
    ['client', '/tasks?projectId=1&limit=200', 1],
    ['client', `/tasks/100?include=comments,attachments`, 3],
  ] as const)('who wrote what is looked up in its index for an %s that asks for %s', async (role, path, kinds) => {
    statements.length = 0;
    const { status } = await askPortal(
      api,
      role === 'admin' ? await adminToken() : await clientToken(largest.companyId),
      path,
    );
    expect(status).toBe(200);
    const asked = statements.splice(0).filter(({ text }) => text.includes('portal_writes'));
    expect(asked).toHaveLength(kinds);
    for (const statement of asked) expect(scannedIn(await heard.explain(statement))).not.toContain('portal_writes');
  });

  test.each([
    ['client', `/projects?include=people`, 4, 2],
    ['client', '/projects/1', 3, 1],
    ['client', '/tasks?projectId=1&status=open&include=people', 4, 2],
    ['client', '/tasks/100?include=people,comments,attachments,activities', 7, 5],
    ['admin', '/projects?limit=200&include=people,companies', 4, 3],
    ['admin', '/tasks?limit=200&include=people', 3, 2],
    ['admin', '/tasks/100?include=people,comments,attachments,activities', 6, 5],
  ] as const)(
    'an %s who opens %s costs %i statements, and %i again within a second',
    async (role, path, first, again) => {
      const token = role === 'admin' ? await adminToken() : await clientToken(largest.companyId);
      const cost = async (): Promise<number> => {
        statements.length = 0;
        expect(await askPortal(api, token, path)).toMatchObject({ status: 200 });
        return statements.length;
      };
      clock.ms += 1_000;
      expect(await cost()).toBe(first);
      clock.ms += 999;
      expect(await cost()).toBe(again);
      clock.ms += 1;
      expect(await cost()).toBe(first);
    },
  );

  test('a page costs the same few statements however many rows it has', async () => {
    const count = async (limit: number): Promise<number> => {
      statements.length = 0;
      clock.ms += 1_000;
      await askPortal(api, await adminToken(), `/tasks?limit=${limit}&${everyone}`);
      return statements.length;
    };
    expect(await count(200)).toBe(await count(5));
  });
});
