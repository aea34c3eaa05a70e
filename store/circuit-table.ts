import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { CircuitCode } from '../engine/circuit.ts';
import { time } from './column-types.ts';

/** One row per system that ever was in trouble: what all processes know of it. Open while `opened_at` is set. */
export const circuits = pgTable('circuits', {
  system: text('system').primaryKey(),
  openedAt: time('opened_at'),
  code: text('code').$type<CircuitCode>().notNull(),
  message: text('message').notNull(),
  /** How often the system was asked in vain, or closed and opened again at once. */
  probes: integer('probes').notNull().default(0),
  /** When it is asked next; moved on by the process that asks. */
  nextProbeAt: time('next_probe_at').notNull(),
  closedAt: time('closed_at'),
});
