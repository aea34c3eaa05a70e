/**
 * How long a first import takes where a budget, not the machine, sets the pace: parties of an EspoCRM that Advoware does not
 * have yet, with at most 100 requests of EspoCRM in any ten seconds. Compared with the least time in which so many requests
 * could be sent at all by the share that an import may use, since nothing else says whether time was wasted.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../cli/start.ts';
import { startTemporalServer } from '../cli/temporal-server/start.ts';
import { parseConfig } from '../config.ts';
import { shareOf } from '../connectors/call-budget.ts';
import { createLog } from '../log.ts';

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const records = Number(process.env['IMPORT_RECORDS'] ?? 400);
const window = { calls: 100, perMs: 10_000 };
const share = shareOf(window.calls, 'backfill');

/** The least time between the first and the last of so many requests. */
const boundMs = (requests: number): number => Math.floor((requests - 1) / share) * window.perMs;

const { TEMPORAL_ADDRESS: _, TEST_TEMPORAL_ADDRESS: given, ...environment } = process.env;
const server = given === undefined ? await startTemporalServer({ log: () => undefined, environment }) : null;
process.env['TEST_TEMPORAL_ADDRESS'] = given ?? server?.address ?? '';
const { startSystems, apiToken } = await import('../test/support/service-under-test.ts');
const directory = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
const systems = await startSystems({ search: ['name', 'vorname'] });
for (let number = 0; number < records; number += 1)
  systems.crm.create('CBeteiligte', { lastName: `Nr. ${number}`, firstName: 'Toni' });

const tandem = await start(
  parseConfig({
    ...systems.environment,
    ESPOCRM_BUDGET: '100/10s',
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_TASK_QUEUE: `bench-${randomUUID()}`,
    TANDEM_DATA: directory,
    API_PORT: '0',
  }),
  'all',
  createLog('silent'),
);
await tandem.ready;
const census = `${tandem.api?.url ?? ''}/api/v1/pairs/beteiligte/census`;
const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' };
const startedAt = performance.now();
await fetch(census, { method: 'POST', headers, body: JSON.stringify({ mode: 'backfill', dryRun: false }) });
const isThrough = () => systems.crm.records('CBeteiligte').every((record) => record['syncStatus'] === 'clean');
while (!isThrough()) await sleep(50);
const tookMs = performance.now() - startedAt;
const requests = systems.crm.rateLimit.arrived;

print(`first import of ${records} parties, EspoCRM at most ${window.calls} requests in 10 s (an import: ${share})`);
print(
  `  ${requests} requests in ${(tookMs / 1_000).toFixed(1)} s, most in any 10 s: ${systems.crm.rateLimit.mostInAnyWindow(window.perMs)}`,
);
print(
  `  the budget's bound: ${(boundMs(requests) / 1_000).toFixed(1)} s; ratio ${(tookMs / boundMs(requests)).toFixed(2)}`,
);
await tandem.stop();
await systems.stop();
await server?.stop();
await rm(directory, { recursive: true, force: true });
