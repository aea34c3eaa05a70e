import type { Gone } from './deletion.ts';
import { meansTheSame, type PairDefinition } from './pair.ts';
import { replicaIdIn } from './status.ts';
import { type Attributes, attributeOf, type Json, type Side } from './values.ts';

/** A record as a list or a visit shows it. */
export interface SeenRow {
  readonly id: string;
  readonly version: string | null;
  readonly attributes: Attributes;
}

/** What is remembered of the couple that a row belongs to. */
export interface KnownLink {
  readonly state: 'new' | 'linked' | 'unlinked' | 'deleted' | 'parked';
  readonly gone: Gone | null;
  /** With what both sides showed when it failed, as far as they were read. */
  readonly failure: { readonly seen: Readonly<Partial<Record<Side, Attributes>>> } | null;
  readonly nextAttemptAt: Date | null;
  readonly baseMaster: Attributes | null;
  readonly baseReplica: Attributes | null;
  readonly versionMaster: string | null;
  readonly versionReplica: string | null;
  readonly replicaId: string | null;
  readonly formerReplicaIds: readonly string[];
  /** The status attributes that the master showed after they were last sent. */
  readonly statusSeen: Attributes | null;
}

/** `returned`: it was gone when its couple was parted. */
export type RowFinding = 'same' | 'differing' | 'unlinked' | 'returned';

export interface RowComparison {
  readonly pair: PairDefinition;
  readonly side: Side;
  readonly row: SeenRow;
  /** Null: no couple has this record. */
  readonly link: KnownLink | null;
  /** Whether the row may show less of this attribute than a read does: then the version decides. */
  readonly showsLess: (attribute: string, shown: Json | undefined) => boolean;
}

/**
 * Whether a row of a whole population is worth a look at its record. Only finds: the look reads again and decides. A
 * record that waits or is parked is worth it only if it shows something else than when it failed, as for a webhook.
 */
export function compareRow(comparison: RowComparison): RowFinding {
  const { side, link } = comparison;
  if (link === null) return 'unlinked';
  switch (link.state) {
    case 'unlinked':
    case 'deleted':
      return link.gone === side || link.gone === 'both' ? 'returned' : 'same';
    case 'new':
      return isUntried(link) || leftSnapshot(comparison, link.failure?.seen[side]) ? 'differing' : 'same';
    case 'linked':
    case 'parked':
      return leftSnapshot(comparison, link.failure?.seen[side] ?? baseOf(link, side)) ? 'differing' : 'same';
  }
}

/** The attributes that a row must show to be compared. */
export function comparedAttributes({ fields, status }: PairDefinition, side: Side): readonly string[] {
  const mapped = fields.map(({ attribute }) => attribute[side]);
  return [...new Set(side === 'master' && status !== null ? [...mapped, status.replicaId] : mapped)];
}

const isUntried = ({ failure, nextAttemptAt }: KnownLink): boolean => failure === null && nextAttemptAt === null;

const baseOf = (link: KnownLink, side: Side): Attributes =>
  (side === 'master' ? link.baseMaster : link.baseReplica) ?? {};

/** @param snapshot undefined: nothing is known of what this side showed */
function leftSnapshot(comparison: RowComparison, snapshot: Attributes | undefined): boolean {
  if (snapshot === undefined) return false;
  const { pair, side, row, link, showsLess } = comparison;
  let isPartlyUnknown = false;
  for (const field of pair.fields) {
    const attribute = field.attribute[side];
    if (showsLess(attribute, row.attributes[attribute])) isPartlyUnknown = true;
    else if (snapshot[attribute] === undefined) return true;
    else if (!meansTheSame(field, { side, attributes: snapshot }, { side, ...row })) return true;
  }
  if (link === null) return isPartlyUnknown;
  if (side === 'master' && hasNumberMoved(comparison, link)) return true;
  return isPartlyUnknown && !isSameVersion(row, side === 'master' ? link.versionMaster : link.versionReplica);
}

const isSameVersion = ({ version }: SeenRow, known: string | null): boolean => version !== null && version === known;

/** Whether the master names another partner than it should, or none although it did after the last status. */
function hasNumberMoved({ pair, row }: RowComparison, link: KnownLink): boolean {
  if (pair.status === null) return false;
  const named = replicaIdIn(pair, row.attributes);
  const then = link.failure?.seen.master;
  if (then !== undefined) return named !== replicaIdIn(pair, then);
  if (named !== null) return named !== link.replicaId && !link.formerReplicaIds.includes(named);
  return link.replicaId !== null && attributeOf(link.statusSeen ?? {}, pair.status.replicaId) !== null;
}
