import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { portalComments } from '../store/portal/work-tables.ts';
import { openPortalRoom, type PortalRoom } from './support/portal-room.ts';

const testWithinMs = 600_000;

describe('everything that happens, without a single webhook', () => {
  let room: PortalRoom;
  beforeAll(async () => {
    room = await openPortalRoom({
      webhooks: false,
      simulator: { unknowns: { commentsShowUpdatedAt: true } },
      environment: { CATCH_UP_EVERY: '2s', PRODUCTIVE_CATCH_UP_EVERY: '3s' },
    });
    await room.comesTo('every feed was read', async () => {
      const { feeds } = (await room.api('GET', '/status')).body as { feeds: { caughtUpAt: string | null }[] };
      return feeds.length > 0 && feeds.every(({ caughtUpAt }) => caughtUpAt !== null);
    });
  }, testWithinMs);
  afterAll(() => room.stop());

  test(
    'of many changes in a moment not only the last one is known: every activity is there, and every task',
    async () => {
      const { productive } = room;
      const ids = Array.from({ length: 5 }, (_, n) => room.addTask(`Viel los ${n}`));
      for (let round = 1; round <= 9; round += 1) {
        for (const id of ids) productive.update('tasks', id, { title: `Viel los, Runde ${round}` });
      }
      expect(await room.differences('tasks', 'activities')).toEqual([]);
      expect(productive.records('activities').length).toBeGreaterThan(50);
    },
    testWithinMs,
  );

  test(
    'what happens while Productive does not answer is there after it does',
    async () => {
      const { productive } = room;
      const down = { kind: 'status', status: 503 } as const;
      const repair = productive.faults.add({ fault: down, times: 100_000 });
      const mark = productive.requests.mark();
      await room.comesTo('Productive was asked in vain', () => productive.requests.since(mark).length > 2);
      for (let n = 0; n < 25; n += 1) room.addTask(`Während des Ausfalls ${n}`);
      repair();
      expect(await room.differences('tasks', 'activities')).toEqual([]);
    },
    testWithinMs,
  );

  test(
    'a comment that is changed and one that is deleted are so in the portal',
    async () => {
      const { productive } = room;
      const taskId = room.addTask('Besprochen');
      const say = (body: string) =>
        productive.create('comments', { body, task_id: taskId, commentable_type: 'task' }).id;
      const [kept, deleted] = [say('<p>Bleibt</p>'), say('<p>Geht</p>')];
      expect(await room.differences('comments')).toEqual([]);
      productive.update('comments', kept, { body: '<p>Bleibt, aber anders</p>' });
      productive.remove('comments', deleted);
      expect(await room.differences('comments')).toEqual([]);
      const bodies = await room.db.select({ body: portalComments.body }).from(portalComments);
      expect(bodies.map(({ body }) => body)).toContain('<p>Bleibt, aber anders</p>');
    },
    testWithinMs,
  );

  test(
    'a file that nobody was told of is listed, and read through the portal, without a way to Productive in any answer',
    async () => {
      const { productive, manager } = room;
      const taskId = room.addTask('Mit Datei');
      const body = Buffer.from('Was im Angebot steht');
      const { id } = productive.attach({ name: 'Angebot.txt', contentType: 'text/plain', body }, { taskId });
      await room.comesTo('it is in the portal', async () => (await room.rowOf('attachments', id)) !== undefined);
      expect(await room.differences('attachments')).toEqual([]);
      const row = await room.rowOf('attachments', id);
      const file = await manager.file(`/attachments/${String(row?.['id'])}/content`);
      expect([file.status, await file.text()]).toEqual([200, body.toString()]);
      const rowId = String((await room.taskRow(taskId))?.id);
      const page = await manager.ask('GET', `/tasks/${rowId}?include=attachments,activities`);
      expect(page.status).toBe(200);
      const shown = JSON.stringify([page.body, Object.fromEntries(file.headers)]);
      expect(shown).toContain('Angebot.txt');
      expect(shown).not.toContain(productive.token);
      expect(shown).not.toContain(new URL(productive.url).host);
    },
    testWithinMs,
  );
});
