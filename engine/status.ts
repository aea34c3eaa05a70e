import { type PairDefinition, type StatusAttributes, statusAttributeNames, type SyncState } from './pair.ts';
import type { RememberedSync } from './remembered-sync.ts';
import { type Attributes, attributeOf, type Json } from './values.ts';

/** What the master's record shows of its sync. */
export interface SyncStatus {
  readonly state: SyncState;
  readonly replicaId: string | null;
  readonly replicaVersion: string | null;
  /** `YYYY-MM-DD HH:MM:SS`, UTC. */
  readonly lastSync: string | null;
  readonly attempts: number;
  readonly message: string | null;
}

/** Nothing, where the master shows no status. */
export function statusAttributes({ status: names, states }: PairDefinition, status: SyncStatus): Attributes {
  if (names === null) return {};
  return {
    [names.replicaId]: status.replicaId,
    [names.replicaVersion]: status.replicaVersion,
    [names.lastSync]: status.lastSync,
    [names.state]: states[status.state],
    [names.attempts]: status.attempts,
    [names.message]: status.message,
  };
}

/**
 * Whether the status is worth a write of its own. Times are not: they travel with the next write; the replica's version
 * is only where the last status that was sent is unknown (`sent` is null), as after a crash between two writes. A status that the master changes by itself right after every write of ours (a formula) is not fought over.
 */
export function statusNeedsWrite(
  pair: PairDefinition,
  wanted: Attributes,
  shown: Attributes,
  last: { readonly sent: Attributes | null; readonly seen: Attributes | null },
): boolean {
  const { status } = pair;
  if (status === null) return false;
  const watched = last.sent === null ? [...visible(status), status.replicaVersion] : visible(status);
  return watched.some((name) => {
    const want = attributeOf(wanted, name);
    if (attributeOf(shown, name) === want) return false;
    const sameAsBefore = last.sent !== null && attributeOf(last.sent, name) === want;
    const keptByMaster = last.seen !== null && attributeOf(last.seen, name) === attributeOf(shown, name);
    return !(sameAsBefore && keptByMaster);
  });
}

const visible = (status: StatusAttributes): readonly string[] => [
  status.replicaId,
  status.state,
  status.attempts,
  status.message,
];

export const onlyStatus = (pair: PairDefinition, attributes: Attributes): Attributes =>
  Object.fromEntries(statusAttributeNames(pair).map((name) => [name, attributeOf(attributes, name)]));

/** Times in the status attributes are UTC text of whole seconds: `2026-11-21 09:12:00` (EspoCRM refuses milliseconds). */
export const statusTime = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ');

/** ISO 8601 of a status time, or null if there is none or it can't be read. */
export function isoOfStatusTime(value: Json): string | null {
  if (typeof value !== 'string') return null;
  const time = new Date(`${value.replace(' ', 'T')}Z`);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** What the master's attributes remember of an earlier sync. */
export function rememberedSync({ status }: PairDefinition, master: Attributes): RememberedSync {
  if (status === null) return { replicaVersion: null, lastSync: null };
  return {
    replicaVersion: textOf(attributeOf(master, status.replicaVersion)),
    lastSync: isoOfStatusTime(attributeOf(master, status.lastSync)),
  };
}

/** The replica's id as the master's record names it; null too where it can't. */
export const replicaIdIn = ({ status }: PairDefinition, master: Attributes): string | null =>
  status === null ? null : textOf(attributeOf(master, status.replicaId));

const textOf = (value: Json): string | null =>
  (typeof value === 'string' && value.trim() !== '') || typeof value === 'number' ? String(value).trim() : null;
