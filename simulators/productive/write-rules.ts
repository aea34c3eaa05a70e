import { z } from 'zod';
import type { Organization } from './organization.ts';
import { invalidAttributes, type Problem } from './productive-error.ts';
import { dayOf } from './productive-time.ts';
import type { Attribute, Resource, Values } from './resource.ts';

const linkage = z.object({ id: z.coerce.string() });
const body = z.object({
  data: z
    .object({
      attributes: z.record(z.string(), z.unknown()).default({}),
      /** The older form, still taken. */
      relationships: z
        .record(z.string(), z.object({ data: z.union([linkage, z.array(linkage), z.null()]) }))
        .default({}),
    })
    .prefault({}),
});

/** What a client has sent, checked: attributes, `<relationship>_id`, and ids of records to link by relationship. */
export interface Written {
  readonly values: Values;
  readonly linked: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads a body by the resource's rules. What can't be written is passed over in silence; an empty body has no attributes.
 * @throws ProductiveError 422, with one error for each attribute that is wrong or missing
 */
export function readBody(resource: Resource, sent: unknown, organization: Organization, isNew: boolean): Written {
  const parsed = body.safeParse(sent ?? {});
  const { attributes, relationships } = parsed.success ? parsed.data.data : { attributes: {}, relationships: {} };
  const named = { ...idsOf(relationships), ...attributes };
  const linked = linkedOf(resource, named);
  const values = Object.fromEntries(Object.entries(named).flatMap((entry) => writable(resource, entry)));
  const wrong = [
    ...(isNew ? missing(resource, values) : []),
    ...Object.entries(values).flatMap(([name, value]) => faultOf(resource, name, value, organization, isNew)),
  ];
  if (wrong.length > 0) throw invalidAttributes(organization.unknowns.invalidAttributeCode, wrong);
  return { values, linked };
}

type Named = Readonly<Record<string, unknown>>;

function idsOf(relationships: z.infer<typeof body>['data']['relationships']): Named {
  return Object.fromEntries(
    Object.entries(relationships).map(([name, { data }]) =>
      Array.isArray(data)
        ? [`${name.replace(/s$/, '')}_ids`, data.map(({ id }) => id)]
        : [`${name}_id`, data?.id ?? null],
    ),
  ) as Named;
}

/** `attachment_ids` of a resource that has attachments. */
function linkedOf({ relationships }: Resource, named: Named): Written['linked'] {
  const found = Object.entries(relationships).flatMap(([name, { kind }]) => {
    const ids = z.array(z.coerce.string()).safeParse(named[`${name.replace(/s$/, '')}_ids`]);
    return kind === 'many' && ids.success ? [[name, ids.data] as const] : [];
  });
  return Object.fromEntries(found);
}

function writable({ attributes, relationships }: Resource, [name, value]: [string, unknown]): [string, unknown][] {
  const attribute = attributes[name];
  if (attribute !== undefined) return attribute.writable ? [[name, stored(attribute, value)]] : [];
  const relation = relationships[name.replace(/_id$/, '')];
  const isOurs = ['creator_id', 'last_actor_id', 'updater_id', 'organization_id'].includes(name);
  if (!name.endsWith('_id') || relation?.kind !== 'one' || isOurs) return [];
  return [[name, typeof value === 'number' ? String(value) : value]];
}

const stored = ({ kind }: Attribute, value: unknown): unknown =>
  kind === 'money' && typeof value === 'number' ? String(value) : value;

function missing(resource: Resource, values: Values): Problem[] {
  const { required, itemType } = resource;
  const needed = itemType === 'project' && values['project_type_id'] === 2 ? [...required, 'company_id'] : required;
  return needed
    .filter((name) => values[name] === undefined || values[name] === null || values[name] === '')
    .map((name) => invalid(resource, name, "can't be blank"));
}

function faultOf(
  resource: Resource,
  name: string,
  value: unknown,
  organization: Organization,
  isNew: boolean,
): Problem[] {
  const { attributes, relationships, required } = resource;
  if (value === null || value === '') {
    return !isNew && required.includes(name) ? [invalid(resource, name, "can't be blank")] : [];
  }
  const attribute = attributes[name];
  if (attribute !== undefined) return isOfKind(attribute, value) ? [] : [invalid(resource, name, 'is invalid')];
  const relation = relationships[name.replace(/_id$/, '')];
  const exists = relation !== undefined && organization.living(relation.type, value) !== undefined;
  return exists ? [] : [invalid(resource, name, 'must exist')];
}

function isOfKind({ kind }: Attribute, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && dayOf(value) === value;
    case 'datetime':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    case 'money':
      return typeof value === 'string' && /^-?\d+$/.test(value);
    case 'json':
      return typeof value === 'object';
  }
}

/** A relation's pointer names the relation, not the key that was sent. */
const invalid = ({ attributes }: Resource, name: string, detail: string): Problem => ({
  name: name in attributes ? name : name.replace(/_id$/, ''),
  detail,
});
