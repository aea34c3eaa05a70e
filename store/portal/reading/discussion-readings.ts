import { and, eq, getTableColumns, inArray, isNull, or, sql, type SQL } from 'drizzle-orm';
import { builtOnce, slot, unnamed } from '../../built-once.ts';
import type { Database } from '../../database.ts';
import { links } from '../../schema.ts';
import { visibleComments } from '../comment-writes.ts';
import { coupleColumn, type WithCouple } from '../couple-column.ts';
import type { AnyViewer, Viewer } from '../viewer.ts';
import { portalActivities, portalAttachments, portalComments } from '../work-tables.ts';
import { authorColumn, type WithAuthor } from './author-column.ts';
import { behind, keyOf, orderOf, pageFrom, type PageWish, type RowPage, rowsAtMost } from './keyset.ts';
import { listKey, type ListShape, listShape, listValues } from './list-shape.ts';
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
  readonly #comments = builtOnce((shape: ListShape) => this.#commentsIn(shape), listKey);
  readonly #attachments = builtOnce((shape: ListShape) => this.#attachmentsIn(shape), listKey);
  readonly #activities = builtOnce((shape: ListShape) => this.#activitiesIn(shape), listKey);

  constructor(db: Database) {
    this.#db = db;
  }

  async comments(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<CommentRow>> {
    const statement = this.#comments(listShape(viewer, { taskId }, wish));
    return pageFrom(await statement.execute(listValues(viewer, { taskId }, wish)), wish);
  }

  /** Those of the task, and of its comments as far as the viewer may read them. */
  async attachments(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<ListedAttachment>> {
    const statement = this.#attachments(listShape(viewer, { taskId }, wish));
    return pageFrom(await statement.execute(listValues(viewer, { taskId }, wish)), wish);
  }

  async activities(viewer: Viewer, taskId: number, wish: PageWish): Promise<RowPage<ActivityRow>> {
    const statement = this.#activities(listShape(viewer, { taskId }, wish));
    return pageFrom(await statement.execute(listValues(viewer, { taskId }, wish)), wish);
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
