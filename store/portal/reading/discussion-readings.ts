import { and, eq, getTableColumns, inArray, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../database.ts';
import { links } from '../../schema.ts';
import { visibleComments } from '../comment-writes.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import type { Viewer } from '../viewer.ts';
import { portalActivities, portalAttachments, portalComments } from '../work-tables.ts';
import { authorColumn, type WithAuthor } from './author-column.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage } from './keyset.ts';
import { byTime } from './sort-keys.ts';

export type CommentRow = typeof portalComments.$inferSelect & WithCouple & WithAuthor;
/** Where Productive keeps the file is nobody's business. */
export type ListedAttachment = Omit<typeof portalAttachments.$inferSelect, 'url'> & WithCouple & WithAuthor;
export type ActivityRow = typeof portalActivities.$inferSelect & WithCouple;

const commentColumns = {
  ...getTableColumns(portalComments),
  couple: coupleColumn('comments'),
  author: authorColumn('comments'),
};
const { url: _url, ...listedAttachment } = getTableColumns(portalAttachments);
const attachmentColumns = {
  ...listedAttachment,
  couple: coupleColumn('attachments'),
  author: authorColumn('attachments'),
};
const activityColumns = {
  ...getTableColumns(portalActivities),
  couple: coupleColumn('activities'),
};

export const commentSorts = { createdAt: byTime(portalComments.createdAt) };
export const attachmentSorts = { createdAt: byTime(portalAttachments.createdAt) };
export const activitySorts = { createdAt: byTime(portalActivities.createdAt) };

/** What stands below a task. The task itself is not looked at: whoever asks has seen it. */
export class DiscussionReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async comments(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<CommentRow>> {
    const rows = await this.#db
      .select({ ...commentColumns, sortKey: keyOf(wish) })
      .from(portalComments)
      .where(and(eq(portalComments.taskId, taskId), visibleComments(this.#db, viewer), behind(wish, portalComments.id)))
      .orderBy(...orderOf(wish, portalComments.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  /** Those of the task, and of its comments as far as the viewer may read them. */
  async attachments(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<ListedAttachment>> {
    const comments = this.#db
      .select({ id: portalComments.id })
      .from(portalComments)
      .where(and(eq(portalComments.taskId, taskId), visibleComments(this.#db, viewer)));
    const isOfTask = and(eq(portalAttachments.taskId, taskId), isNull(portalAttachments.commentId));
    // As an array, so that both halves are looked up in their index.
    const isOfComment = sql`${portalAttachments.commentId} = any(array(${comments}))`;
    const rows = await this.#db
      .select({ ...attachmentColumns, sortKey: keyOf(wish) })
      .from(portalAttachments)
      .where(and(or(isOfTask, isOfComment), isNull(portalAttachments.deletedAt), behind(wish, portalAttachments.id)))
      .orderBy(...orderOf(wish, portalAttachments.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  async activities(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<ActivityRow>> {
    const rows = await this.#db
      .select({ ...activityColumns, sortKey: keyOf(wish) })
      .from(portalActivities)
      .where(
        and(
          eq(portalActivities.taskId, taskId),
          isNull(portalActivities.deletedAt),
          ...this.#forClients(viewer),
          behind(wish, portalActivities.id),
        ),
      )
      .orderBy(...orderOf(wish, portalActivities.id))
      .limit(wish.limit + 1);
    return pageFrom(rows, wish);
  }

  /** What happened to the task itself, or to a comment that they may read; nothing whose comment is still on its way. */
  #forClients(viewer: Viewer): readonly (SQL | undefined)[] {
    if (viewer.role === 'admin') return [];
    const comments = this.#db
      .select({ id: portalComments.id })
      .from(portalComments)
      .where(visibleComments(this.#db, viewer));
    const isOfTask = and(isNull(portalActivities.commentId), sql`lower(${portalActivities.itemType}) = 'task'`);
    const isWaiting = sql`exists (select 1 from ${links} where ${links.pair} = 'activities'
      and ${links.replicaId} = ${portalActivities.id}::text
      and ${links.fieldNotes} -> 'comment' ->> 'kind' = 'waiting')`;
    return [or(isOfTask, inArray(portalActivities.commentId, comments)), sql`not ${isWaiting}`];
  }
}
