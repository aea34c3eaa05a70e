import type { Attributes, Json, RemoteRecord } from '../connector.ts';
import { canonicalName, inSpellingOf } from './property-names.ts';

/**
 * What a PUT does with properties that its body leaves out. `full`: empties them, so the whole record goes along.
 * `partial`: keeps them. No public source tells which one is true.
 */
export type PutMode = 'full' | 'partial';

/** The body that changes the given properties of a record that has just been read. */
export function putBody(mode: PutMode, current: RemoteRecord, changes: Attributes): Record<string, Json> {
  const changed = inSpellingOf(current.raw, changes);
  return mode === 'full' ? { ...current.raw, ...changed } : { ...keyOf(current), ...changed };
}

/** The number, and the version in case Advoware compares it. */
function keyOf({ raw }: RemoteRecord): Attributes {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => ['betNr', 'rowId'].includes(canonicalName(name))));
}

const movedByAdvoware = new Set(['rowId', 'geaendertAm']);

/** Properties that nobody meant to change and that are empty after the write. */
export function emptiedProperties(before: RemoteRecord, changes: Attributes, after: RemoteRecord): readonly string[] {
  const meant = new Set(Object.keys(changes).map(canonicalName));
  return Object.entries(before.attributes)
    .filter(([name, value]) => !meant.has(name) && !movedByAdvoware.has(name) && !isEmpty(value))
    .map(([name]) => name)
    .filter((name) => isEmpty(after.attributes[name]));
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
