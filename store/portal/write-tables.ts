import { bigint, bigserial, customType, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { jsonValue, time } from '../column-types.ts';
import { portalAttachments } from './work-tables.ts';

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** Files that users have given us, until Productive has them. */
export const portalUploads = pgTable('portal_uploads', {
  attachmentId: bigint('attachment_id', { mode: 'number' })
    .primaryKey()
    .references(() => portalAttachments.id, { onDelete: 'cascade' }),
  bytes: bytes('bytes').notNull(),
  storedAt: time('stored_at').notNull(),
});

export const writerRoles = ['client', 'admin'] as const;

export type PortalWriteAction = 'create' | 'update' | 'discard' | 'retry';

/** Who has changed which record of the portal through it, and when. */
export const portalWrites = pgTable(
  'portal_writes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    entity: text('entity').notNull(),
    recordId: bigint('record_id', { mode: 'number' }).notNull(),
    /** The user, as his token names him. */
    subject: text('subject').notNull(),
    /** What the token said besides. Empty: it was not noted yet. */
    role: text('role').$type<(typeof writerRoles)[number]>(),
    /** The portal's id of the company for which a client wrote. */
    companyId: bigint('company_id', { mode: 'number' }),
    action: text('action').$type<PortalWriteAction>().notNull(),
    at: time('at').notNull(),
  },
  (table) => [index('portal_writes_record').on(table.entity, table.recordId, table.id)],
);

/** Requests that were carried out under a key which the client has chosen, with what they were answered. */
export const portalIdempotency = pgTable(
  'portal_idempotency',
  {
    subject: text('subject').notNull(),
    key: text('key').notNull(),
    /** Method and address. */
    route: text('route').notNull(),
    /** SHA-256 of what was sent, in hexadecimal digits. */
    bodyHash: text('body_hash').notNull(),
    status: integer('status').notNull(),
    answer: jsonValue('answer').notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subject, table.key] }), index('portal_idempotency_at').on(table.at)],
);
