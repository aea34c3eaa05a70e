import type { Command } from 'commander';
import type { z } from 'zod';
import { statusShape } from '../../api/ops/get-status.ts';
import { createApiClient } from '../api-client.ts';
import { progressInWords, walkName } from '../census/walk-in-words.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPairOrAll, asJson } from '../help.ts';
import { counted, definitionAdvice, duration } from '../words.ts';

type Status = z.infer<typeof statusShape>;

/** `tandem status [pair]`: how things stand. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('show how everything stands: systems, waiting work, records, and the latest failures')
    .argument('[pair]', aPairOrAll)
    .option('--json', asJson)
    .action(async (pair: string | undefined, { json }: { json?: boolean }) => {
      const status = await createApiClient(process.env).call('GET', '/status', statusShape);
      const pairs = status.pairs.filter(({ name }) => pair === undefined || name === pair);
      if (pairs.length === 0) throw new CommandFailed(`There is no pair ${pair ?? ''}`);
      console.log(json === true ? JSON.stringify({ ...status, pairs }) : inWords({ ...status, pairs }, new Date()));
    });
}

function inWords({ inbox, temporal, circuits, budgets, feeds, pairs }: Status, now: Date): string {
  const age =
    inbox.oldestDueAt === null ? '' : `, the oldest for ${duration(now.getTime() - Date.parse(inbox.oldestDueAt))}`;
  return [
    `Temporal: ${temporal}`,
    `Inbox: ${inbox.waiting} waiting${age}`,
    ...circuits.map(circuitInWords),
    ...budgets.map(budgetInWords),
    ...feeds.map(({ system, feed, ...state }) => `${system}: ${feed}: ${behindInWords(state)}`),
    ...pairs.flatMap(pairInWords),
  ].join('\n');
}

function budgetInWords({ system, limitedBy, windows }: Status['budgets'][number]): string {
  const used = windows.map((window) => `${window.used} of ${window.calls} calls in ${duration(window.perMs)}`);
  const fallback = limitedBy === 'fallback' ? '; REDIS DOES NOT COUNT, so only a tenth of it can be used' : '';
  return `${system}: ${used.join(', ')}${fallback}`;
}

const troubles = { unavailable: 'NOT REACHABLE', auth_failed: 'LOGIN REFUSED', rate_limited: 'asks for a pause' };

const circuitInWords = ({ system, code, message, since, askedAgainAt }: Status['circuits'][number]): string =>
  `${system}: ${troubles[code]} since ${since}, asked again at ${askedAgainAt}; its records wait and go on by themselves (${message})`;

function pairInWords({ name, master, replica, records, troubled, ...rest }: Status['pairs'][number]): string[] {
  const { linked, waiting, parked, unlinked, deleted } = records;
  return [
    '',
    `${name}: ${master.system} ${master.entity} ↔ ${replica.system} ${replica.entity}`,
    ...stopsInWords({ name, ...rest }),
    ...notImportedInWords(name, rest.notImported, { master, replica }),
    ...watchInWords(rest.watch, { master, replica }),
    `  ${linked} linked, ${waiting} waiting, ${parked} need a person, ${unlinked} unlinked, ${deleted} deleted`,
    ...(rest.census === null
      ? []
      : [
          `  ${walkName(rest.census)}: ${progressInWords(rest.census, { master: master.system, replica: replica.system })}`,
        ]),
    ...(rest.openConflicts === 0
      ? []
      : [`  ${counted(rest.openConflicts, 'open conflict')}: \`tandem conflicts ${name}\``]),
    ...troubled.map(({ masterId, replicaId, failure, nextAttemptAt }) => {
      const id = masterId ?? `replica:${replicaId ?? ''}`;
      const next = nextAttemptAt === null ? '' : ` (again at ${nextAttemptAt})`;
      return `  ! ${id}: ${failure?.message ?? ''}${next}`;
    }),
  ];
}

function behindInWords({ caughtUpAt, behind }: Pick<Status['feeds'][number], 'caughtUpAt' | 'behind'>): string {
  const last = caughtUpAt === null ? 'never caught up so far' : `last caught up at ${caughtUpAt}`;
  if (behind === null) return last;
  const why = behind.trouble === null ? 'there is more than can be read at once' : behind.trouble;
  return `BEHIND by ${duration(behind.seconds * 1_000)} since ${behind.since} (${why}), ${last}`;
}

/** Where it stands with what nobody reports. */
function watchInWords(
  { catchUp, rollingCheck }: Status['pairs'][number]['watch'],
  systems: Pick<Status['pairs'][number], 'master' | 'replica'>,
): string[] {
  return [
    ...catchUp.map(({ side, ...state }) => `  changes in ${systems[side].system}: ${behindInWords(state)}`),
    ...rollingCheck.map(({ side, periodMs, linked, neverVisited, oldestAt, isKept }) => {
      const oldest = oldestAt === null ? 'nothing is linked' : `the oldest visit is of ${oldestAt}`;
      const never = neverVisited === 0 ? '' : `, ${neverVisited} of ${linked} not visited so far`;
      const kept = isKept ? 'kept' : 'NOT KEPT';
      return `  visits in ${systems[side].system}: ${oldest}${never}; all within ${duration(periodMs)}: ${kept}`;
    }),
  ];
}

function notImportedInWords(
  name: string,
  notImported: Status['pairs'][number]['notImported'],
  systems: Pick<Status['pairs'][number], 'master' | 'replica'>,
): string[] {
  if (notImported === null) return [];
  const { withoutPartner } = notImported;
  const advice = `\`tandem backfill ${name} --dry-run\` shows what the first import would do`;
  const lone = (['master', 'replica'] as const).flatMap((side) => {
    const count = withoutPartner?.[side] ?? 0;
    return count === 0 ? [] : [`${counted(count, 'record')} in ${systems[side].system}`];
  });
  const seen = lone.length === 0 ? '' : `; the last walk saw ${lone.join(' and ')} without a partner`;
  return [`  NOT IMPORTED YET: ${advice}${seen}`];
}

/** Everything that keeps the pair from writing, or from deleting. */
function stopsInWords({
  name,
  paused,
  definitionChanges,
  deletionsHeldSince,
}: Pick<Status['pairs'][number], 'name' | 'paused' | 'definitionChanges' | 'deletionsHeldSince'>): string[] {
  return [
    ...(paused === null ? [] : [`  PAUSED since ${paused.since}: ${paused.reason}`]),
    ...(definitionChanges.length === 0
      ? []
      : [`  DEFINITION CHANGED, nothing is written until it is accepted: ${definitionAdvice(name)}`]),
    ...(deletionsHeldSince === null
      ? []
      : [`  DELETIONS HELD since ${deletionsHeldSince}: \`tandem deletions ${name}\` shows them`]),
  ];
}
