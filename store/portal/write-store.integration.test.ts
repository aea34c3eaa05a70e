import { describe, expect, test } from '@jest/globals';
import { databasesUnderTest } from '../../test/support/databases.ts';
import { at, everything, storeOf } from '../../test/support/store.ts';
import type { Database } from '../database.ts';
import { AttachmentStore, insertAttachment } from './attachment-writes.ts';
import { insertTask } from './task-writes.ts';
import { UnconfirmedStore } from './unconfirmed.ts';
import { portalAttachments, portalTasks } from './work-tables.ts';
import { KeyUsedDifferently, type PortalWrite, PortalWriteStore, type WriteRequest } from './write-store.ts';
import { portalIdempotency, portalWrites } from './write-tables.ts';

const times = { now: at(0), heldUntil: null };
const day = 24 * 3_600_000;

describe.each(databasesUnderTest())('what users write on $name', (kind) => {
  const db = storeOf(kind);
  const writes = () => new PortalWriteStore(db());
  let request: WriteRequest;
  let subject = 0;
  /** Each test is a user of its own: the portal's tables are not emptied between them. */
  const asUser = (): WriteRequest => {
    subject += 1;
    request = { writer: { role: 'admin', subject: `user ${subject}` }, key: 'k', route: 'POST /tasks', bodyHash: 'h' };
    return request;
  };
  const newTask = async (write: PortalWrite) => {
    const { id } = await insertTask(write.db, { title: write.writer.subject, private: false });
    await write.announce('tasks', id, 'create');
    return { status: 201, body: { id: String(id) } };
  };
  const tasksOf = async ({ writer: { subject: title } }: WriteRequest, of: () => Database = db) =>
    (await of().select().from(portalTasks)).filter((row) => row.title === title);

  test('is carried out once, however many twins arrive together, and all get the same answer', async () => {
    const same = asUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => writes().carryOut(same, times, newTask)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ isRepetition }) => !isRepetition)).toHaveLength(1);
    expect(await tasksOf(same)).toHaveLength(1);
    expect((await everything(db())).hints).toHaveLength(1);
  });

  test('is refused under a key that was used for something else', async () => {
    const first = asUser();
    await writes().carryOut(first, times, newTask);
    for (const other of [{ bodyHash: 'x' }, { route: 'PATCH /tasks/1' }]) {
      await expect(writes().carryOut({ ...first, ...other }, times, newTask)).rejects.toThrow(KeyUsedDifferently);
    }
    expect(await tasksOf(first)).toHaveLength(1);
  });

  test('is new again after a day, and what is older is forgotten', async () => {
    const first = asUser();
    await writes().carryOut(first, times, newTask);
    const later = { now: at(day + 1), heldUntil: null };
    expect(await writes().carryOut(first, later, newTask)).toMatchObject({ isRepetition: false });
    expect(await tasksOf(first)).toHaveLength(2);
    const kept = await db().select().from(portalIdempotency);
    expect(kept.filter((row) => row.subject === first.writer.subject)).toHaveLength(1);
  });

  test('leaves nothing behind if it fails in the middle: no row, no hint, no answer', async () => {
    const first = asUser();
    const failing = async (write: PortalWrite) => {
      await newTask(write);
      throw new TypeError('in the middle');
    };
    await expect(writes().carryOut(first, times, failing)).rejects.toThrow('in the middle');
    expect([await tasksOf(first), (await everything(db())).hints]).toEqual([[], []]);
    expect((await db().select().from(portalWrites)).filter((row) => row.subject === first.writer.subject)).toEqual([]);
    expect(await writes().carryOut(first, times, newTask)).toMatchObject({ status: 201, isRepetition: false });
  });

  test('is shown as unconfirmed with who wrote it and since when', async () => {
    const first = asUser();
    await writes().carryOut(first, times, newTask);
    const listed = await new UnconfirmedStore(db()).list({ state: 'pending', before: at(1), limit: 1_000 });
    expect(listed.filter((row) => row.subject === first.writer.subject)).toMatchObject([
      { entity: 'tasks', state: 'pending', since: at(0), reason: null, heldUntil: null, lastSyncedAt: null },
    ]);
    const older = await new UnconfirmedStore(db()).list({ state: null, before: at(0), limit: 1_000 });
    expect(older.filter((row) => row.subject === first.writer.subject)).toEqual([]);
  });

  test('may be any bytes', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 37) % 256);
    const row = await insertAttachment(db(), { name: 'x', size: bytes.length }, bytes, at(0));
    const found = await new AttachmentStore(db()).fileOf(String(row.id));
    expect(Buffer.compare(Buffer.from(found!.body), Buffer.from(bytes))).toBe(0);
    await db().delete(portalAttachments);
    expect(await new AttachmentStore(db()).fileOf(String(row.id))).toBeNull();
  });
});
