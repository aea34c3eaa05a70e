/**
 * How long the first import of everything takes where Productive's budget sets the pace: 27,199 tasks, 15,486 comments and
 * the smaller entities, at most 100 requests in any ten seconds. Compared with the least time in which so many requests could
 * be sent at all by the share that an import may use.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { createApiClient } from '../cli/api-client.ts';
import { follow } from '../cli/census/follow.ts';
import { importAll } from '../cli/census/import-all.ts';
import { noDisplay } from '../cli/census/progress-display.ts';
import { start } from '../cli/start.ts';
import { startTemporalServer } from '../cli/temporal-server/start.ts';
import { parseConfig } from '../config.ts';
import { shareOf } from '../connectors/call-budget.ts';
import { createLog } from '../log.ts';
import { startTestPostgres } from '../test/support/postgres.ts';

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const window = { calls: 100, perMs: 10_000 };
const share = shareOf(window.calls, 'backfill');
const boundMs = (requests: number): number => Math.floor((requests - 1) / share) * window.perMs;

const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
const server = await startTemporalServer({ log: () => undefined, environment });
const found = process.env['PORTAL_ON'] === 'PGlite' ? null : await startTestPostgres();
const postgres = found?.kind === 'running' ? found : null;
const directory = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
const simulator = fork(new URL('productive-process.ts', import.meta.url), { execArgv: [] });
const [where] = (await once(simulator, 'message')) as unknown[];
const productive = z
  .object({ url: z.string(), apiUrl: z.string(), token: z.string(), organizationId: z.string() })
  .parse(where);
const rates = z.object({ mostIn10s: z.number(), counts: z.record(z.string(), z.number()) });
const seenByProductive = async () => {
  const { mostIn10s, counts } = rates.parse(await (await fetch(`${productive.url}/_control/rates`)).json());
  return { mostIn10s, requests: Object.values(counts).reduce((sum, count) => sum + count, 0) };
};
const token = 'a-token-of-the-bench-that-is-long-enough';
const tandem = await start(
  parseConfig({
    PRODUCTIVE_URL: productive.apiUrl,
    PRODUCTIVE_TOKEN: productive.token,
    PRODUCTIVE_ORGANIZATION_ID: productive.organizationId,
    PORTAL_JWT_SECRET: 'a-secret-of-the-bench-that-is-long-enough',
    API_TOKENS: `bench:${token}`,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_TASK_QUEUE: `bench-${randomUUID()}`,
    TANDEM_DATA: directory,
    ...(postgres === null ? {} : { DATABASE_URL: postgres.address }),
    API_PORT: '0',
    // It asks twenty times a second how far it is.
    API_RATE_LIMIT: '100000/1m',
    PRODUCTIVE_CATCH_UP_EVERY: 'off',
    CENSUS_AT: 'off',
  }),
  'all',
  createLog('silent'),
);
await tandem.ready;
const api = createApiClient({ TANDEM_API_URL: tandem.api?.url, TANDEM_API_TOKEN: token });
const startedAt = performance.now();
const { ending } = await importAll({
  ...{ api, again: false },
  follow: async (run, _systems, onLook) => {
    const begunAt = performance.now();
    const followed = await follow(api, run, noDisplay, {
      detached: new AbortController().signal,
      onLook,
    });
    const [from, to] = [begunAt, performance.now()].map((at) => ((at - startedAt) / 1_000).toFixed(1).padStart(5));
    const { requests } = await seenByProductive();
    print(`  ${run.pair.padEnd(20)} ${from} to ${to} s  ${requests} requests so far`);
    return followed;
  },
  say: () => undefined,
});
if (ending.kind !== 'done') throw new Error(JSON.stringify(ending));
const tookMs = performance.now() - startedAt;
const { requests, mostIn10s } = await seenByProductive();
print(`${requests} requests in ${(tookMs / 1_000).toFixed(1)} s, most in any 10 s: ${mostIn10s}`);
print(
  `the budget's bound: ${(boundMs(requests) / 1_000).toFixed(1)} s; ratio ${(tookMs / boundMs(requests)).toFixed(2)}`,
);
await tandem.stop();
simulator.disconnect();
await server.stop();
await postgres?.stop();
await rm(directory, { recursive: true, force: true });
