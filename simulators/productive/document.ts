import type { Organization } from './organization.ts';
import { unsupported } from './productive-error.ts';
import type { Relationship, Resource, StoredRecord } from './resource.ts';
import { resourceOf } from './resources.ts';

export interface Shown {
  /** Paths such as `project.company`. */
  readonly include: readonly string[];
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

export interface ResourceObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships: Readonly<Record<string, unknown>>;
}

export interface Document {
  readonly data: ResourceObject | readonly ResourceObject[];
  readonly included?: readonly ResourceObject[];
}

interface IncludeTree {
  readonly [name: string]: IncludeTree;
}

/** Builds JSON:API documents. Relationships that were not asked for are stubs without an id (observed). */
export class Documents {
  readonly #organization: Organization;

  constructor(organization: Organization) {
    this.#organization = organization;
  }

  /** @throws ProductiveError 400 for an include that the resource does not have */
  of(resource: Resource, data: StoredRecord | readonly StoredRecord[], { include, fields }: Shown): Document {
    const tree = treeOf(include);
    checkIncludes(resource, tree);
    const included = new Map<string, ResourceObject>();
    const show = (record: StoredRecord): ResourceObject => {
      this.#collect(record, tree, fields, included);
      return this.object(record, Object.keys(tree), fields);
    };
    const shown = isList(data) ? data.map(show) : show(data);
    return { data: shown, ...(include.length > 0 && { included: [...included.values()] }) };
  }

  /** As `of`, of one record. */
  single(record: StoredRecord, include: readonly string[]): { data: ResourceObject; included: ResourceObject[] } {
    const shown = { include, fields: new Map<string, readonly string[]>() };
    const { included = [] } = this.of(resourceOf(record.type), record, shown);
    return { data: this.object(record, include), included: [...included] };
  }

  object(record: StoredRecord, linked: readonly string[], fields: Shown['fields'] = new Map()): ResourceObject {
    const resource = resourceOf(record.type);
    const wanted = fields.get(record.type);
    const isWanted = (name: string): boolean => wanted?.includes(name) ?? true;
    const attributes: Record<string, unknown> = {};
    for (const [name, { hidden }] of Object.entries(resource.attributes)) {
      if (!hidden && isWanted(name) && this.#exists(record.type, name)) attributes[name] = record.values[name];
    }
    const relationships: Record<string, unknown> = {};
    for (const [name, relation] of Object.entries(resource.relationships)) {
      if (!isWanted(name)) continue;
      relationships[name] = linked.includes(name) ? { data: this.#linkage(record, name, relation) } : stub;
    }
    return { id: record.id, type: record.type, attributes, relationships };
  }

  #exists(type: string, name: string): boolean {
    return type !== 'comments' || name !== 'updated_at' || this.#organization.unknowns.commentsShowUpdatedAt;
  }

  #linkage(record: StoredRecord, name: string, relation: Relationship) {
    const related = this.#related(record, name, relation).map(({ id, type }) => ({ type, id }));
    return relation.kind === 'many' ? related : (related[0] ?? null);
  }

  #related(record: StoredRecord, name: string, relation: Relationship): readonly StoredRecord[] {
    if (relation.kind === 'many') {
      return this.#organization
        .table(relation.type)
        .pointingAt(relation.by, record.id)
        .filter(({ deleted }) => !deleted);
    }
    const found = this.#organization.living(relation.type, record.values[`${name}_id`]);
    return found === undefined ? [] : [found];
  }

  #collect(
    record: StoredRecord,
    tree: IncludeTree,
    fields: Shown['fields'],
    included: Map<string, ResourceObject>,
  ): void {
    for (const [name, below] of Object.entries(tree)) {
      const relation = resourceOf(record.type).relationships[name];
      if (relation === undefined) continue;
      for (const other of this.#related(record, name, relation)) {
        const key = `${other.type}/${other.id}`;
        if (!included.has(key)) included.set(key, this.object(other, Object.keys(below), fields));
        this.#collect(other, below, fields, included);
      }
    }
  }
}

const stub = { meta: { included: false } };

const isList = (data: StoredRecord | readonly StoredRecord[]): data is readonly StoredRecord[] => Array.isArray(data);

function treeOf(paths: readonly string[]): IncludeTree {
  const root: Record<string, Record<string, never>> = {};
  for (const path of paths) {
    let node: Record<string, unknown> = root;
    for (const name of path.split('.')) node = (node[name] ??= {}) as Record<string, unknown>;
  }
  return root;
}

function checkIncludes(resource: Resource, tree: IncludeTree): void {
  for (const [name, below] of Object.entries(tree)) {
    const relation = resource.relationships[name];
    if (relation === undefined) {
      throw unsupported('Include', `Include '${name}' is not supported on this endpoint`);
    }
    checkIncludes(resourceOf(relation.type), below);
  }
}
