import { roundTrips } from './codec.ts';
import { deletePolicyKinds } from './deletion.ts';
import { type PairDefinition, statusAttributeNames } from './pair.ts';
import { type Policy, policyKinds } from './policy.ts';
import { type PerSide, type Side, sides } from './values.ts';

type Check = (pair: PairDefinition) => readonly string[];

/** Everything for which a pair can't be right; empty if nothing was found. */
export function problemsOf(pair: PairDefinition, ignored: Partial<PerSide<readonly string[]>>): readonly string[] {
  return [...checks.flatMap((check) => check(pair)), ...unknownIgnored(pair, ignored)];
}

const checks: readonly Check[] = [
  nothingMapped,
  doubleAttributes,
  statusAlsoMapped,
  markerAlsoMapped,
  doubleStatus,
  badCodecs,
  unknownGroups,
  badPolicies,
  badCombinations,
  badIdentity,
  badDirections,
  badDeletion,
  badEditRule,
  badLimits,
  badReferences,
];

function nothingMapped({ fields }: PairDefinition): readonly string[] {
  return fields.length === 0 ? ['no field is mapped'] : [];
}

function doubleAttributes(pair: PairDefinition): readonly string[] {
  return sides.flatMap((side) =>
    repeated(pair.fields.map(({ attribute }) => attribute[side])).map(
      (attribute) => `two fields are mapped onto ${pair.title[side].system}.${attribute}`,
    ),
  );
}

function statusAlsoMapped(pair: PairDefinition): readonly string[] {
  const status = new Set(statusAttributeNames(pair));
  return pair.fields
    .filter(({ attribute }) => status.has(attribute.master))
    .map(({ attribute }) => `${attribute.master} is a status attribute and can't be mapped too`);
}

function markerAlsoMapped({ fields, marker }: PairDefinition): readonly string[] {
  return fields
    .filter(({ attribute }) => attribute.replica === marker)
    .map(({ attribute }) => `${attribute.replica} is the marker and can't be mapped too`);
}

function doubleStatus(pair: PairDefinition): readonly string[] {
  return repeated(statusAttributeNames(pair)).map((attribute) => `${attribute} is to hold two parts of the status`);
}

function badCodecs({ fields }: PairDefinition): readonly string[] {
  return fields.flatMap(({ name, codec }) =>
    sides.flatMap((side) =>
      codec.examples
        .filter((example) => !roundTrips(codec, example, side))
        .map((example) => `${name}: ${JSON.stringify(example)} does not come back from the ${side}`),
    ),
  );
}

function unknownGroups({ fields, groups }: PairDefinition): readonly string[] {
  return fields
    .filter(({ group }) => groups[group] === undefined)
    .map(({ name, group }) => `${name} is in the group ${group}, which has no policy`);
}

function badPolicies({ groups, firstSync }: PairDefinition): readonly string[] {
  const named: [string, Policy][] = [...Object.entries(groups), ['the first sync', firstSync]];
  return named.flatMap(([name, policy]) => {
    if (!policyKinds.includes(policy.kind))
      return [`${name} has the unknown policy ${policy.kind}; there are ${policyKinds.join(', ')}`];
    const isBad = policy.kind === 'newest' && !(policy.toleranceMs >= 0);
    return isBad ? [`${name}: the tolerance of "newest" can't be less than nothing`] : [];
  });
}

/** What a function makes of two examples must be a value that both sides can hold, and must not depend on chance. */
function badCombinations({ fields, groups }: PairDefinition): readonly string[] {
  return fields.flatMap(({ name, group, codec }) => {
    const policy = groups[group];
    if (policy?.kind !== 'combine') return [];
    const trials = codec.examples.flatMap((master) => codec.examples.map((replica) => ({ master, replica })));
    const isBad = trials.some((values) => {
      const made = policy.combine({ base: undefined, values });
      return (
        made !== policy.combine({ base: undefined, values }) || !sides.every((side) => roundTrips(codec, made, side))
      );
    });
    return isBad ? [`${name}: what "${policy.name}" makes of two values does not come back from both sides`] : [];
  });
}

function badIdentity({ fields, identity }: PairDefinition): readonly string[] {
  const names = new Set(fields.map(({ name }) => name));
  const twice = repeated(identity.map(({ name }) => name)).map((name) => `two keys are called ${name}`);
  const wrong = identity.flatMap((key) => [
    ...(key.fields.length === 0 ? [`${key.name} names no field`] : []),
    ...key.fields.filter((name) => !names.has(name)).map((name) => `${key.name} names the unknown field ${name}`),
  ]);
  return [...twice, ...wrong];
}

const answersToEdits: readonly string[] = ['restore', 'delete'];

function badEditRule({ deletion: { whenEdited } }: PairDefinition): readonly string[] {
  return answersToEdits.includes(whenEdited)
    ? []
    : [`an edit of a record whose partner was deleted leads to ${answersToEdits.join(' or ')}, not to ${whenEdited}`];
}

const directions: readonly string[] = ['both', 'toReplica', 'toMaster'];

function badDirections({ fields }: PairDefinition): readonly string[] {
  return fields
    .filter(({ direction }) => !directions.includes(direction))
    .map(({ name, direction }) => `${name} has the unknown direction ${direction}; there are ${directions.join(', ')}`);
}

function badDeletion(pair: PairDefinition): readonly string[] {
  return sides.flatMap((side) => {
    const policy = pair.deletion.of[side];
    if (!deletePolicyKinds.includes(policy.kind))
      return [`the deletion policy ${policy.kind} is unknown; there are ${deletePolicyKinds.join(', ')}`];
    if (policy.kind !== 'archive') return [];
    const written = Object.keys(policy.attributes);
    if (written.length === 0) return [`archiving in ${pair.title[side].system} sets no attribute`];
    return written
      .filter((name) => takenNames(pair, side).has(name))
      .map((name) => `${name} is mapped, so archiving can't set it`);
  });
}

function takenNames(pair: PairDefinition, side: Side): ReadonlySet<string> {
  const mapped = pair.fields.map(({ attribute }) => attribute[side]);
  return new Set(side === 'master' ? [...mapped, ...statusAttributeNames(pair)] : mapped);
}

function badLimits({ deletion, loop }: PairDefinition): readonly string[] {
  const { windowMs, least, share } = deletion.budget;
  const isBudgetBad = !(windowMs > 0) || !(least >= 0) || !(share >= 0 && share <= 1);
  const isLoopBad = !(loop.windowMs > 0) || !(loop.returns >= 1);
  return [
    ...(isBudgetBad ? ['the deletion budget needs a window, a least number from 0 and a share from 0 to 1'] : []),
    ...(isLoopBad ? ['the loop limit needs a window and at least one return'] : []),
  ];
}

/** The first record would wait for another one for ever. */
function badReferences({ name, fields }: PairDefinition): readonly string[] {
  return fields.flatMap(({ name: field, codec: { target }, required }) => {
    if (target === undefined) return [];
    if (target === '') return [`${field} points to no pair`];
    return target === name && required
      ? [`${field} points to records of the pair itself, so it can't be required`]
      : [];
  });
}

function unknownIgnored(pair: PairDefinition, ignored: Partial<PerSide<readonly string[]>>): readonly string[] {
  return sides.flatMap((side) => {
    const mapped = new Set<string>(pair.fields.map(({ attribute }) => attribute[side]));
    return (ignored[side] ?? [])
      .filter((attribute) => !mapped.has(attribute))
      .map((attribute) => `${attribute} is said to be ignored by ${pair.title[side].system}, but is not mapped`);
  });
}

const repeated = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];
