/**
 * How long the portal's users wait: 50 of them open pages of all kinds, one after the other, on the tables of a whole
 * organization (27,199 tasks), while rows are changed at the rate at which webhooks may come in. Each looks at a page for about
 * a second before the next. The API is a process of its own, as in production, on PostgreSQL. `--seconds 300` for the whole
 * five minutes, `--readers 1` for one who is alone, `--pause 0` for how much it can serve at all.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import type { Database, OpenDatabase } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { freePort } from '../cli/temporal-server/free-port.ts';
import { adminToken, clientToken, portalTokens } from '../test/support/portal-tokens.ts';
import { fullVolumes, largest, populatePortal } from '../test/support/portal-population.ts';
import { startTestPostgres } from '../test/support/postgres.ts';

const changes = { count: 1_000, perMs: 300_000 };
const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    readers: { type: 'string', default: '50' },
    pause: { type: 'string', default: '1' },
  },
});
const lastsMs = Number(given.seconds) * 1_000;
const readers = Number(given.readers);
const pauseMs = Number(given.pause) * 1_000;

const people = 'include=people';
const whole = 'include=people,comments,attachments,activities';
/** A screen and the requests that it is made of; `n` is another number each time. */
const screens: readonly { readonly name: string; readonly path: (n: number) => string; readonly isClients: boolean }[] =
  [
    { name: 'client projects', isClients: true, path: () => `/projects?${people}` },
    { name: 'client project overview', isClients: true, path: () => '/projects/1' },
    { name: 'client task list', isClients: true, path: () => `/tasks?projectId=1&status=open&${people}` },
    { name: 'client task', isClients: true, path: (n) => `/tasks/${taskOfClient(n)}?${whole}` },
    { name: 'admin projects', isClients: false, path: () => `/projects?limit=200&include=people,companies` },
    { name: 'admin task list', isClients: false, path: () => `/tasks?limit=200&${people}` },
    { name: 'admin task', isClients: false, path: (n) => `/tasks/${(n % fullVolumes.tasks) + 1}?${whole}` },
  ];

/** Every seventeenth is private. */
const taskOfClient = (n: number): number => {
  const id = (n % fullVolumes.tasksOfLargest) + 1;
  return id % 17 === 0 ? id - 1 : id;
};

interface Reading {
  readonly screen: string;
  readonly ms: number;
}

async function readAll(url: string, until: number): Promise<readonly Reading[]> {
  const tokens = { client: await clientToken(largest.companyId), admin: await adminToken() };
  const readings: Reading[] = [];
  const reader = async (first: number): Promise<void> => {
    for (let n = first; performance.now() < until; n += 1) {
      const screen = screens[n % screens.length];
      if (screen === undefined) throw new Error('there is no screen');
      const path = screen.path(first * 7_919 + n);
      const begun = performance.now();
      const authorization = `Bearer ${screen.isClients ? tokens.client : tokens.admin}`;
      const answer = await fetch(`${url}/portal/v1${path}`, { headers: { authorization } });
      await answer.text();
      if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`);
      readings.push({ screen: screen.name, ms: performance.now() - begun });
      // Half as long to half as long again, and never in step with the others.
      await sleep(pauseMs * (0.5 + ((first * 7 + n * 13) % 50) / 50));
    }
  };
  await Promise.all(Array.from({ length: readers }, (_, index) => reader(index)));
  return readings;
}

/** Changes tasks one by one, at an even pace, as webhooks have them changed. @returns how many there were */
async function change(db: Database, until: number): Promise<number> {
  const pauseMs = changes.perMs / changes.count;
  let count = 0;
  for (let next = performance.now(); next < until; next += pauseMs) {
    await sleep(Math.max(0, next - performance.now()));
    const id = ((count * 6_151) % fullVolumes.tasks) + 1;
    await db.execute(
      sql`update portal_tasks set title = ${`Changed ${count}`}, last_activity_at = now() where id = ${id}`,
    );
    count += 1;
  }
  return count;
}

const share = (sorted: readonly number[], part: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0).padStart(7);

function print(title: string, readings: readonly Reading[]): void {
  const sorted = readings.map(({ ms }) => ms).sort((one, other) => one - other);
  const count = String(sorted.length).padStart(7);
  process.stdout.write(
    `${title.padEnd(26)}${count}${share(sorted, 0.5)}${share(sorted, 0.95)}${share(sorted, 0.99)}${share(sorted, 1)}\n`,
  );
}

interface RunningApi {
  readonly url: string;
  stop(): Promise<void>;
}

/** As `tandem start --only api` does it, with the portal and nothing else; nobody answers where Temporal should be. */
async function startApi(databaseUrl: string): Promise<RunningApi> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['cli/tandem.ts', 'start', '--only', 'api'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...{ DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`, LOG_LEVEL: 'silent' },
      ...{ API_PORT: String(port), API_TOKENS: 'bench:0123456789abcdef', PORTAL_RATE_LIMIT: '1000000/1s' },
      ...{ PRODUCTIVE_TOKEN: 'nobody', PRODUCTIVE_ORGANIZATION_ID: '1' },
      ...{ PORTAL_JWT_SECRET: portalTokens.signer.secret, PORTAL_JWT_AUDIENCE: portalTokens.audience },
    },
  });
  const authorization = `Bearer ${await clientToken(largest.companyId)}`;
  const isUp = () =>
    fetch(`${url}/portal/v1/me`, { headers: { authorization } }).then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error('the API did not start');
    await sleep(200);
  }
  return {
    url,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function measure({ db, kind }: OpenDatabase, databaseUrl: string): Promise<void> {
  await populatePortal(db, fullVolumes);
  const api = await startApi(databaseUrl);
  const until = performance.now() + lastsMs;
  const [readings, changed] = await Promise.all([readAll(api.url, until), change(db, until)]).finally(() => api.stop());
  process.stdout.write(
    `${kind}: ${readers} readers, each a page every ${pauseMs / 1_000} s, for ${lastsMs / 1_000} s, ${fullVolumes.tasks} tasks, ${changed} changed meanwhile\n`,
  );
  process.stdout.write(`${'screen'.padEnd(26)}  pages    p50    p95    p99    max  (ms)\n`);
  for (const { name } of screens) {
    print(
      name,
      readings.filter(({ screen }) => screen === name),
    );
  }
  print('all', readings);
}

const postgres = await startTestPostgres();
if (postgres.kind === 'running') {
  const database = await openPostgres({ url: postgres.address, maxConnections: 2, onProblem: () => undefined });
  await measure(database, postgres.address).finally(async () => {
    await database.close();
    await postgres.stop();
  });
} else {
  process.stdout.write(`nothing was measured: ${postgres.reason}\n`);
}
