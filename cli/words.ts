import type { z } from 'zod';
import type { historyShape, outcomeShape } from '../api/ops/shapes.ts';

type Outcome = z.infer<typeof outcomeShape>;
type HistoryRow = z.infer<typeof historyShape>;

const verdicts: Readonly<Record<string, string>> = {
  no_change: 'both sides agree, nothing was written',
  master_newer: 'the master was newer',
  replica_newer: 'the replica was newer',
  merged: 'both had changed, in different fields: both edits are kept',
  conflict: 'both had changed the same field: the policy decided, the losing value is in the history',
  created: 'created on the other side',
  deleted: "the master's record is gone; nothing was deleted elsewhere",
};

/** An outcome in plain words. */
export function outcomeInWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'done':
      return `${outcome.verdict}: ${verdicts[outcome.verdict] ?? ''}`;
    case 'waiting':
      return `waiting (${outcome.code}${ofSystem(outcome.system)}), tried again in ${duration(outcome.retryInMs)}`;
    case 'parked':
      return `needs a person (${outcome.code}${ofSystem(outcome.system)})`;
    case 'moved':
      return `belongs to the record ${outcome.key} by now`;
    case 'paused':
      return 'the pair is paused; `tandem resume` lets it go on';
    case 'nothing':
      return 'already looked at a moment ago, nothing was left to do';
  }
}

const rules: Readonly<Record<string, string>> = {
  only_master_changed: 'only the master had changed it',
  only_replica_changed: 'only the replica had changed it',
  both_changed_master_wins: 'both had changed it, the master wins',
  both_changed_replica_wins: 'both had changed it, the replica wins',
  first_sync_fill: 'it was empty on this side at the first sync',
  first_sync_master_wins: 'both had a value at the first sync, the master wins',
  first_sync_replica_wins: 'both had a value at the first sync, the replica wins',
  against_direction: 'this side does not own the field, so it was put back',
  required: 'the field must not be empty, so it was put back',
  created: 'the record was created',
};

/** One line of a record's history. */
export function historyInWords(row: HistoryRow, systems: Readonly<Record<'master' | 'replica', string>>): string {
  const system = systems[row.side];
  if (row.action === 'create') return `${row.at}  ${system}: record created (${row.state}, by ${row.trigger})`;
  const change = `${row.field ?? ''}: ${shown(row.oldValue)} → ${shown(row.newValue)}`;
  const lost = row.losingValue === null ? '' : `; the losing value was ${shown(row.losingValue)}`;
  return `${row.at}  ${system} ${change}  (${rules[row.rule] ?? row.rule}${lost}; ${row.state}, by ${row.trigger})`;
}

const shown = (value: unknown): string => (value === null ? 'empty' : JSON.stringify(value));
const ofSystem = (system: string | null): string => (system === null ? '' : `, ${system}`);

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
