import type { Codec } from './codec.ts';
import type { DeletionRules } from './deletion.ts';
import type { LoopLimit } from './loop.ts';
import type { Policy } from './policy.ts';
import { type Attributes, attributeOf, type Canonical, type Json, type PerSide, type Side } from './values.ts';

/** `toReplica`: the master owns the field; a change on the replica is put back and recorded. */
export type Direction = 'both' | 'toReplica' | 'toMaster';

export interface MappedField<Name extends string = string, M extends string = string, R extends string = string> {
  /** The pair's own word for the field; ledger, messages and API use it. */
  readonly name: Name;
  /** The attribute on each side. */
  readonly attribute: { readonly master: M; readonly replica: R };
  readonly codec: Codec;
  readonly direction: Direction;
  readonly group: string;
  /** Sides that are known not to take this field. A change for them can't land: it is reported, never retried. */
  readonly readOnlyOn: readonly Side[];
  /** An empty value never wins: the other side's value is put back. */
  readonly required: boolean;
}

/** The master's own attributes that mirror the link, for people to see and for a rebuild of a lost store. */
export interface StatusAttributes {
  readonly replicaId: string;
  readonly replicaVersion: string;
  readonly lastSync: string;
  readonly state: string;
  readonly attempts: string;
  readonly message: string;
}

/** Fields by which two records are known to be the same thing. `weak` keys only propose: a person confirms. */
export interface IdentityKey<Name extends string = string> {
  readonly name: string;
  readonly fields: readonly Name[];
  readonly strength: 'strong' | 'weak';
}

/** One pair, checked and complete. Made by `definePair`. */
export interface PairDefinition<Name extends string = string, M extends string = string, R extends string = string> {
  readonly name: string;
  readonly title: PerSide<{ readonly system: string; readonly entity: string }>;
  readonly fields: readonly MappedField<Name, M, R>[];
  /** Who decides a field of each group that both sides changed. */
  readonly groups: Readonly<Record<string, Policy>>;
  /** Who decides when two records meet for the first time and both have a value. */
  readonly firstSync: Policy;
  readonly identity: readonly IdentityKey<Name>[];
  /**
   * The attribute of the replica that takes the master's id when it is created: by it a creation is found again whose
   * answer was lost. Null: it has none. In the master the status' `replicaId` does this.
   */
  readonly marker: string | null;
  /** On which sides a missing record may be created. */
  readonly createOn: readonly Side[];
  readonly deletion: DeletionRules;
  readonly loop: LoopLimit;
  /**
   * Null: the master shows nothing of its sync. Then nothing but fields is ever written to it, it does not name its partner,
   * and a lost store can't be rebuilt from it.
   */
  readonly status: StatusAttributes | null;
  /** The words that `status.state` may take, as the master spells them. */
  readonly states: Readonly<Record<SyncState, string>>;
}

export type SyncState = 'clean' | 'failed' | 'permanently_failed' | 'conflict' | 'deleted_in_replica';

export const statusAttributeNames = ({ status }: Pick<PairDefinition, 'status'>): readonly string[] =>
  status === null
    ? []
    : [status.replicaId, status.replicaVersion, status.lastSync, status.state, status.attempts, status.message];

/** The attribute by which a side's record names its partner, if it has one. */
export const namingAttribute = ({ status, marker }: PairDefinition, side: Side): string | null =>
  side === 'master' ? (status?.replicaId ?? null) : marker;

/** The attributes that the fields with these names have on a side. */
export const attributesOfFields = (pair: PairDefinition, side: Side, names: readonly string[]): readonly string[] =>
  pair.fields.filter(({ name }) => names.includes(name)).map(({ attribute }) => attribute[side]);

/** Only the mapped attributes of one side's record, empty ones included. */
export function project(pair: PairDefinition, side: Side, attributes: Attributes): Attributes {
  return Object.fromEntries(
    pair.fields.map(({ attribute }) => [attribute[side], attributeOf(attributes, attribute[side])]),
  );
}

/** What one side shows of a field, given as its record's attributes. */
export interface Shown {
  readonly side: Side;
  readonly attributes: Attributes;
}

/** Whether a field means the same in two views, of one side or of both. */
export function meansTheSame(field: MappedField, one: Shown, other: Shown): boolean {
  const { toCanonical } = field.codec;
  const isReadAlike = toCanonical[one.side] === toCanonical[other.side];
  // Most values are as they were; reading them would be most of the work on a page.
  if (isReadAlike && rawOf(field, one) === rawOf(field, other)) return true;
  return canonicalOf(field, one.side, one.attributes) === canonicalOf(field, other.side, other.attributes);
}

const rawOf = (field: MappedField, { side, attributes }: Shown): Json => attributeOf(attributes, field.attribute[side]);

export function canonicalOf(field: MappedField, side: Side, attributes: Attributes): Canonical {
  return field.codec.toCanonical[side](attributeOf(attributes, field.attribute[side]));
}
