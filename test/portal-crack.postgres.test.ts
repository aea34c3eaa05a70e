import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { and, eq, sql } from 'drizzle-orm';
import { deliver } from '../simulators/productive/webhook-delivery.ts';
import { ledger, links } from '../store/schema.ts';
import { openPortalRoom, type PortalRoom } from './support/portal-room.ts';

const testWithinMs = 600_000;

/** A second connection looks into the database beside the service, which an embedded one does not allow. */
describe('webhooks of Productive when everything happens at once', () => {
  let room: PortalRoom;
  beforeAll(async () => {
    room = await openPortalRoom();
  }, testWithinMs);
  afterEach(() => {
    const { webhooks, faults } = room.productive;
    Object.assign(webhooks.misbehave, { drop: 0, repeat: 0, delayMs: 0, reorder: false });
    Object.assign(webhooks.settings, { maxRetries: 12, retryAfterMs: 14_400_000, failuresUntilOff: 3 });
    faults.clear();
  });
  afterAll(() => room.stop());

  const differences = () => room.differences('tasks', 'projects', 'task_lists');
  const deliverAll = async (): Promise<readonly number[]> => {
    const statuses: number[] = [];
    while (room.productive.webhooks.pending() > 0) {
      statuses.push(...(await room.productive.webhooks.deliver()).statuses);
    }
    return statuses;
  };

  /** Nothing can be put into the inbox meanwhile, as when somebody rebuilds its table. */
  async function whileInboxIsHeld<T>(work: () => Promise<T>): Promise<T> {
    return room.db.transaction(async (tx) => {
      await tx.execute(sql`lock table hints in access exclusive mode`);
      return work();
    });
  }

  /** All at once, as several of Productive's senders do. */
  const sendAtOnce = (ids: readonly string[]): Promise<readonly number[]> => {
    const { webhooks } = room.productive;
    const creation = webhooks.list().find(({ values }) => values['event_id'] === 1)!.values;
    const send = (id: string) => {
      const body = JSON.stringify({ event: 'create_task', item_type: 'task', item_id: Number(id) });
      const delivery = {
        ...{ url: String(creation['target_url']), signatureToken: String(creation['signature_token']), body },
        ...{ headers: {}, sentAt: Math.floor(Date.now() / 1_000), spaceInSignature: false },
      };
      return deliver(delivery, webhooks.settings.timeoutMs);
    };
    return Promise.all(ids.map(send));
  };

  test(
    'a server that is busy answers each of many deliveries before Productive gives up, with 200 or 503, and loses none',
    async () => {
      const ids = Array.from({ length: 30 }, (_, n) => room.addTask(`Auf einmal ${n}`));
      room.productive.webhooks.clear();
      const held = await whileInboxIsHeld(() => sendAtOnce(ids));
      expect(new Set(held)).toEqual(new Set([503]));
      const again = await sendAtOnce(ids);
      expect(again.every((status) => status === 200 || status === 503)).toBe(true);
      let left = ids.filter((_, n) => again[n] !== 200);
      while (left.length > 0) {
        const statuses = await sendAtOnce(left);
        left = left.filter((_, n) => statuses[n] !== 200);
      }
      await room.quiet();
      expect(await differences()).toEqual([]);
    },
    testWithinMs,
  );

  test(
    'what fails more often than Productive repeats it, and what nobody is told of after that, is there once the webhook is made anew',
    async () => {
      const { webhooks } = room.productive;
      Object.assign(webhooks.settings, { maxRetries: 2, retryAfterMs: 0, failuresUntilOff: 3 });
      const { id } = await room.syncedTask('Dreimal vergeblich');
      webhooks.clear();
      room.productive.update('tasks', id, { title: 'Dreimal vergeblich gemeldet' });
      const statuses = await whileInboxIsHeld(deliverAll);
      expect(statuses).toEqual([503, 503, 503]);
      const off = webhooks.list().filter(({ values }) => values['deactivated_at'] !== null);
      expect(off).toHaveLength(1);
      room.productive.update('tasks', id, { description: '<p>Davon erfährt niemand</p>' });
      expect(webhooks.pending()).toBe(0);

      await room.keepWebhooks();
      expect(webhooks.list().some((webhook) => webhook.id === off[0]!.id)).toBe(false);
      expect(await differences()).toEqual([]);
      room.productive.update('tasks', id, { title: 'Wieder gemeldet' });
      expect(await deliverAll()).toEqual([200]);
      await room.comesTo('the next one arrives', async () => (await room.taskRow(id))?.title === 'Wieder gemeldet');
      await room.quiet();
    },
    testWithinMs,
  );

  test(
    'what both sides change at about the same time is as Productive has it, whoever was first, and the ledger has the other value',
    async () => {
      const { productive, manager } = room;
      const theirs = { title: 'Aus Productive', description: '<p>Nur dort</p>' };
      const ours = { title: 'Aus dem Portal', dueDate: '2031-05-06' };
      const [first, second] = [await room.syncedTask('Erst dort'), await room.syncedTask('Erst hier')];
      productive.webhooks.clear();

      productive.update('tasks', first.id, theirs);
      expect(await manager.patch(`/tasks/${first.rowId}`, ours)).toMatchObject({ status: 202 });

      // The portal's change is on its way: Productive is asked, and answers after somebody has changed the task there.
      const path = `/tasks/${second.id}`;
      const mark = productive.requests.mark();
      productive.faults.add({ method: 'GET', path, fault: { kind: 'latency', delayMs: 3_000 } });
      expect(await manager.patch(`/tasks/${second.rowId}`, ours)).toMatchObject({ status: 202 });
      await room.comesTo('Productive is asked', () => productive.requests.count({ since: mark, path }) > 0);
      productive.update('tasks', second.id, theirs);

      await room.quiet();
      await deliverAll();
      await room.quiet();
      for (const { id } of [first, second]) {
        expect(productive.record('tasks', id)).toMatchObject({ ...theirs, due_date: ours.dueDate });
        expect(await room.taskRow(id)).toMatchObject({ ...theirs, dueDate: ours.dueDate });
        const entries = await room.db
          .select({ field: ledger.field, losing: ledger.losingValue })
          .from(ledger)
          .innerJoin(links, eq(links.id, ledger.linkId))
          .where(and(eq(links.pair, 'tasks'), eq(links.masterId, id)));
        expect(entries.filter(({ losing }) => losing !== null)).toEqual([{ field: 'title', losing: ours.title }]);
      }
      expect(await differences()).toEqual([]);
    },
    testWithinMs,
  );

  test(
    'deliveries that come in any order, and twice, end in what Productive has',
    async () => {
      const { productive } = room;
      const tasks = [await room.syncedTask('A'), await room.syncedTask('B'), await room.syncedTask('C')];
      productive.webhooks.clear();
      for (const [n, { id }] of tasks.entries()) {
        for (const title of ['zuerst', 'dann', 'zuletzt']) productive.update('tasks', id, { title: `${title} ${n}` });
      }
      const fresh = room.addTask('Neu und gleich geändert');
      productive.update('tasks', fresh, { title: 'Geändert', closed: true });
      productive.remove('tasks', tasks[2]!.id);
      const unborn = room.addTask('Nie gesehen');
      productive.remove('tasks', unborn);
      Object.assign(productive.webhooks.misbehave, { reorder: true, repeat: 8 });

      expect(new Set(await deliverAll())).toEqual(new Set([200]));
      expect(await differences()).toEqual([]);
      await room.quiet();
      expect(await differences()).toEqual([]);
      expect((await room.taskRow(tasks[0]!.id))?.title).toBe('zuletzt 0');
      expect(await room.rowOf('tasks', tasks[2]!.id)).toBeUndefined();
      expect(await room.taskRow(unborn)).toBeUndefined();
    },
    testWithinMs,
  );
});
