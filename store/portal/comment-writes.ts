import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { stored } from './task-writes.ts';
import { type AnyViewer, type Viewer, visibleTasks } from './viewer.ts';
import { portalComments, portalTasks } from './work-tables.ts';

export type CommentRow = typeof portalComments.$inferSelect;

/** A condition on `portal_comments`. Of one of which nobody has said so it is not sure that clients may see it. */
export const visibleComments = (db: Database, viewer: Viewer | AnyViewer) =>
  and(
    isNull(portalComments.deletedAt),
    inArray(portalComments.taskId, db.select({ id: portalTasks.id }).from(portalTasks).where(visibleTasks(db, viewer))),
    ...(viewer.role === 'admin' ? [] : [eq(portalComments.hidden, false), eq(portalComments.draft, false)]),
  );

/** A comment that the viewer may see. Nobody else changes it until the transaction ends. */
export async function lockComment(tx: Database, viewer: Viewer, id: number): Promise<CommentRow | null> {
  const [row] = await tx
    .select()
    .from(portalComments)
    .where(and(eq(portalComments.id, id), visibleComments(tx, viewer)))
    .for('update');
  return row ?? null;
}

export async function insertComment(tx: Database, values: typeof portalComments.$inferInsert): Promise<CommentRow> {
  const [row] = await tx.insert(portalComments).values(values).returning();
  return stored(row);
}

export async function updateComment(
  tx: Database,
  id: number,
  changes: Partial<Pick<CommentRow, 'body' | 'hidden'>>,
): Promise<CommentRow> {
  const [row] = await tx.update(portalComments).set(changes).where(eq(portalComments.id, id)).returning();
  return stored(row);
}
