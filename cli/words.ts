import type { z } from 'zod';
import type { historyShape, outcomeShape } from '../api/ops/shapes.ts';
import { rules } from '../engine/rules.ts';

type Outcome = z.infer<typeof outcomeShape>;
type HistoryRow = z.infer<typeof historyShape>;

const verdicts: Readonly<Record<string, string>> = {
  no_change: 'both sides agree, nothing was written',
  master_newer: 'the master was newer',
  replica_newer: 'the replica was newer',
  merged: 'both had changed, in different fields: both edits are kept',
  conflict:
    'both had changed the same field: the policy decided and the losing value is in the history, or it waits for a person (`tandem conflicts`)',
  created: 'created on the other side',
  deleted: 'a record of the couple is gone; `tandem explain` shows whether the other one was touched',
};

/** An outcome in plain words. */
export function outcomeInWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'done':
      return `${outcome.verdict}: ${verdicts[outcome.verdict] ?? ''}`;
    case 'waiting':
      return `waiting (${outcome.code}${ofSystem(outcome.system)}), ${whenAgain(outcome.retryInMs)}`;
    case 'held_back':
      return `waits (${outcome.code}${ofSystem(outcome.system)}) and goes on by itself; \`tandem status\` says more`;
    case 'parked':
      return `needs a person (${outcome.code}${ofSystem(outcome.system)})`;
    case 'moved':
      return `now belongs to the record ${outcome.key}`;
    case 'paused':
      return 'nothing is written for the pair: run `tandem resume`, or `tandem plan --accept` if its definition has changed (`tandem status` says which)';
    case 'nothing':
      return 'it was looked at a moment ago, and nothing is left to do';
  }
}

const ruleWords: Readonly<Record<string, string>> = rules;

/** Why a value is written. */
export const ruleInWords = (rule: string): string => ruleWords[rule] ?? rule;

const removals = { delete: 'record deleted', archive: 'record archived' } as const;

/** One line of a record's history. */
export function historyInWords(row: HistoryRow, systems: Readonly<Record<'master' | 'replica', string>>): string {
  const system = systems[row.side];
  const end = `${row.state}, by ${row.trigger}`;
  if (row.action === 'create') {
    const why = row.rule === 'created' ? '' : `${ruleInWords(row.rule)}; `;
    return `${row.at}  ${system}: record created  (${why}${end})`;
  }
  if (row.action !== 'set') {
    const held = `it held ${shown(withoutEmpty(row.oldValue))}`;
    return `${row.at}  ${system}: ${removals[row.action]}  (${ruleInWords(row.rule)}; ${held}; ${end})`;
  }
  const change = `${row.field ?? ''}: ${shown(row.oldValue)} → ${shown(row.newValue)}`;
  const lost = row.losingValue === null ? '' : `; the losing value was ${shown(row.losingValue)}`;
  const decided = row.conflictId === null ? '' : `; conflict ${row.conflictId}`;
  return `${row.at}  ${system} ${change}  (${ruleInWords(row.rule)}${decided}${lost}; ${end})`;
}

/** Attributes that had a value. */
const withoutEmpty = (values: HistoryRow['oldValue']): object =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== null));

/** A value as JSON, cut after so many characters if they are given. */
export function shown(value: unknown, most = Number.POSITIVE_INFINITY): string {
  if (value === null) return 'empty';
  const text = JSON.stringify(value);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

const whenAgain = (ms: number | null): string =>
  ms === null ? 'goes on by itself as soon as that is there' : `tried again in ${duration(ms)}`;

const ofSystem = (system: string | null): string => (system === null ? '' : `, ${system}`);

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** What to do about a definition that has changed. */
export const definitionAdvice = (pair: string): string =>
  `\`tandem plan ${pair}\` shows what it would write, \`tandem plan ${pair} --accept\` accepts it`;
