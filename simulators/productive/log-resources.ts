import {
  after,
  before,
  byIds,
  count,
  datetime,
  flag,
  hidden,
  initially,
  json,
  moment,
  number,
  one,
  type Resource,
  set,
  text,
  value,
} from './resource.ts';

const organizations: Resource = {
  type: 'organizations',
  itemType: 'organization',
  attributes: { name: text() },
  relationships: {},
  required: [],
  filters: byIds(),
  sorts: [],
  can: [],
};

/** Ids within attributes are integers here. */
const activities: Resource = {
  type: 'activities',
  itemType: 'activity',
  attributes: {
    event: text(),
    /** `[{ <field>: [old, new] }]` */
    changeset: initially(json(), []),
    item_id: number(),
    item_type: text(),
    item_name: text(),
    item_deleted_at: datetime(),
    parent_id: number(),
    parent_type: text(),
    parent_name: text(),
    root_id: number(),
    root_type: text(),
    root_name: text(),
    task_id: number(),
    deal_id: number(),
    company_id: number(),
    person_id: number(),
    invoice_id: number(),
    booking_id: number(),
    deal_is_budget: flag(),
    made_by_automation: flag(),
    created_at: datetime(),
    /** 1 comment, 2 changeset, 3 e-mail. */
    type: hidden(number()),
    project_id: hidden(number()),
  },
  relationships: {
    organization: one('organizations'),
    creator: one('people'),
    comment: one('comments'),
    attachment: one('attachments'),
  },
  required: [],
  filters: {
    ...byIds('creator', 'project', 'task', 'company', 'deal', 'person', 'invoice', 'booking'),
    after: after('created_at'),
    before: before('created_at'),
    created_at: moment('created_at'),
    type: value('type'),
    event: value('event'),
    item_type: value('item_type'),
    parent_type: value('parent_type'),
    root_type: value('root_type'),
    has_attachments: value(({ attachment_id: id }) => id !== null),
  },
  sorts: ['created_at'],
  can: [],
};

/** The recycle bin. `created_at` is when it was deleted. */
const deletedItems: Resource = {
  type: 'deleted_items',
  itemType: 'deleted_item',
  attributes: {
    item_id: number(),
    item_type: text(),
    name: text(),
    location: text(),
    private: flag(),
    created_at: datetime(),
    recovered_at: datetime(),
  },
  relationships: { organization: one('organizations'), deleter: one('people') },
  required: [],
  filters: { ...byIds('deleter'), item_type: value('item_type'), created_at: moment('created_at') },
  sorts: ['created_at'],
  can: [],
};

/** There is no PATCH. */
const webhooks: Resource = {
  type: 'webhooks',
  itemType: 'webhook',
  attributes: {
    name: text(),
    target_url: text(),
    /** 1…35, one each. */
    event_id: number(),
    /** 1 webhook, 2 Zapier. */
    type_id: number(),
    /** 1 working, 2 issues, 3 waiting. */
    state_id: set(initially(number(), 1)),
    custom_headers: initially(json(), {}),
    signature_token: text(),
    retry_attempts: set(count()),
    deactivated_at: set(datetime()),
    test: flag(),
  },
  relationships: { organization: one('organizations'), creator: one('people') },
  required: ['event_id', 'type_id', 'target_url'],
  filters: {
    ...byIds(),
    event_id: value('event_id'),
    type_id: value('type_id'),
    state_id: value('state_id'),
  },
  sorts: [],
  can: ['create', 'delete'],
};

/** Failed attempts only. `payload` is the text that was sent. */
const webhookLogs: Resource = {
  type: 'webhook_logs',
  itemType: 'webhook_log',
  attributes: {
    payload: text(),
    status_code: number(),
    target_url: text(),
    /** 0: the first. */
    retry_attempt: number(),
    retry_job_id: text(),
    created_at: datetime(),
  },
  relationships: { organization: one('organizations'), webhook: one('webhooks') },
  required: [],
  filters: {
    ...byIds('webhook'),
    retry_attempt: value('retry_attempt'),
    retry_job_id: value('retry_job_id'),
    after: after('created_at'),
    before: before('created_at'),
  },
  sorts: [],
  can: [],
};

export const logResources: readonly Resource[] = [organizations, activities, deletedItems, webhooks, webhookLogs];
