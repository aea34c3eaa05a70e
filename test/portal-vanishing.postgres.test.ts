import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { and, eq } from 'drizzle-orm';
import { links } from '../store/schema.ts';
import { openPortalRoom, type PortalRoom } from './support/portal-room.ts';

const testWithinMs = 600_000;

describe('what disappears, comes back or is not there yet', () => {
  let room: PortalRoom;
  beforeAll(async () => {
    room = await openPortalRoom();
  }, testWithinMs);
  afterEach(() => {
    room.productive.faults.clear();
    room.productive.unknowns.restoreIsTold = false;
  });
  afterAll(() => room.stop());

  const deliver = async () => {
    while (room.productive.webhooks.pending() > 0) await room.productive.webhooks.deliver();
  };
  const stoppedPairs = async () => {
    const { pairs } = (await room.api('GET', '/status')).body as { pairs: { name: string; paused: unknown }[] };
    return pairs.filter(({ paused }) => paused !== null).map((pair) => pair.name);
  };

  test.each([
    ['is told of', true],
    ['nobody is told of', false],
  ])(
    'a task whose restoration %s is the same row in the portal again',
    async (title, isTold) => {
      const { productive } = room;
      const { id, rowId } = await room.syncedTask(`Zurück: ${title}`);
      productive.remove('tasks', id);
      await deliver();
      await room.comesTo('it is gone', async () => (await room.rowOf('tasks', id)) === undefined);
      await room.quiet();
      expect(await room.manager.ask('GET', `/tasks/${rowId}`)).toMatchObject({ status: 404 });

      productive.unknowns.restoreIsTold = isTold;
      productive.recover('tasks', id);
      productive.silentUpdate('tasks', id, { title: 'Wieder da' });
      expect(productive.webhooks.pending() > 0).toBe(isTold);
      if (isTold) await deliver();
      else await room.importAll();
      await room.comesTo('it is back', async () => (await room.rowOf('tasks', id)) !== undefined);
      await room.quiet();
      expect(await room.rowOf('tasks', id)).toMatchObject({ id: Number(rowId), title: 'Wieder da' });
      expect(await room.manager.ask('GET', `/tasks/${rowId}`)).toMatchObject({ status: 200 });
    },
    testWithinMs,
  );

  test(
    'a task of a project that nobody has told of brings the project, and waits for it',
    async () => {
      const { productive } = room;
      const project = { name: 'Unbekannt', project_type_id: 2, company_id: room.companyId, workflow_id: '7001' };
      const projectId = productive.create('projects', {
        ...project,
        project_manager_id: productive.persons.anna,
      }).id;
      const listId = productive.create('task_lists', { name: 'Auch unbekannt', project_id: projectId }).id;
      productive.webhooks.clear();
      const fault = { kind: 'status', status: 500 } as const;
      const repair = productive.faults.add({ method: 'GET', path: `/projects/${projectId}`, fault, times: 1_000 });

      const id = productive.create('tasks', { title: 'Wartet', project_id: projectId, task_list_id: listId }).id;
      await deliver();
      const link = and(eq(links.pair, 'tasks'), eq(links.masterId, id));
      const failure = async () => (await room.db.select().from(links).where(link))[0]?.failure;
      await room.comesTo('the task waits', async () => (await failure())?.code === 'waits_for');
      expect((await failure())?.message).toMatch(new RegExp(`^Waits for projects ${projectId}`));
      expect(await room.taskRow(id)).toBeUndefined();

      repair();
      await room.comesTo('the task is there', async () => (await room.taskRow(id)) !== undefined);
      await room.quiet();
      expect(await room.differences('projects', 'task_lists', 'tasks')).toEqual([]);
      expect(await stoppedPairs()).toEqual([]);
    },
    testWithinMs,
  );

  test(
    'of two people who are merged one is parked, and all that was theirs belongs to the other',
    async () => {
      const { productive } = room;
      const person = { hrm_type_id: 2, company_id: room.companyId };
      const kept = productive.create('people', { first_name: 'Toni', last_name: 'Kehr', ...person }).id;
      const vanishing = productive.create('people', { first_name: 'T.', last_name: 'Kehr', ...person }).id;
      const id = room.addTask('Gehört Toni', { assignee_id: vanishing });
      await deliver();
      await room.comesTo('the task is there', async () => (await room.taskRow(id))?.assigneeId != null);
      await room.quiet();
      const before = (await room.taskRow(id))?.assigneeId;

      productive.mergePeople(kept, vanishing);
      await room.importAll();
      const keptRow = (await room.rowOf('people', kept))?.['id'];
      await room.comesTo('the task belongs to the other', async () => (await room.taskRow(id))?.assigneeId === keptRow);
      await room.quiet();
      expect(keptRow).not.toBe(before);
      expect(await room.differences('tasks')).toEqual([]);
      const [link] = await room.db.select().from(links).where(eq(links.masterId, vanishing));
      expect([link?.state, link?.failure?.message]).toEqual(['parked', expect.stringMatching(/recycle bin|bin/)]);
      expect(await stoppedPairs()).toEqual([]);
    },
    testWithinMs,
  );

  test(
    'a change to a task that Productive has deleted meanwhile ends with the row, and the ledger has what was written',
    async () => {
      const { productive, manager } = room;
      const { id, rowId } = await room.syncedTask('Gelöscht, während jemand schreibt');
      productive.remove('tasks', id);
      productive.webhooks.clear();
      expect(await manager.patch(`/tasks/${rowId}`, { title: 'Zu spät' })).toMatchObject({ status: 202 });
      await room.comesTo('the row is gone', async () => (await room.rowOf('tasks', id)) === undefined);
      await room.quiet();
      expect(await manager.ask('GET', `/tasks/${rowId}`)).toMatchObject({ status: 404 });
      const { body } = await room.api('GET', `/pairs/tasks/records/${id}/history`);
      expect(JSON.stringify(body)).toContain('Zu spät');
    },
    testWithinMs,
  );

  test(
    'a task for a project that is gone in Productive is shown as failed with the reason, and can be discarded',
    async () => {
      const { productive, manager } = room;
      const project = { name: 'Bald weg', project_type_id: 2, company_id: room.companyId, workflow_id: '7001' };
      const projectId = productive.create('projects', {
        ...project,
        project_manager_id: productive.persons.anna,
      }).id;
      const listId = productive.create('task_lists', { name: 'Bald weg', project_id: projectId }).id;
      await deliver();
      await room.look('task_lists', listId);
      await room.comesTo('the list is there', async () => (await room.rowOf('task_lists', listId)) !== undefined);
      const [projectRow, listRow] = [await room.rowOf('projects', projectId), await room.rowOf('task_lists', listId)];
      productive.remove('projects', projectId);
      productive.webhooks.clear();

      const sent = { title: 'Ins Leere', projectId: String(projectRow?.['id']), taskListId: String(listRow?.['id']) };
      const made = await manager.post('/tasks', sent);
      expect(made.status).toBe(201);
      const { id } = made.body as { id: string };
      const failed = async () => {
        const { body } = await manager.ask('GET', '/sync/unconfirmed?state=failed');
        return (body as { records: { id: string; reason: string | null }[] }).records.find((one) => one.id === id);
      };
      await room.comesTo('it has failed', async () => (await failed()) !== undefined);
      expect((await failed())?.reason).toMatch(/\w/);
      expect(await manager.ask('POST', `/tasks/${id}/discard`)).toMatchObject({ status: 202 });
      await room.comesTo('it is gone', async () => (await manager.ask('GET', `/tasks/${id}`)).status === 404);
      expect(productive.records('tasks').some(({ title }) => title === 'Ins Leere')).toBe(false);
    },
    testWithinMs,
  );
});
