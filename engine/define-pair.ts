import type { Codec } from './codec.ts';
import { type DeletePolicy, type DeletionBudget, defaultDeletionBudget, type DeletionRules } from './deletion.ts';
import { defaultLoopLimit, type LoopLimit } from './loop.ts';
import type { Direction, IdentityKey, MappedField, PairDefinition, StatusAttributes, SyncState } from './pair.ts';
import { problemsOf } from './pair-problems.ts';
import { masterWins, type Policy } from './policy.ts';
import { type PerSide, type Side, sides } from './values.ts';

export class InvalidPair extends Error {
  readonly code = 'invalid_pair';
  constructor(pair: string, problems: readonly string[]) {
    super(`The pair "${pair}" can't be right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidPair';
  }
}

/** One row of a pair's table. Made by `field`. */
export interface FieldRow<M extends string = string, R extends string = string, Group extends string = string> {
  readonly master: M;
  readonly replica: R;
  readonly codec: Codec;
  readonly group: Group;
  readonly direction: Direction;
  readonly required: boolean;
}

export interface FieldOptions<Group extends string> {
  /** Fields that belong together have one policy. */
  readonly group: Group;
  /** Default: both. */
  readonly direction?: Direction;
  /** An empty value never wins. Default: it may. */
  readonly required?: boolean;
}

/** One row: the master's attribute, the replica's, how both hold the value, and who decides. */
export const field = <const M extends string, const R extends string, const Group extends string>(
  master: M,
  replica: R,
  codec: Codec,
  { group, direction = 'both', required = false }: FieldOptions<Group>,
): FieldRow<M, R, Group> => ({ master, replica, codec, group, direction, required });

type Rows<Group extends string> = Readonly<Record<string, FieldRow<string, string, Group>>>;
type NameOf<Fields> = keyof Fields & string;

/** What a pair says of itself. Whatever is left out has the default that loses least. */
export interface PairSpec<Groups extends Readonly<Record<string, Policy>>, Fields> {
  readonly name: string;
  readonly master: { readonly system: string; readonly entity: string };
  readonly replica: { readonly system: string; readonly entity: string };
  readonly fields: Fields;
  /** Who decides what both sides changed, by group. */
  readonly groups: Groups;
  /** Who decides where two records meet for the first time and both have a value. Default: the master. */
  readonly firstSync?: Policy;
  readonly identity?: readonly IdentityKey<NameOf<Fields>>[];
  /** Attributes that a side is known to ignore when they are written. */
  readonly ignored?: Partial<PerSide<readonly string[]>>;
  /** The replica's attribute that takes the master's id when it is created. Default: there is none. */
  readonly marker?: string;
  /** Default: both sides. */
  readonly createOn?: readonly Side[];
  /** What becomes of a side's record when its partner was deleted. Default: a person is asked. */
  readonly whenPartnerDeleted?: Partial<PerSide<DeletePolicy>>;
  /** Default: an edit since the last agreement brings the deleted partner back. */
  readonly whenEditedAndDeleted?: DeletionRules['whenEdited'];
  readonly deletionBudget?: Partial<DeletionBudget>;
  readonly loopLimit?: Partial<LoopLimit>;
  /** Null: the master has no attributes for it, and none are written. */
  readonly status: StatusAttributes | null;
  /** Default: the states' own names. */
  readonly states?: Readonly<Record<SyncState, string>>;
}

const ownStates: Readonly<Record<SyncState, string>> = {
  clean: 'clean',
  failed: 'failed',
  permanently_failed: 'permanently_failed',
  conflict: 'conflict',
  deleted_in_replica: 'deleted_in_replica',
};

type DefinedPair<Fields extends Readonly<Record<string, FieldRow>>> = PairDefinition<
  NameOf<Fields>,
  Fields[NameOf<Fields>]['master'],
  Fields[NameOf<Fields>]['replica']
>;

/**
 * Makes a pair of its table and checks it, at start-up. The type knows both sides' attribute names.
 * @throws InvalidPair with every problem found
 */
export function definePair<
  const Groups extends Readonly<Record<string, Policy>>,
  const Fields extends Rows<keyof Groups & string>,
>(spec: PairSpec<Groups, Fields>): DefinedPair<Fields> {
  const pair = complete(spec);
  const problems = problemsOf(pair, spec.ignored ?? {});
  if (problems.length > 0) throw new InvalidPair(spec.name, problems);
  // The names in the definition are the keys and attributes of this very table.
  return pair;
}

type AnySpec = Omit<PairSpec<Readonly<Record<string, Policy>>, Rows<string>>, 'identity'> & {
  readonly identity?: readonly IdentityKey[];
};

function complete(spec: AnySpec): PairDefinition {
  const { name, master, replica, groups, status } = spec;
  return {
    name,
    title: { master, replica },
    fields: Object.entries(spec.fields).map(([fieldName, row]) => mapped(fieldName, row, spec.ignored ?? {})),
    groups,
    firstSync: spec.firstSync ?? masterWins,
    identity: spec.identity ?? [],
    marker: spec.marker ?? null,
    createOn: spec.createOn ?? sides,
    deletion: deletionRules(spec),
    loop: { ...defaultLoopLimit, ...spec.loopLimit },
    status,
    states: spec.states ?? ownStates,
  };
}

function mapped(
  name: string,
  { master, replica, ...rest }: FieldRow,
  ignored: Partial<PerSide<readonly string[]>>,
): MappedField {
  const attribute = { master, replica };
  return { name, attribute, ...rest, readOnlyOn: sides.filter((side) => ignored[side]?.includes(attribute[side])) };
}

const deletionRules = (spec: AnySpec): DeletionRules => ({
  of: { master: { kind: 'ask' }, replica: { kind: 'ask' }, ...spec.whenPartnerDeleted },
  whenEdited: spec.whenEditedAndDeleted ?? 'restore',
  budget: { ...defaultDeletionBudget, ...spec.deletionBudget },
});

/** A key that proves: one match links. */
export const strong = <const Name extends string>(name: string, fields: readonly Name[]): IdentityKey<Name> => ({
  name,
  fields,
  strength: 'strong',
});

/** A key that only suggests: matches are asked about. */
export const weak = <const Name extends string>(name: string, fields: readonly Name[]): IdentityKey<Name> => ({
  name,
  fields,
  strength: 'weak',
});
