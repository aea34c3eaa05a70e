import type { Command } from 'commander';
import type { z } from 'zod';
import { statusShape } from '../../api/ops/get-status.ts';
import { createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { duration } from '../words.ts';

type Status = z.infer<typeof statusShape>;

/** `tandem status [pair]`: how things stand. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('how things stand: records, waiting work, troubled records')
    .argument('[pair]')
    .option('--json', 'print the answer as JSON')
    .action(async (pair: string | undefined, { json }: { json?: boolean }) => {
      const status = await createApiClient(process.env).call('GET', '/status', statusShape);
      const pairs = status.pairs.filter(({ name }) => pair === undefined || name === pair);
      if (pairs.length === 0) throw new CommandFailed(`There is no pair ${pair ?? ''}`);
      console.log(json === true ? JSON.stringify({ ...status, pairs }) : inWords({ ...status, pairs }, new Date()));
    });
}

function inWords({ inbox, temporal, pairs }: Status, now: Date): string {
  const age =
    inbox.oldestDueAt === null ? '' : `, the oldest for ${duration(now.getTime() - Date.parse(inbox.oldestDueAt))}`;
  return [`Temporal: ${temporal}`, `Inbox: ${inbox.waiting} waiting${age}`, ...pairs.flatMap(pairInWords)].join('\n');
}

function pairInWords({ name, master, replica, paused, records, troubled }: Status['pairs'][number]): string[] {
  const { linked, waiting, parked, deleted } = records;
  return [
    '',
    `${name}: ${master.system} ${master.entity} ↔ ${replica.system} ${replica.entity}`,
    ...(paused === null ? [] : [`  PAUSED since ${paused.since}: ${paused.reason}`]),
    `  ${linked} linked, ${waiting} waiting, ${parked} need a person, ${deleted} deleted`,
    ...troubled.map(({ masterId, replicaId, failure, nextAttemptAt }) => {
      const id = masterId ?? `replica:${replicaId ?? ''}`;
      const next = nextAttemptAt === null ? '' : ` (again at ${nextAttemptAt})`;
      return `  ! ${id}: ${failure?.message ?? ''}${next}`;
    }),
  ];
}
