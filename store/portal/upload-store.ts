import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { links } from '../schema.ts';
import { portalAttachments } from './work-tables.ts';
import { portalUploads } from './write-tables.ts';

/** A file as a user gave it. */
export interface StoredFile {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly body: Uint8Array;
}

/** The bytes of attachments that were made in the portal, until Productive has them. */
export class UploadStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param attachmentId the portal's id. @returns null: there is no such attachment, or its file was handed over */
  async find(attachmentId: string): Promise<StoredFile | null> {
    const [row] = await this.#db
      .select({ attachment: portalAttachments, body: portalUploads.bytes })
      .from(portalUploads)
      .innerJoin(portalAttachments, eq(portalAttachments.id, portalUploads.attachmentId))
      .where(eq(portalUploads.attachmentId, Number(attachmentId)));
    if (row === undefined) return null;
    const { name, contentType } = row.attachment;
    return {
      name: name ?? 'file',
      contentType: contentType ?? 'application/octet-stream',
      size: row.body.byteLength,
      body: row.body,
    };
  }

  /** Stored in the caller's transaction, before anybody is told that we have it. */
  async store(attachmentId: number, bytes: Uint8Array, now: Date): Promise<void> {
    await this.#db.insert(portalUploads).values({ attachmentId, bytes, storedAt: now });
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
