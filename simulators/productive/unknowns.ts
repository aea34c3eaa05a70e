/** What public sources leave open or contradict each other about. The defaults make life hardest. */
export interface Unknowns {
  /** Which changes move a record's `updated_at`, beside those of plain attributes. Default: none of them. */
  updatedAtMovesOn: { relations: boolean; customFields: boolean; attachments: boolean };
  /** Whether an edit of a plain attribute moves `last_activity_at`; comments and attachments always do. Default: no. */
  lastActivityMovesOnEdit: boolean;
  /** Whether `gt`, `gt_eq`, `lt` and `lt_eq` are taken; the guide says so, the specification doesn't. Default: no. */
  comparisonOperators: boolean;
  /** Status of a filter that an endpoint doesn't have: 422 was observed, 400 is documented. */
  unknownFilterStatus: 400 | 422;
  /** Whether `after` and `before` include the named day itself. Default: no. */
  afterAndBeforeInclude: boolean;
  /** Order of a list that asks for none: the latest activity or the highest id first, or by id. */
  defaultOrder: 'latest first' | 'by id';
  /** Order in which a cursor without `sort` walks. */
  cursorOrder: 'newest first' | 'oldest first';
  /** Whether a cursor may walk in the order of a `sort`. Default: no (`keyset_unsupported_sort`). */
  cursorSorts: boolean;
  /** Whether every list can be sorted by id, or only where the specification names it and as the last of several keys. */
  sortsById: boolean;
  /** Whether a read of a deleted record that the bin still has gives 404 or the record with its `deleted_at`. */
  deletedReadsAs: '404' | 'record';
  /** What happens to comments, attachments and task lists below something that is deleted: gone without trace, or each one said. */
  cascade: 'silent' | 'each';
  /** Whether a restore from the bin is told of: by webhook (as a creation) and in the activities. */
  restoreIsTold: boolean;
  /** Whether what is written through the API fires webhooks. Default: yes. */
  webhooksOfApiWrites: boolean;
  /** Whether a comment fires "task updated". Default: no. */
  commentFiresTaskUpdate: boolean;
  /** Whether comments have an `updated_at`; some clients believe so. Default: no. */
  commentsShowUpdatedAt: boolean;
  /** Whether attachments make activities. Default: no. */
  attachmentsMakeActivities: boolean;
  /** Whether a write of the workflow status opens or closes the task. Default: yes. */
  statusClosesTask: boolean;
  /** Whether `relationships.attachments.data` names all attachments, so that the others are unlinked. Default: yes. */
  linkingReplaces: boolean;
  /** Names of item types: `task`, `project` … or `Task`, `Workspace` … of older answers. */
  itemTypes: 'new' | 'old';
  /** `code` of a 422. It was to change on 2026-09-15. */
  invalidAttributeCode: 'invalid_attribute' | 'invalid_attribute_value';
  /** Whether all webhooks of the organization sign with one token. Default: yes. */
  sharedSignatureToken: boolean;
  /** Whether deliveries carry a webhook's `custom_headers`. Observed: no. */
  customHeadersArrive: boolean;
}

export const hostile: Unknowns = {
  updatedAtMovesOn: { relations: false, customFields: false, attachments: false },
  lastActivityMovesOnEdit: false,
  comparisonOperators: false,
  unknownFilterStatus: 422,
  afterAndBeforeInclude: false,
  defaultOrder: 'latest first',
  cursorOrder: 'newest first',
  cursorSorts: false,
  sortsById: false,
  deletedReadsAs: '404',
  cascade: 'silent',
  restoreIsTold: false,
  webhooksOfApiWrites: true,
  commentFiresTaskUpdate: false,
  commentsShowUpdatedAt: false,
  attachmentsMakeActivities: false,
  statusClosesTask: true,
  linkingReplaces: true,
  itemTypes: 'new',
  invalidAttributeCode: 'invalid_attribute_value',
  sharedSignatureToken: true,
  customHeadersArrive: false,
};

/** What the guides promise, where they do. */
export const friendly: Unknowns = {
  ...hostile,
  updatedAtMovesOn: { relations: true, customFields: true, attachments: true },
  lastActivityMovesOnEdit: true,
  comparisonOperators: true,
  unknownFilterStatus: 400,
  afterAndBeforeInclude: true,
  defaultOrder: 'by id',
  cursorOrder: 'oldest first',
  cursorSorts: true,
  sortsById: true,
  deletedReadsAs: 'record',
  cascade: 'each',
  restoreIsTold: true,
  commentFiresTaskUpdate: true,
  commentsShowUpdatedAt: true,
  attachmentsMakeActivities: true,
  statusClosesTask: false,
  linkingReplaces: false,
  sharedSignatureToken: false,
  customHeadersArrive: true,
};
