import { and, eq, getTableColumns, inArray, isNull, or, sql, type SQL } from 'drizzle-orm';
import { slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { links } from '../../schema.ts';
import { visibleComments } from '../comment-writes.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import type { AnyViewer, Viewer } from '../viewer.ts';
import { portalActivities, portalAttachments, portalComments } from '../work-tables.ts';
import { authorColumn, type WithAuthor } from './author-column.ts';
import { behind, keyOf, orderOf, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { type ListShape, pagesBy } from './list-shape.ts';
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

const ofTask = slot('taskId');

export const commentSorts = { createdAt: byTime(portalComments.createdAt) };
export const attachmentSorts = { createdAt: byTime(portalAttachments.createdAt) };
export const activitySorts = { createdAt: byTime(portalActivities.createdAt) };

/** What stands below a task. The task itself is not looked at: whoever asks has seen it. */
export class DiscussionReadings {
  readonly #db: Database;
  readonly #comments = pagesBy((shape) => this.#commentsIn(shape));
  readonly #attachments = pagesBy((shape) => this.#attachmentsIn(shape));
  readonly #activities = pagesBy((shape) => this.#activitiesIn(shape));

  constructor(db: Database) {
    this.#db = db;
  }

  comments(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<CommentRow>> {
    return this.#comments(viewer, { taskId }, wish);
  }

  /** Those of the task, and of its comments as far as the viewer may read them. */
  attachments(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<ListedAttachment>> {
    return this.#attachments(viewer, { taskId }, wish);
  }

  activities(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<ActivityRow>> {
    return this.#activities(viewer, { taskId }, wish);
  }

  #commentsIn({ viewer, page }: ListShape) {
    const isOfTask = eq(portalComments.taskId, ofTask);
    return this.#db
      .select({ ...commentColumns, sortKey: keyOf(page) })
      .from(portalComments)
      .where(and(isOfTask, visibleComments(this.#db, viewer), behind(page, portalComments.id)))
      .orderBy(...orderOf(page, portalComments.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #attachmentsIn({ viewer, page }: ListShape) {
    const comments = this.#db
      .select({ id: portalComments.id })
      .from(portalComments)
      .where(and(eq(portalComments.taskId, ofTask), visibleComments(this.#db, viewer)));
    const isOfTask = and(eq(portalAttachments.taskId, ofTask), isNull(portalAttachments.commentId));
    // As an array, so that both halves are looked up in their index.
    const isOfComment = sql`${portalAttachments.commentId} = any(array(${comments}))`;
    return this.#db
      .select({ ...attachmentColumns, sortKey: keyOf(page) })
      .from(portalAttachments)
      .where(and(or(isOfTask, isOfComment), isNull(portalAttachments.deletedAt), behind(page, portalAttachments.id)))
      .orderBy(...orderOf(page, portalAttachments.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  #activitiesIn({ viewer, page }: ListShape) {
    const isOfTask = and(eq(portalActivities.taskId, ofTask), isNull(portalActivities.deletedAt));
    return this.#db
      .select({ ...activityColumns, sortKey: keyOf(page) })
      .from(portalActivities)
      .where(and(isOfTask, ...this.#forClients(viewer), behind(page, portalActivities.id)))
      .orderBy(...orderOf(page, portalActivities.id))
      .limit(rowsAtMost)
      .prepare(unnamed);
  }

  /** What happened to the task itself, or to a comment that they may read; nothing whose comment is still on its way. */
  #forClients(viewer: AnyViewer): readonly (SQL | undefined)[] {
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
