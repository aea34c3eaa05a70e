import type { Command } from 'commander';
import { z } from 'zod';
import { checkShape, pendingShape, type recordShape } from '../../api/ops/shapes.ts';
import { targetInWords } from '../../engine/reference.ts';
import { createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPair, aRecord, asJson, looked, withEpilogue } from '../help.ts';
import { pathOf } from '../pages.ts';
import { outcomeInWords } from '../words.ts';

export const lookedShape = z.union([checkShape, pendingShape]);
type Looked = z.infer<typeof lookedShape>;

/** `tandem sync-check <pair> <id>`: looks at a record in both systems now. */
export function addSyncCheck(program: Command): void {
  const command = program
    .command('sync-check')
    .description('compare one record in both systems now and bring the two into agreement')
    .argument('<pair>', aPair)
    .argument('<id>', aRecord)
    .option('--json', asJson)
    .action(async (pair: string, id: string, { json }: { json?: boolean }) => {
      const answer = await createApiClient(process.env).call('POST', `${pathOf(pair, id)}/check`, lookedShape);
      tellLooked(answer, json === true);
    });
  withEpilogue(command, {
    examples: [
      ['tandem sync-check beteiligte 6b00f52007b2f80d3', "a record by the master's id"],
      ['tandem sync-check beteiligte replica:104860', 'a record that only the replica has'],
    ],
    exitCodes: looked,
  });
}

/** What came of a look, and the exit code for it. @throws CommandFailed if it is still to come */
export function tellLooked(answer: Looked, json: boolean): void {
  console.log(json ? JSON.stringify(answer) : inWords(answer));
  if ('pending' in answer) throw new CommandFailed('It is stored and will be done; ask again later.', 3);
  if (answer.outcome.kind === 'parked' || answer.outcome.kind === 'paused') process.exitCode = 1;
  if (answer.outcome.kind === 'waiting' || answer.outcome.kind === 'held_back') process.exitCode = 3;
}

type Note = NonNullable<z.infer<typeof recordShape>['fieldNotes'][string]>;

function noteInWords({ kind, side, waitsFor }: Note): string {
  if (waitsFor !== undefined) return `waits for ${targetInWords(waitsFor)}`;
  return `${kind === 'not_taken' ? 'not taken' : 'stored differently'} by the ${side}`;
}

function inWords(answer: Looked): string {
  if ('pending' in answer) {
    return answer.pending.reason === 'not_started'
      ? 'Temporal or the worker does not answer.'
      : 'It takes longer than usual.';
  }
  const { outcome, fields, calls, tookMs, record } = answer;
  const written = fields.length === 0 ? [] : [`  fields written: ${fields.join(', ')}`];
  const counted = Object.entries(calls).map(([system, count]) => `${system} ${count}`);
  const notes = Object.entries(record?.fieldNotes ?? {}).map(([field, note]) => `  ${field}: ${noteInWords(note)}`);
  const isUnknown = outcome.kind === 'done' && outcome.verdict === 'deleted' && record?.syncedAt == null;
  return [
    isUnknown ? 'the master has no such record, and Tandem never synced one' : outcomeInWords(outcome),
    ...(record?.failure == null ? [] : [`  ${record.failure.message}`]),
    ...written,
    ...notes,
    `  calls: ${counted.length === 0 ? 'none' : counted.join(', ')} in ${Math.round(tookMs)} ms`,
  ].join('\n');
}
