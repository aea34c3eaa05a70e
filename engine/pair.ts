import { type Codec, roundTrips } from './codec.ts';
import { type Attributes, attributeOf, type Canonical, type PerSide, type Side, sides } from './values.ts';

/** `toReplica`: the master owns the field; a change on the replica is put back and recorded. */
export type Direction = 'both' | 'toReplica' | 'toMaster';

export interface MappedField {
  /** The pair's own word for the field; ledger, messages and API use it. */
  readonly name: string;
  /** The attribute on each side. */
  readonly attribute: PerSide<string>;
  readonly codec: Codec;
  readonly direction: Direction;
  readonly group: string;
  /** Sides that are known not to take this field. A change for them can't land: it is reported, never retried. */
  readonly readOnlyOn: readonly Side[];
  /** An empty value never wins: the other side's value is put back. */
  readonly required: boolean;
}

/** Who wins a field that both sides changed. */
export type ContestedPolicy = 'master' | 'replica';

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
export interface IdentityKey {
  readonly name: string;
  readonly fields: readonly string[];
  readonly strength: 'strong' | 'weak';
}

export interface PairDefinition {
  readonly name: string;
  readonly title: PerSide<{ readonly system: string; readonly entity: string }>;
  readonly fields: readonly MappedField[];
  readonly contested: Readonly<Record<string, ContestedPolicy>>;
  /** Whose value is taken when two records meet for the first time and both have one. */
  readonly firstSync: Side;
  readonly identity: readonly IdentityKey[];
  /** On which sides a missing record may be created. */
  readonly createOn: readonly Side[];
  readonly status: StatusAttributes;
  /** The words that `status.state` may take, as the master spells them. */
  readonly states: Readonly<Record<SyncState, string>>;
}

export type SyncState = 'clean' | 'failed' | 'permanently_failed' | 'conflict' | 'deleted_in_replica';

export class InvalidPair extends Error {
  readonly code = 'invalid_pair';
  constructor(pair: string, problems: readonly string[]) {
    super(`The pair "${pair}" can't be right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidPair';
  }
}

/** Checks a pair at start-up. @throws InvalidPair with every problem found. */
export function definePair(pair: PairDefinition): PairDefinition {
  const problems = [...doubles(pair), ...statusAlsoMapped(pair), ...badCodecs(pair), ...badNames(pair)];
  if (problems.length > 0) throw new InvalidPair(pair.name, problems);
  return pair;
}

export const statusAttributeNames = ({ status }: PairDefinition): readonly string[] => [
  status.replicaId,
  status.replicaVersion,
  status.lastSync,
  status.state,
  status.attempts,
  status.message,
];

/** Only the mapped attributes of one side's record, empty ones included. */
export function project(pair: PairDefinition, side: Side, attributes: Attributes): Attributes {
  return Object.fromEntries(
    pair.fields.map(({ attribute }) => [attribute[side], attributeOf(attributes, attribute[side])]),
  );
}

export function canonicalOf(field: MappedField, side: Side, attributes: Attributes): Canonical {
  return field.codec.toCanonical[side](attributeOf(attributes, field.attribute[side]));
}

function doubles(pair: PairDefinition): string[] {
  return sides.flatMap((side) =>
    repeated(pair.fields.map((field) => field.attribute[side])).map(
      (attribute) => `two fields are mapped onto ${pair.title[side].system}.${attribute}`,
    ),
  );
}

function statusAlsoMapped(pair: PairDefinition): string[] {
  const status = new Set(statusAttributeNames(pair));
  return pair.fields
    .filter((field) => status.has(field.attribute.master))
    .map((field) => `${field.attribute.master} is a status attribute and can't be mapped too`);
}

function badCodecs(pair: PairDefinition): string[] {
  return pair.fields.flatMap((field) =>
    sides.flatMap((side) =>
      field.codec.examples
        .filter((example) => !roundTrips(field.codec, example, side))
        .map((example) => `${field.name}: ${String(example)} does not come back from the ${side}`),
    ),
  );
}

function badNames(pair: PairDefinition): string[] {
  const names = new Set(pair.fields.map(({ name }) => name));
  return [
    ...repeated(pair.fields.map(({ name }) => name)).map((name) => `two fields are called ${name}`),
    ...pair.fields
      .filter(({ group }) => pair.contested[group] === undefined)
      .map(({ name, group }) => `${name} is in the group ${group}, which has no policy`),
    ...pair.identity.flatMap((key) =>
      key.fields.filter((name) => !names.has(name)).map((name) => `${key.name} names the unknown field ${name}`),
    ),
  ];
}

const repeated = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];
