import { describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { portalAttachments, portalComments, portalTaskLists, portalTasks } from '../../../store/portal/work-tables.ts';
import { hints, ledger, links, type StoredFailure } from '../../../store/schema.ts';
import { officeUnderTest, refused, writerIn } from '../../../test/support/portal-office.ts';
import { plannedCreation } from '../../../test/support/store.ts';

const house = officeUnderTest();

const client = () => writerIn(house.api, house.office.client);
const colleague = () => writerIn(house.api, house.office.colleague);
const admin = () => writerIn(house.api, house.office.admin);
const idIn = ({ body }: { readonly body: unknown }) => (body as { id: string }).id;
const inbox = () => house.db.select().from(hints).orderBy(hints.pair, hints.recordId);
const taskRow = async (id: string) => {
  const [row] = await house.db
    .select()
    .from(portalTasks)
    .where(eq(portalTasks.id, Number(id)));
  return row!;
};

/** What a pass leaves behind that Productive has refused. */
async function refuse(pair: string, replicaId: string, values: Partial<typeof links.$inferInsert> = {}) {
  const message = 'Productive refused it: Title is too long';
  const at = new Date().toISOString();
  const failure: StoredFailure = { code: 'rejected', system: 'Productive', message, seen: {}, at };
  await house.db.delete(hints);
  const [link] = await house.db
    .insert(links)
    .values({ pair, replicaId, state: 'parked', failure, ...values })
    .returning();
  return link!;
}

describe('a change that Productive has refused', () => {
  const agreed = async () => {
    const list = { pair: 'task_lists', masterId: 'p-list', replicaId: house.office.taskList };
    const [couple] = await house.db.insert(links).values(list).returning();
    return {
      ...{
        title: 'Task',
        description: null,
        startDate: null,
        dueDate: '2026-01-01',
        initialEstimate: 60,
        closed: false,
      },
      ...{ taskListId: String(couple!.id), assigneeId: `unlinked:people:replica:${house.office.person}` },
    };
  };

  test('is told with its reason, and discarding it brings back what was agreed on', async () => {
    const [other] = await house.db
      .insert(portalTaskLists)
      .values({ name: 'Other', projectId: Number(house.office.project) })
      .returning();
    const path = `/tasks/${house.office.task}`;
    await client().patch(path, { title: 'Too long', taskListId: String(other!.id), closed: true, assigneeId: null });
    await refuse('tasks', house.office.task, { masterId: 'p1', baseReplica: await agreed() });
    const listed = await admin().ask('GET', '/sync/unconfirmed?state=failed');
    expect(listed.body).toMatchObject({
      records: [{ entity: 'tasks', id: house.office.task, syncState: 'failed', code: 'rejected', reason: /Title/ }].map(
        (one) => ({ ...one, reason: expect.stringMatching(one.reason) }),
      ),
    });
    const answer = await client().ask('POST', `${path}/discard`);
    expect(answer).toMatchObject({
      status: 202,
      body: { outcome: 'put_back', record: { id: house.office.task, syncState: 'pending', sentFrom: null } },
    });
    expect(await taskRow(house.office.task)).toMatchObject({
      ...{ title: 'Task', dueDate: '2026-01-01', initialEstimate: 60, closed: false, deletedAt: null },
      ...{ taskListId: Number(house.office.taskList), assigneeId: Number(house.office.person) },
    });
    expect(await inbox()).toMatchObject([
      { pair: 'tasks', recordId: house.office.task, trigger: 'person', side: 'replica' },
    ]);
  });

  test('is tried again at once when its author asks, or corrects it', async () => {
    const path = `/tasks/${house.office.task}`;
    await client().patch(path, { title: 'Too long' });
    await refuse('tasks', house.office.task, { masterId: 'p1' });
    expect(await client().ask('POST', `${path}/retry`)).toMatchObject({ status: 202, body: { syncState: 'pending' } });
    expect(await inbox()).toMatchObject([{ trigger: 'person', heldUntil: null }]);
    await house.db.delete(hints);
    expect(await client().patch(path, { title: 'Short' })).toMatchObject({
      status: 202,
      body: { syncState: 'pending' },
    });
  });

  test('is nobody else’s matter', async () => {
    const path = `/tasks/${house.office.task}`;
    await client().patch(path, { title: 'Too long' });
    await refuse('tasks', house.office.task, { masterId: 'p1' });
    for (const what of ['discard', 'retry']) {
      expect(await colleague().ask('POST', `${path}/${what}`)).toMatchObject(refused(403, 'not_the_author', /wrote/));
      const stranger = writerIn(house.api, house.office.stranger);
      expect(await stranger.ask('POST', `${path}/${what}`)).toMatchObject(refused(404, 'unknown_task', /no task/));
    }
    expect(await taskRow(house.office.task)).toMatchObject({ title: 'Too long' });
    expect(await admin().ask('POST', `${path}/discard`)).toMatchObject({ status: 202 });
  });

  test('can not be taken back while it is being sent', async () => {
    const leaseUntil = new Date(Date.now() + 60_000);
    await refuse('tasks', house.office.task, { masterId: 'p1', leaseOwner: 'w', leaseToken: 't', leaseUntil });
    expect(await admin().ask('POST', `/tasks/${house.office.task}/discard`)).toMatchObject(
      refused(409, 'busy', /minute/),
    );
  });
});

describe('a creation that Productive has refused', () => {
  test('is gone when it is discarded, with everything that was made under it', async () => {
    const made = { title: 'New', projectId: house.office.project, taskListId: house.office.taskList };
    const task = idIn(await client().post('/tasks', made));
    const comment = idIn(await client().post(`/tasks/${task}/comments`, { body: 'x' }));
    const file = new FormData();
    file.set('file', new File(['x'], 'x.txt'));
    file.set('commentId', comment);
    const attachment = idIn(await client().form(`/tasks/${task}/attachments`, file));
    await refuse('tasks', task);
    expect(await client().ask('POST', `/tasks/${task}/discard`)).toMatchObject({
      status: 202,
      body: { outcome: 'removed', record: null },
    });
    expect((await taskRow(task)).deletedAt).not.toBeNull();
    const [said] = await house.db
      .select()
      .from(portalComments)
      .where(eq(portalComments.id, Number(comment)));
    const [sent] = await house.db.select().from(portalAttachments);
    expect([said?.deletedAt, sent?.deletedAt]).not.toContain(null);
    expect((await inbox()).map(({ pair, recordId }) => `${pair} ${recordId}`)).toEqual([
      `attachments ${attachment}`,
      `comments ${comment}`,
      `tasks ${task}`,
    ]);
    expect((await client().file(`/attachments/${attachment}/content`)).status).toBe(404);
    expect(await client().ask('POST', `/tasks/${task}/retry`)).toMatchObject({ status: 404 });
  });

  test('of which Productive may have something is not thrown away', async () => {
    const made = { title: 'New', projectId: house.office.project, taskListId: house.office.taskList };
    const task = idIn(await client().post('/tasks', made));
    const link = await refuse('tasks', task);
    await house.db
      .insert(ledger)
      .values({ ...plannedCreation('k', { side: 'master' }), linkId: link.id, pair: 'tasks' });
    expect(await client().ask('POST', `/tasks/${task}/discard`)).toMatchObject(
      refused(409, 'maybe_created', /retry finds out/),
    );
    expect((await taskRow(task)).deletedAt).toBeNull();
  });
});

test('what was not refused is not taken back', async () => {
  const path = `/tasks/${house.office.task}`;
  await client().patch(path, { title: 'Fine' });
  expect(await client().ask('POST', `${path}/discard`)).toMatchObject(refused(409, 'not_failed', /nothing/));
  expect(await taskRow(house.office.task)).toMatchObject({ title: 'Fine' });
  expect(await client().ask('POST', '/projects/1/discard')).toMatchObject({ status: 400 });
});

test('what is in Productive as it is here is not sent again', async () => {
  const { version } = await taskRow(house.office.task);
  const couple = { pair: 'tasks', masterId: 'p1', replicaId: house.office.task, state: 'linked' as const };
  await house.db.insert(links).values({ ...couple, versionReplica: String(version), syncedAt: new Date() });
  expect(await admin().ask('POST', `/tasks/${house.office.task}/retry`)).toMatchObject(
    refused(409, 'not_failed', /as it is/),
  );
});

describe('what Productive does not have any more and was kept here', () => {
  const kept = async () => {
    const { version } = await taskRow(house.office.task);
    const couple = { pair: 'tasks', masterId: 'p1', replicaId: house.office.task, gone: 'master' as const };
    await house.db
      .insert(links)
      .values({ ...couple, state: 'unlinked', versionReplica: String(version), syncedAt: new Date() });
  };
  const listed = async () =>
    ((await admin().ask('GET', '/sync/unconfirmed')).body as { records: { id: string }[] }).records.filter(
      ({ id }) => id === house.office.task,
    );

  test('takes nothing that would never be sent, and says why', async () => {
    await kept();
    const before = await taskRow(house.office.task);
    const path = `/tasks/${house.office.task}`;
    const file = new FormData();
    file.set('file', new File(['x'], 'x.txt'));
    for (const answer of [
      await client().patch(path, { title: 'Lost' }),
      await client().post(`${path}/comments`, { body: 'x' }),
      await client().form(`${path}/attachments`, file),
      await admin().ask('POST', `${path}/retry`),
      await admin().ask('POST', `${path}/discard`),
    ]) {
      expect(answer).toMatchObject(refused(409, 'not_in_productive', /does not have this task any more/));
    }
    expect(await taskRow(house.office.task)).toEqual(before);
    expect(await inbox()).toEqual([]);
  });

  test('is unconfirmed only if there is something in it that Productive never had', async () => {
    await kept();
    expect(await listed()).toEqual([]);
    await house.db.update(links).set({ versionReplica: '1' });
    expect(await listed()).toMatchObject([
      { syncState: 'failed', reason: expect.stringMatching(/does not have it any more/) as unknown },
    ]);
  });
});

describe('what is unconfirmed', () => {
  const unconfirmed = async (query = '') =>
    (await admin().ask('GET', `/sync/unconfirmed${query}`)).body as { records: Record<string, unknown>[] };
  const linkedAsItIs = async () => {
    for (const [pair, table] of [
      ['tasks', portalTasks],
      ['comments', portalComments],
    ] as const) {
      for (const row of await house.db.select().from(table)) {
        const couple = { pair, masterId: `p${row.id}`, replicaId: String(row.id), state: 'linked' as const };
        await house.db.insert(links).values({ ...couple, versionReplica: String(row.version), syncedAt: new Date() });
      }
    }
  };

  test('is whatever was written and has not come back, with its age, its author and who wrote it', async () => {
    await linkedAsItIs();
    expect(await unconfirmed()).toEqual({ records: [] });
    await client().patch(`/tasks/${house.office.task}`, { title: 'Changed' });
    const comment = idIn(await client().post(`/tasks/${house.office.task}/comments`, { body: 'x' }));
    const { records } = await unconfirmed();
    expect(records).toMatchObject([
      { entity: 'tasks', id: house.office.task, syncState: 'pending', subject: 'client-of-149808', reason: null },
      { entity: 'comments', id: comment, syncState: 'pending', lastSyncedAt: null },
    ]);
    expect(records.every(({ ageSeconds }) => typeof ageSeconds === 'number' && ageSeconds < 600)).toBe(true);
    expect(await unconfirmed('?olderThanSeconds=86400')).toEqual({ records: [] });
    expect(await unconfirmed('?state=failed')).toEqual({ records: [] });
    expect((await unconfirmed('?limit=1')).records).toHaveLength(1);
  });

  test('is also what lost its hint: a row that is not as it was agreed on', async () => {
    await linkedAsItIs();
    await client().patch(`/tasks/${house.office.task}`, { title: 'Changed' });
    await house.db.delete(hints);
    expect((await unconfirmed()).records).toMatchObject([
      { entity: 'tasks', id: house.office.task, syncState: 'pending' },
    ]);
  });

  test('is not what Productive has and only waits for more from there, but what it was not told of a field', async () => {
    await linkedAsItIs();
    const waitsOn = (side: 'master' | 'replica') => {
      const waitsFor = { pair: 'people', side, id: '4711', why: 'unlinked' } as const;
      return { fieldNotes: { assignee: { kind: 'waiting', side, since: '2024-07-01T10:00:00Z', waitsFor } as const } };
    };
    await house.db.update(links).set(waitsOn('master')).where(eq(links.replicaId, house.office.task));
    expect(await unconfirmed()).toEqual({ records: [] });
    await house.db.update(links).set(waitsOn('replica')).where(eq(links.replicaId, house.office.task));
    expect((await unconfirmed()).records).toMatchObject([
      { id: house.office.task, syncState: 'pending', reason: expect.stringMatching(/people/) as unknown },
    ]);
  });

  test('does not stumble over a look at what is no record', async () => {
    await linkedAsItIs();
    const at = new Date();
    const hint = { pair: 'tasks', side: 'replica', recordId: 'abc', seq: 1, trigger: 'person' } as const;
    await house.db.insert(hints).values({ ...hint, receivedAt: at, dueAt: at });
    expect(await unconfirmed()).toEqual({ records: [] });
  });

  test('is for admins', async () => {
    expect(await client().ask('GET', '/sync/unconfirmed')).toMatchObject(refused(403, 'admins_only', /admin/));
    expect(await admin().ask('GET', '/sync/unconfirmed?olderThanSeconds=-1')).toMatchObject({ status: 400 });
  });
});
