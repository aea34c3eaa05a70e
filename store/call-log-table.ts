import { index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Calls that count against a system's budget; rows that no window can see any more are deleted along the way. */
export const callLog = pgTable(
  'call_log',
  {
    id: uuid('id').primaryKey(),
    system: text('system').notNull(),
    calls: integer('calls').notNull(),
    /** From when they count as made, never before they arrived: the settlement; while they are held, the hold's end. */
    countedAt: timestamp('counted_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('call_log_newest').on(table.system, table.countedAt)],
);
