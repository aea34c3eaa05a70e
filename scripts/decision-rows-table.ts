import { policyInWords } from '../engine/policy.ts';
import type { Resolution } from '../engine/resolution.ts';
import { type Json, type Side, sides, textOfJson } from '../engine/values.ts';
import type { Circumstances, Decision, DecisionRow, Shown } from '../test/support/decision-row.ts';
import { table } from './markdown.ts';

const heads = ['situation', 'master', 'replica', 'policy', 'what else', 'then the master', 'then the replica'];

/** One table of situations: what both sides show of a field, what else is known, and what becomes of it. */
export const decisionRowsTable = (rows: readonly DecisionRow[]): string =>
  table([...heads, 'rule', 'kept as the loser', 'verdict'], rows.map(cellsOf));

const cellsOf = (row: DecisionRow): string[] => [
  row.situation,
  shownInWords(row.master),
  shownInWords(row.replica),
  policyInWords(row.policy),
  circumstancesOf(row).join('; '),
  ...sides.map((side) => fateOf(side, row)),
  row.outcome.rule === undefined ? '' : `\`${row.outcome.rule}\``,
  sides
    .flatMap((side) => row.outcome.loses?.[side] ?? [])
    .map(quoted)
    .join(', '),
  `\`${row.outcome.verdict}\``,
];

function shownInWords({ now, snapshot }: Shown): string {
  if (snapshot === undefined) return `unknown: ${quoted(now)}`;
  return now === snapshot ? `unchanged: ${quoted(now)}` : `changed: ${quoted(snapshot)} → ${quoted(now)}`;
}

const quoted = (value: Json): string =>
  value === null || value === '' ? '_empty_' : `\`${typeof value === 'string' ? value : textOfJson(value)}\``;

const circumstancesOf = ({ direction, required, notTakenBy, about, decided }: DecisionRow): string[] => [
  ...(direction === 'toReplica' ? ['the master owns it'] : []),
  ...(direction === 'toMaster' ? ['the replica owns it'] : []),
  ...(required === true ? ['must not be empty'] : []),
  ...(notTakenBy === undefined ? [] : [`the ${notTakenBy} does not take it`]),
  ...sides.flatMap((side) => momentsOf(side, about?.[side] ?? {})),
  ...(decided === undefined ? [] : [decisionInWords(decided)]),
];

function momentsOf(side: Side, { modifiedAtSeconds, byTandem, version }: Circumstances): string[] {
  const author = byTandem === true ? ' by Tandem' : '';
  return [
    ...(modifiedAtSeconds === undefined
      ? []
      : [`${side} modified${author} ${modifiedAtSeconds} s after the last sync`]),
    ...(version === undefined ? [] : [`${side} has ${version === 'same' ? 'the same' : 'another'} version`]),
  ];
}

function decisionInWords({ resolution, movedSince }: Decision): string {
  return `a person ${resolutionInWords(resolution)}${movedSince === undefined ? '' : `, then the ${movedSince} was edited`}`;
}

const resolutionInWords = (resolution: Resolution): string =>
  resolution.kind === 'take' ? `took the ${resolution.side}'s` : `gave ${quoted(resolution.value)}`;

function fateOf(side: Side, { outcome }: DecisionRow): string {
  const written = outcome.writes?.[side];
  if (written !== undefined) return written === null ? 'is emptied' : `gets ${quoted(written)}`;
  if (outcome.stranded === side) return 'stays, noted';
  return outcome.open === true ? 'stays, a person is asked' : 'stays';
}
