/**
 * How long the first import of everything takes where Productive's budget sets the pace: 27,199 tasks, 15,486 comments and
 * the smaller entities, at most 100 requests in any ten seconds. Compared with the time that so many requests take by the
 * share that an import may use: at an even pace, and with each window used up in its first moment, which nobody can
 * do but which is the least. `--kills 2`: the service is killed so often while tasks are imported,
 * and started again at once.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { CensusRunView } from '../api/ops/census-shape.ts';
import { createApiClient } from '../cli/api-client.ts';
import { follow } from '../cli/census/follow.ts';
import { importAll } from '../cli/census/import-all.ts';
import { noDisplay } from '../cli/census/progress-display.ts';
import { shareOf } from '../connectors/call-budget.ts';
import { openPortalProcesses, together } from './portal-processes.ts';

const { values: given } = parseArgs({ options: { kills: { type: 'string', default: '0' } } });
const kills = Number(given.kills);
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const window = { calls: 100, perMs: 10_000 };
const share = shareOf(window.calls, 'backfill');
const leastMs = (requests: number): number => Math.floor((requests - 1) / share) * window.perMs;
const evenMs = (requests: number): number => ((requests - 1) / share) * window.perMs;

// Nothing but the import asks.
const quiet = { PRODUCTIVE_CATCH_UP_EVERY: 'off', KEEP_WEBHOOKS_EVERY: 'off', ROLLING_CHECK_PERIOD: 'off' };
const portal = await openPortalProcesses(together, { ...quiet, PUBLIC_URL: undefined });
const api = createApiClient({ TANDEM_API_URL: portal.url, TANDEM_API_TOKEN: portal.apiToken });

/** Shares of the tasks at which the service is killed. */
const killAt = Array.from({ length: kills }, (_, index) => (index + 1) / (kills + 1));
function killIfItIsTime({ pair, counts, expected }: CensusRunView): void {
  const [next] = killAt;
  if (pair !== 'tasks' || next === undefined || expected.master === null) return;
  if (counts.master.seen < expected.master * next) return;
  killAt.shift();
  print(`  killed when ${counts.master.seen} tasks were there`);
  portal.killAndStart();
}

const startedAt = performance.now();
const secondsSoFar = (): string => ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5);
const { ending } = await importAll({
  ...{ api, again: false, say: () => undefined },
  follow: async (run, _systems, onLook) => {
    const from = secondsSoFar();
    const followed = await follow(api, run, noDisplay, {
      detached: new AbortController().signal,
      onLook: (seen) => {
        onLook(seen);
        killIfItIsTime(seen);
      },
    });
    const { count } = await portal.productive.requests();
    print(`  ${run.pair.padEnd(20)} ${from} to ${secondsSoFar()} s  ${count} requests so far`);
    return followed;
  },
});
if (ending.kind !== 'done') throw new Error(JSON.stringify(ending));
const tookMs = performance.now() - startedAt;
const { count, mostIn10s } = await portal.productive.requests();
print(`${count} requests in ${(tookMs / 1_000).toFixed(1)} s, most in any 10 s: ${mostIn10s}`);
const compared = (what: string, ms: number): boolean =>
  print(`${what}: ${(ms / 1_000).toFixed(1)} s; ratio ${(tookMs / ms).toFixed(2)}`);
compared('the budget at an even pace', evenMs(count));
compared('the budget, each window at once', leastMs(count));
await portal.stop();
