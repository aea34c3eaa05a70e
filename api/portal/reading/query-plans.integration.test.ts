import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type ApiUnderTest } from '../../../test/support/api.ts';
import { databasesUnderTest } from '../../../test/support/databases.ts';
import { hear, type Heard, scannedIn, type Statement } from '../../../test/support/heard-database.ts';
import { adminToken, askPortal, clientToken, startTestPortal } from '../../../test/support/portal.ts';
import { fullVolumes, largest, populatePortal } from '../../../test/support/portal-population.ts';

/** Tables that are long, or become so. */
const longTables = new Set(['portal_tasks', 'portal_comments', 'portal_attachments', 'portal_activities', 'links']);

const page = z.object({ next: z.string().nullable().optional() });

describe.each(databasesUnderTest())('with all tasks of the organization on $name', (kind) => {
  const statements: Statement[] = [];
  let heard: Heard;
  let api: ApiUnderTest;

  beforeAll(async () => {
    heard = await hear(kind, { logQuery: (text, params) => statements.push({ text, params }) });
    await populatePortal(heard.opened.db, fullVolumes);
    api = await startTestPortal(heard.opened);
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

  test('a page costs the same few statements however many rows it has', async () => {
    const count = async (limit: number): Promise<number> => {
      statements.length = 0;
      await askPortal(api, await adminToken(), `/tasks?limit=${limit}&${everyone}`);
      return statements.length;
    };
    expect(await count(200)).toBe(await count(5));
  });
});
