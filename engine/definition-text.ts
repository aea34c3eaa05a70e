import type { DeletePolicy } from './deletion.ts';
import type { MappedField, PairDefinition } from './pair.ts';
import { policyInWords } from './policy.ts';
import { sides, textOfJson } from './values.ts';

/** Everything about a pair that decides what is written, part by part in words. Two definitions are equal if these are. */
export type DefinitionText = Readonly<Record<string, string>>;

/** Every pass asks for it, and a definition does not change while a process lives. */
const known = new WeakMap<PairDefinition, DefinitionText>();

export function definitionText(pair: PairDefinition): DefinitionText {
  const text = known.get(pair) ?? textOf(pair);
  known.set(pair, text);
  return text;
}

/** Whether two definitions write the same. */
export function isSameDefinition(one: DefinitionText, other: DefinitionText): boolean {
  const parts = Object.keys(one);
  return parts.length === Object.keys(other).length && parts.every((part) => one[part] === other[part]);
}

function textOf(pair: PairDefinition): DefinitionText {
  const { title, fields, groups, firstSync, identity, marker, createOn, deletion, loop } = pair;
  const parts: [string, string][] = [
    ['systems', sides.map((side) => `${title[side].system} ${title[side].entity}`).join(' ↔ ')],
    ...fields.map((field): [string, string] => [`field ${field.name}`, fieldText(field)]),
    ...Object.entries(groups).map(([name, policy]): [string, string] => [`group ${name}`, policyInWords(policy)]),
    ['first sync', policyInWords(firstSync)],
    ...identity.map((key): [string, string] => [`key ${key.name}`, `${key.strength}: ${key.fields.join(' + ')}`]),
    ['marker', marker ?? 'none'],
    ['creates on', createOn.join(', ')],
    ...sides.map((side): [string, string] => [`deleted partner of the ${side}`, deletionText(deletion.of[side])]),
    ['edited and deleted', deletion.whenEdited],
    ['deletion budget', textOfJson({ ...deletion.budget })],
    ['loop limit', textOfJson({ ...loop })],
  ];
  return Object.fromEntries(parts);
}

/** What differs between two definitions, one line each. */
export function definitionChanges(before: DefinitionText, now: DefinitionText): readonly string[] {
  const parts = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return parts
    .filter((part) => before[part] !== now[part])
    .map((part) => `${part}: ${before[part] ?? 'nothing'} → ${now[part] ?? 'nothing'}`);
}

function fieldText({ attribute, codec, direction, group, readOnlyOn, required }: MappedField): string {
  const options = codec.options === undefined ? '' : ` of ${textOfJson({ ...codec.options })}`;
  const forms = codec.examples.map((example) => sides.map((side) => codec.fromCanonical[side](example)));
  return [
    `${attribute.master} ↔ ${attribute.replica}`,
    `${codec.kind}${options}`,
    `written as ${textOfJson(forms)}`,
    direction,
    `group ${group}`,
    ...readOnlyOn.map((side) => `not taken by the ${side}`),
    ...(required ? ['required'] : []),
  ].join(', ');
}

const deletionText = (policy: DeletePolicy): string =>
  policy.kind === 'archive' ? `archive with ${textOfJson(policy.attributes)}` : policy.kind;
