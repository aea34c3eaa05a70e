import { z } from 'zod';
import type { CallContext, ChangeFeed, FeedPage, FeedPosition, Json, NamedChange } from '../connector.ts';
import { includeOf, knownResource, type ProductiveClient, type Query } from './client.ts';
import { instant, relatedId, type ResourceObject, toRemoteRecord } from './document.ts';
import { createFailedDeliveries } from './failed-deliveries.ts';
import { NewestFirst } from './newest-first.ts';
import { entityOfItem, resourceOf } from './resources.ts';

interface Log {
  readonly name: string;
  readonly query: Query;
  readonly changesIn: (entry: ResourceObject) => readonly NamedChange[];
}

/**
 * What Productive logs. The first two are read from the newest entry backwards: one call where little has happened.
 * `afterId` of their positions is ours to read: the entries of its time or later that were told already, so that each is
 * told once although the latest are read again. An entry gets its time before it is stored, so one may turn up behind a
 * newer one.
 */
export function createProductiveFeeds(client: ProductiveClient): readonly ChangeFeed[] {
  return [...[deletedItems, activitiesOf(client)].map((log) => feedOf(client, log)), createFailedDeliveries(client)];
}

/** The recycle bin. A restoration moves no entry's time: it is not told here. */
const deletedItems: Log = {
  name: 'deleted_items',
  query: {},
  changesIn: ({ attributes }) => itemOf(attributes['item_type'], attributes['item_id']),
};

/**
 * Each entry is a record of its own, and names what was changed, the comment or the file that was added; but for changes that
 * the records' own list shows, two hundred of them in one call instead of a read for each.
 */
function activitiesOf(client: ProductiveClient): Log {
  const resource = knownResource(client, 'activities');
  const shown = Object.keys(resource.relations);
  return {
    name: 'activities',
    query: includeOf([...new Set([...shown, 'comment', 'attachment'])]),
    changesIn: (entry) => [
      { entity: 'activities', id: entry.id, record: toRemoteRecord(withOnly(entry, shown), resource, client.personId) },
      ...itemOf(entry.attributes['item_type'], entry.attributes['item_id']).filter((item) => !isListed(entry, item)),
      ...related(entry, 'comment', 'comments'),
      ...related(entry, 'attachment', 'attachments'),
    ],
  };
}

const fieldsChanged = z.array(z.record(z.string(), z.unknown()));

/** Whether the list of what was changed last must show it. */
function isListed({ attributes }: ResourceObject, { entity }: NamedChange): boolean {
  const resource = resourceOf(entity);
  if (resource?.sortedBy !== 'updated_at') return false;
  if (attributes['event'] === 'create') return true;
  const changed = fieldsChanged.safeParse(attributes['changeset']);
  const names = changed.success ? changed.data.flatMap((field) => Object.keys(field)) : [];
  return attributes['event'] === 'update' && names.length > 0 && names.every((name) => resource.dated.includes(name));
}

/** As it is shown where nothing else is asked for. */
const withOnly = ({ relationships, ...entry }: ResourceObject, shown: readonly string[]): ResourceObject => ({
  ...entry,
  relationships: Object.fromEntries(Object.entries(relationships).filter(([name]) => shown.includes(name))),
});

function itemOf(type: Json | undefined, id: Json | undefined): readonly NamedChange[] {
  const entity = typeof type === 'string' ? entityOfItem(type) : null;
  return entity === null || (typeof id !== 'number' && typeof id !== 'string') ? [] : [{ entity, id: String(id) }];
}

function related(entry: ResourceObject, name: string, entity: string): readonly NamedChange[] {
  const id = relatedId(entry, name);
  return id == null ? [] : [{ entity, id }];
}

/** Older than this, an entry is where it stays. */
const settledAfterMs = 30_000;
/** A position stays readable: more entries than this are passed by the time of the last. */
const mostTold = 500;

function feedOf(client: ProductiveClient, log: Log): ChangeFeed {
  const newestFirst = new NewestFirst(client);
  return {
    name: log.name,
    page: async (position, context) => {
      if (position === null) return begin(client, log, context);
      const asked = {
        path: `/${log.name}`,
        query: log.query,
        time: 'created_at',
        sort: 'created_at',
        since: position.since,
      };
      const entries = await newestFirst.since(asked, context);
      const told = new Set(position.afterId?.split(',') ?? []);
      const news = entries.filter(({ id }) => !told.has(id));
      return {
        changes: unique(news.flatMap(log.changesIn)),
        next: nextPosition(entries, position, client.now()),
        isLast: true,
      };
    },
  };
}

/** From now on, by Productive's clock where there is an entry at all. */
async function begin(client: ProductiveClient, { name }: Log, context: CallContext): Promise<FeedPage> {
  const { data } = await client.list(`/${name}`, { sort: '-created_at', 'page[size]': '1' }, context);
  const [newest] = data;
  const since = newest === undefined ? null : timeOf(newest);
  const next = { since: since ?? new Date(client.now()).toISOString(), afterId: newest?.id ?? null };
  return { changes: [], next, isLast: true };
}

const timeOf = ({ attributes }: ResourceObject): string | null => instant(attributes['created_at']);

/** The latest settled entry's time: what is newer is read again, and told by its id. */
function nextPosition(entries: readonly ResourceObject[], position: FeedPosition, nowMs: number): FeedPosition {
  const settledBefore = new Date(nowMs - settledAfterMs).toISOString();
  const settled = entries.findLast((entry) => (timeOf(entry) ?? '') < settledBefore);
  const since = (settled && timeOf(settled)) ?? new Date(position.since).toISOString();
  const next = positionAt(since, entries, position);
  const last = entries.at(-1);
  if ((next.afterId?.split(',').length ?? 0) <= mostTold || last === undefined) return next;
  return positionAt(timeOf(last) ?? since, entries, position);
}

function positionAt(since: string, entries: readonly ResourceObject[], before: FeedPosition): FeedPosition {
  const told = entries.filter((entry) => (timeOf(entry) ?? '') >= since).map(({ id }) => id);
  if (told.length > 0) return { since, afterId: told.join(',') };
  return since === new Date(before.since).toISOString() ? before : { since, afterId: null };
}

const unique = (changes: readonly NamedChange[]): readonly NamedChange[] => [
  ...new Map(changes.map((change) => [`${change.entity}/${change.id}`, change])).values(),
];
