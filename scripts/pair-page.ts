import type { Codec } from '../engine/codec.ts';
import {
  type Direction,
  type MappedField,
  type PairDefinition,
  type StatusAttributes,
  statusAttributeNames,
  type SyncState,
} from '../engine/pair.ts';
import { masterWins, policyInWords } from '../engine/policy.ts';
import { table } from './markdown.ts';

type MasterTypes = Readonly<Record<string, string>>;

/** The hand-written part of a pair's page, before and after its tables. */
export interface PairProse {
  readonly introduction: string;
  /** What the master's admin has to create, by attribute: the type in the master's own words. None where it shows no status. */
  readonly masterTypes?: MasterTypes;
  readonly afterTables: string;
}

/** A pair's page: its fields, keys and states from the definition, its prose by hand. */
export function pairPage(pair: PairDefinition, prose: PairProse): string {
  const { master, replica } = pair.title;
  return `# ${pair.name}: ${master.system} \`${master.entity}\` ↔ ${replica.system} \`${replica.entity}\`

<!-- Written by scripts/write-docs.ts from mappers/${pair.name}.ts and scripts/${pair.name}-prose.ts. Change those, then run \`npm run docs\`. -->

${prose.introduction}

## Fields

${fieldTable(pair)}

${choices(pair.fields)}

## Which records are the same

${identity(pair)}

The number is looked at first. The other keys are tried for a record that has no partner yet, and only where the other
system can be searched. A record that belongs to another couple is never a match.

${pair.status === null ? noStatus(pair) : statusInMaster(pair, pair.status, prose)}

${prose.afterTables}`;
}

const statusInMaster = (pair: PairDefinition, status: StatusAttributes, prose: PairProse): string => {
  const { system } = pair.title.master;
  return `## Status in ${system}

${statusTable(status)}

${stateTable(pair, status)}

## What to create in ${system}

${masterTable(pair, status, prose.masterTypes ?? {})}`;
};

const noStatus = ({ title: { master, replica } }: PairDefinition): string => `## Status

${master.system} shows none: nothing is created or written there for it. How a record stands follows from Tandem's own tables, and
whoever reads the record in ${replica.system} sees it there.`;

const directions: Readonly<Record<Direction, string>> = { both: '↔', toReplica: '→', toMaster: '←' };

export function fieldTable({ title, fields, groups }: PairDefinition): string {
  const heads = ['field', title.master.system, title.replica.system, 'kind', 'direction', 'if both changed it'];
  const rows = fields.map((field) => [
    field.required ? `${field.name}, required` : field.name,
    `\`${field.attribute.master}\``,
    `\`${field.attribute.replica}\``,
    kindInWords(field.codec),
    directions[field.direction],
    `${field.group}: ${policyInWords(groups[field.group] ?? masterWins)}`,
    field.readOnlyOn.includes('replica') ? 'no' : 'yes',
  ]);
  return table([...heads, `taken by ${title.replica.system}`], rows);
}

const kindInWords = ({ kind }: Codec): string => (kind === 'day' ? 'day without time' : kind);

function choices(fields: readonly MappedField[]): string {
  return fields
    .flatMap(({ name, codec }) => (codec.options === undefined ? [] : [wordsOf(name, codec, codec.options.master)]))
    .join('\n');
}

/** Each word of the master with what it means in the replica, where these differ. */
function wordsOf(name: string, { toCanonical }: Codec, words: readonly string[]): string {
  const meanings = words.map((word) => {
    const meaning = String(toCanonical.master(word));
    return meaning === word ? `\`${word}\`` : `\`${word}\` = \`${meaning}\``;
  });
  return `- **${name}** (written as): ${meanings.join(', ')}. A word outside this list passes through unchanged.`;
}

function identity({ identity: keys, status, marker }: PairDefinition): string {
  const rows = keys.map(({ name, fields, strength }) => [name, fields.join(' + '), consequence[strength]]);
  const named = status === null ? `\`${marker ?? ''}\` of the replica` : `\`${status.replicaId}\` of the master`;
  return table(['key', 'fields', 'a match'], [['the number', named, consequence.strong], ...rows]);
}

const consequence = { strong: 'links, if it is the only one', weak: 'is asked about, never linked by itself' } as const;

const purposes: readonly (readonly [keyof StatusAttributes, string])[] = [
  ['replicaId', "the partner's number; a person may enter it to connect an existing record"],
  ['replicaVersion', "the partner's version at the last sync"],
  ['lastSync', 'when both sides last agreed, UTC'],
  ['state', 'one of the values below'],
  ['attempts', 'failed attempts that count'],
  ['message', 'what is the matter and what to do; empty when clean'],
];

const statusTable = (status: StatusAttributes): string =>
  table(
    ['attribute', 'holds'],
    purposes.map(([purpose, meaning]) => [`\`${status[purpose]}\``, meaning]),
  );

const meanings: readonly (readonly [SyncState, string])[] = [
  ['clean', 'both sides agree as far as they can'],
  ['failed', 'it failed and is tried again by itself'],
  ['permanently_failed', 'it is not tried again by itself: a person has to act'],
  ['conflict', 'a question for a person: which records belong together, or which value of a field stays'],
  ['deleted_in_replica', 'the partner does not exist any more; nothing was deleted here'],
];

const stateTable = ({ states }: PairDefinition, status: StatusAttributes): string =>
  table(
    [`\`${status.state}\``, 'means'],
    meanings.map(([state, meaning]) => [`\`${states[state]}\``, meaning]),
  );

function masterTable(pair: PairDefinition, { state }: StatusAttributes, types: MasterTypes): string {
  const mapped = pair.fields.map(({ attribute, codec }) => ({
    attribute: attribute.master,
    options: codec.options?.master ?? [],
  }));
  const status = statusAttributeNames(pair).map((attribute) => ({
    attribute,
    options: attribute === state ? Object.values(pair.states) : [],
  }));
  const rows = [...mapped, ...status].map(({ attribute, options }) => [
    `\`${attribute}\``,
    typeOf(attribute, types),
    options.map((option) => `\`${option}\``).join(', '),
  ]);
  return table(['attribute', 'type', 'options it must offer'], rows);
}

/** @throws if the prose forgets an attribute, so that the page can't be incomplete */
function typeOf(attribute: string, types: MasterTypes): string {
  const type = types[attribute];
  if (type === undefined) throw new Error(`scripts/*-prose.ts does not say which type ${attribute} has`);
  return type;
}
