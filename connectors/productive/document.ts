import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Attributes, Json, RemoteRecord } from '../connector.ts';
import type { ShownState } from '../webhook-source.ts';
import type { ProductiveResource } from './resources.ts';

/** Ids are texts in answers and integers in the specification. */
export const productiveId = z.union([z.string(), z.int().transform(String)]).pipe(z.string().regex(/^[1-9]\d{0,17}$/));

const linkage = z.looseObject({ id: z.union([z.string(), z.int().transform(String)]) });
const relationship = z.looseObject({ data: z.union([linkage, z.array(linkage), z.null()]).optional() });

/** One resource of a JSON:API document. A relationship that was not asked for has no `data`. */
export const resourceObject = z.looseObject({
  id: productiveId,
  type: z.string(),
  attributes: z.record(z.string(), z.json()).default({}),
  relationships: z.record(z.string(), relationship).default({}),
});
export type ResourceObject = z.infer<typeof resourceObject>;

export const singleDocument = z.looseObject({ data: resourceObject });
export const listDocument = z.looseObject({
  data: z.array(resourceObject),
  links: z.looseObject({ next: z.string().nullish() }).nullish(),
  meta: z.looseObject({ total_count: z.int().nullish(), total_pages: z.int().nullish() }).nullish(),
});
export type ListDocument = z.infer<typeof listDocument>;

/**
 * @param ownPersonId the person whom our token belongs to; null where it is not known
 * @returns the API's attributes, and `<relationship>_id` for each to-one relationship that the answer resolves
 */
export function toRemoteRecord(
  object: ResourceObject,
  resource: ProductiveResource,
  ownPersonId: string | null,
): RemoteRecord {
  const unshown = Object.fromEntries(resource.uncertain.map((name) => [name, null] as const));
  const attributes = { ...unshown, ...withIds(object, resource), ...relatedIds(object) };
  const time = resource.sortedBy ?? 'updated_at';
  return {
    id: object.id,
    version: instant(attributes['updated_at']) ?? digest(attributes),
    attributes,
    raw: attributes,
    modifiedAt: instant(attributes[time]),
    modifiedByUs: isOurs(object, resource, ownPersonId),
  };
}

/** What a webhook shows. Of its relationships some are missing and some are not, so none of them counts. */
export const shownState = (object: ResourceObject, resource: ProductiveResource): ShownState => ({
  version: instant(object.attributes['updated_at']),
  attributes: withIds(object, resource),
});

/** The id that a to-one relationship leads to; null: to none; undefined: the answer does not tell. */
export function relatedId({ relationships }: ResourceObject, name: string): string | null | undefined {
  const data = relationships[name]?.data;
  if (data === undefined || data === null) return data;
  return Array.isArray(data) ? undefined : data.id;
}

function relatedIds(object: ResourceObject): Attributes {
  const names = Object.keys(object.relationships);
  return Object.fromEntries(
    names.flatMap((name) => {
      const id = relatedId(object, name);
      return id === undefined ? [] : [[`${name}_id`, id] as const];
    }),
  );
}

function withIds({ attributes }: ResourceObject, { itemType, ids }: ProductiveResource): Attributes {
  const asText = (name: string, value: Json): Json =>
    typeof value === 'number' && ids.includes(name) ? String(value) : value;
  const texts = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, asText(name, value)]));
  return itemType === 'activity' ? { ...texts, project_id: projectOf(texts) } : texts;
}

/** An activity shows its project only as what it is about, or as what that lies in. */
function projectOf(activity: Attributes): Json {
  const place = ['root', 'parent', 'item'].find((name) => {
    const type = activity[`${name}_type`];
    return typeof type === 'string' && /^(project|workspace)s?$/i.test(type);
  });
  return place === undefined ? null : (activity[`${place}_id`] ?? null);
}

/** ISO 8601 UTC with milliseconds; null for what is no time. */
export function instant(value: Json | undefined): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Most types have no token of change: what they show stands for one. */
const digest = (attributes: Attributes): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(attributes).sort(byName)))
    .digest('base64url')
    .slice(0, 22);

const byName = ([left]: [string, Json], [right]: [string, Json]): number => (left < right ? -1 : left > right ? 1 : 0);

function isOurs(object: ResourceObject, { author }: ProductiveResource, ownPersonId: string | null): boolean | null {
  const id = author === null || ownPersonId === null ? null : (relatedId(object, author) ?? null);
  return id === null ? null : id === ownPersonId;
}
