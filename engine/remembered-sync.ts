import type { FieldState } from './snapshot.ts';
import type { PerSide } from './values.ts';

/**
 * What the master's own status attributes still say of an earlier sync: all that is left when a link has no base
 * (taken over from another system, or a lost store).
 */
export interface RememberedSync {
  readonly replicaVersion: string | null;
  /** ISO 8601 UTC. */
  readonly lastSync: string | null;
}

interface Witness {
  readonly version: string | null;
  readonly modifiedAt: string | null;
  readonly modifiedByUs: boolean | null;
}

/** Our own status write and the server's clock that stamps it lie at most this far apart. */
export const clockToleranceMs = 5_000;

/**
 * Which side has moved since the remembered sync. The replica's version decides for the replica, its time only where
 * no version is known; for the master its time counts only if somebody else was its last author, since the write that
 * stored `lastSync` bumped that time too. Nothing remembered, or nothing that explains a difference: a first sync.
 */
export function statesSince(remembered: RememberedSync, seen: PerSide<Witness>): PerSide<FieldState> {
  const master = masterMoved(remembered, seen.master);
  const replica = replicaMoved(remembered, seen.replica);
  if (!master && !replica) return { master: 'unknown', replica: 'unknown' };
  return { master: master ? 'changed' : 'unchanged', replica: replica ? 'changed' : 'unchanged' };
}

function masterMoved({ lastSync }: RememberedSync, { modifiedAt, modifiedByUs }: Witness): boolean {
  return modifiedByUs !== true && isAfter(modifiedAt, lastSync);
}

function replicaMoved({ replicaVersion, lastSync }: RememberedSync, { version, modifiedAt }: Witness): boolean {
  if (replicaVersion !== null && version !== null) return replicaVersion !== version;
  return isAfter(modifiedAt, lastSync);
}

function isAfter(time: string | null, reference: string | null): boolean {
  return time !== null && reference !== null && Date.parse(time) > Date.parse(reference) + clockToleranceMs;
}
