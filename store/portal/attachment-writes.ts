import { and, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { links } from '../schema.ts';
import { visibleComments } from './comment-writes.ts';
import { stored } from './task-writes.ts';
import { type Viewer, visibleTasks } from './viewer.ts';
import { portalAttachments, portalComments, portalTasks } from './work-tables.ts';
import { portalUploads } from './write-tables.ts';

export type AttachmentRow = typeof portalAttachments.$inferSelect;

/** A file as a user gave it. */
export interface StoredFile {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly body: Uint8Array;
}

/** A condition on `portal_attachments`: seen by whoever sees both the task and the comment that they are part of. */
const visibleAttachments = (db: Database, viewer: Viewer) => {
  const tasks = db.select({ id: portalTasks.id }).from(portalTasks).where(visibleTasks(db, viewer));
  const comments = db.select({ id: portalComments.id }).from(portalComments).where(visibleComments(db, viewer));
  const ofTask = or(isNull(portalAttachments.taskId), inArray(portalAttachments.taskId, tasks));
  const ofComment = or(isNull(portalAttachments.commentId), inArray(portalAttachments.commentId, comments));
  const ofAnything = or(isNotNull(portalAttachments.taskId), isNotNull(portalAttachments.commentId));
  return and(isNull(portalAttachments.deletedAt), ofTask, ofComment, ofAnything);
};

/** The record of a file and its bytes, until Productive has them. */
export async function insertAttachment(
  tx: Database,
  values: typeof portalAttachments.$inferInsert,
  bytes: Uint8Array,
  now: Date,
): Promise<AttachmentRow> {
  const row = stored((await tx.insert(portalAttachments).values(values).returning())[0]);
  await tx.insert(portalUploads).values({ attachmentId: row.id, bytes, storedAt: now });
  return row;
}

/** An attachment that the viewer may see. Nobody else changes it until the transaction ends. */
export async function lockAttachment(tx: Database, viewer: Viewer, id: number): Promise<AttachmentRow | null> {
  const [row] = await tx
    .select()
    .from(portalAttachments)
    .where(and(eq(portalAttachments.id, id), visibleAttachments(tx, viewer)))
    .for('update');
  return row ?? null;
}

/** Attachments and the bytes of those that were made in the portal, until Productive has them. */
export class AttachmentStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns the attachment and Productive's id of it, if it is there and the viewer may see it */
  async find(
    viewer: Viewer,
    id: number,
  ): Promise<{ readonly row: AttachmentRow; readonly productiveId: string | null } | null> {
    const [found] = await this.#db
      .select({ row: portalAttachments, masterId: links.masterId })
      .from(portalAttachments)
      .leftJoin(links, and(eq(links.pair, 'attachments'), eq(links.replicaId, sql`${portalAttachments.id}::text`)))
      .where(and(eq(portalAttachments.id, id), visibleAttachments(this.#db, viewer)));
    return found === undefined ? null : { row: found.row, productiveId: found.masterId ?? found.row.productiveId };
  }

  /** @param id the portal's. @returns null: there is no such attachment, or its file was handed over */
  async fileOf(id: string): Promise<StoredFile | null> {
    const [row] = await this.#db
      .select({ attachment: portalAttachments, body: portalUploads.bytes })
      .from(portalUploads)
      .innerJoin(portalAttachments, eq(portalAttachments.id, portalUploads.attachmentId))
      .where(and(eq(portalUploads.attachmentId, Number(id)), isNull(portalAttachments.deletedAt)));
    if (row === undefined) return null;
    const { name, contentType } = row.attachment;
    const size = row.body.byteLength;
    return { name: name ?? 'file', contentType: contentType ?? 'application/octet-stream', size, body: row.body };
  }

  /** Files that Productive has, and can give us back, are kept here no longer. @returns how many were removed */
  async removeSent(): Promise<number> {
    const sent = this.#db
      .select({ id: portalUploads.attachmentId })
      .from(portalUploads)
      .innerJoin(portalAttachments, eq(portalAttachments.id, portalUploads.attachmentId))
      .innerJoin(
        links,
        and(eq(links.pair, 'attachments'), eq(links.replicaId, sql`${portalUploads.attachmentId}::text`)),
      )
      .where(and(isNotNull(links.masterId), isNotNull(portalAttachments.url)));
    const removed = await this.#db
      .delete(portalUploads)
      .where(inArray(portalUploads.attachmentId, sent))
      .returning({ id: portalUploads.attachmentId });
    return removed.length;
  }
}
