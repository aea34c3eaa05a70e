/**
 * How long the portal's users wait: 50 of them open pages of all kinds, one after the other, on the tables of a whole
 * organization (27,199 tasks), while Productive sends webhooks at the rate at which they may come in: each is received, the
 * task is read anew, and the row is written. A reader looks at a page for about a second before the next. Everything is a
 * process of its own, as in production, on PostgreSQL, and on this one machine. `--seconds 300` for the whole five minutes,
 * `--readers 1` for one who is alone, `--pause 0` for how much it can serve at all, `--changes 0` for nobody who works in
 * Productive.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../store/database.ts';
import { adminToken, clientToken } from '../test/support/portal-tokens.ts';
import { until } from '../test/support/until.ts';
import { type ImportedPortal, openImportedPortal } from './imported-portal.ts';
import type { RunningProductive } from './portal-processes.ts';

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    readers: { type: 'string', default: '50' },
    pause: { type: 'string', default: '1' },
    changes: { type: 'string', default: '1000' },
  },
});
const lastsMs = Number(given.seconds) * 1_000;
const readers = Number(given.readers);
const pauseMs = Number(given.pause) * 1_000;
const changes = { count: Number(given.changes), perMs: 300_000 };

const foundTasks = z.object({ rows: z.array(z.object({ id: z.coerce.number(), productiveId: z.string() })).min(1) });
const foundProject = z.object({ rows: z.array(z.object({ projectId: z.coerce.number(), companyId: z.string() })) });

/** What readers open: rows of the portal, with Productive's ids. */
interface Population {
  /** Productive's id of the client. */
  readonly companyId: string;
  readonly projectId: number;
  readonly clientsTasks: readonly number[];
  readonly tasks: readonly { readonly id: number; readonly productiveId: string }[];
}

/** The project with the most tasks, of the client to whom it belongs. */
async function populationOf(db: Database): Promise<Population> {
  const { rows: found } = foundProject.parse(
    await db.execute(sql`select t.project_id as "projectId", c.productive_id as "companyId" from portal_tasks t
      join portal_projects p on p.id = t.project_id join portal_companies c on c.id = p.company_id
      where t.private is not true group by 1, 2 order by count(*) desc limit 1`),
  );
  const [largest] = found;
  if (largest === undefined) throw new Error('there is no task of a client');
  const tasks = async (where = sql`true`) =>
    foundTasks.parse(
      await db.execute(sql`select id, productive_id as "productiveId" from portal_tasks where ${where} order by id`),
    ).rows;
  const visible = sql`project_id = ${largest.projectId} and private is not true and deleted_at is null`;
  return { ...largest, clientsTasks: (await tasks(visible)).map(({ id }) => id), tasks: await tasks() };
}

const people = 'include=people';
const whole = 'include=people,comments,attachments,activities';
const oneOf = <T>(rows: readonly T[], n: number): T => {
  const row = rows[n % rows.length];
  if (row === undefined) throw new Error('there is no row');
  return row;
};

/** A screen and the requests that it is made of; `n` is another number each time. */
interface Screen {
  readonly name: string;
  readonly path: (n: number) => string;
  readonly isClients: boolean;
}
const screensOf = ({ projectId, clientsTasks, tasks }: Population): readonly Screen[] => [
  { name: 'client projects', isClients: true, path: () => `/projects?${people}` },
  { name: 'client project overview', isClients: true, path: () => `/projects/${projectId}` },
  { name: 'client task list', isClients: true, path: () => `/tasks?projectId=${projectId}&status=open&${people}` },
  { name: 'client task', isClients: true, path: (n) => `/tasks/${oneOf(clientsTasks, n)}?${whole}` },
  { name: 'admin projects', isClients: false, path: () => `/projects?limit=200&include=people,companies` },
  { name: 'admin task list', isClients: false, path: () => `/tasks?limit=200&${people}` },
  { name: 'admin task', isClients: false, path: (n) => `/tasks/${oneOf(tasks, n).id}?${whole}` },
];

interface Reading {
  readonly screen: string;
  readonly ms: number;
}

async function readAll(url: string, population: Population, endMs: number): Promise<readonly Reading[]> {
  const tokens = { client: await clientToken(population.companyId), admin: await adminToken() };
  const screens = screensOf(population);
  const readings: Reading[] = [];
  const reader = async (first: number): Promise<void> => {
    for (let n = first; performance.now() < endMs; n += 1) {
      const screen = oneOf(screens, n);
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

/** A person in Productive changes tasks one by one, at an even pace. @returns how many there were */
async function change(productive: RunningProductive, { tasks }: Population, endMs: number): Promise<number> {
  const everyMs = changes.perMs / changes.count;
  let count = 0;
  for (let next = performance.now(); next < endMs; next += everyMs) {
    await sleep(Math.max(0, next - performance.now()));
    const { productiveId } = oneOf(tasks, count * 6_151);
    await productive.control('PATCH', `/records/tasks/${productiveId}`, { title: `Changed ${count}` });
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

async function measure({ url, db, productive }: ImportedPortal): Promise<void> {
  const population = await populationOf(db);
  await productive.control('POST', '/webhooks/running', { everyMs: 50 });
  const { count: asked } = await productive.requests();
  const endMs = performance.now() + lastsMs;
  const [readings, changed] = await Promise.all([
    readAll(url, population, endMs),
    change(productive, population, endMs),
  ]);
  const arrived = async () => db.$count(sql`portal_tasks`, sql`title like 'Changed %'`);
  await until('every change has arrived', async () => (await arrived()) === changed);
  const lateMs = performance.now() - endMs;
  const requests = (await productive.requests()).count - asked;
  process.stdout.write(
    `${readers} readers, each a page every ${pauseMs / 1_000} s, for ${lastsMs / 1_000} s, ${population.tasks.length} tasks\n` +
      `${changed} changed in Productive meanwhile, all in the portal ${(lateMs / 1_000).toFixed(1)} s after the last; ` +
      `${requests} requests to Productive, webhooks and catch-up\n`,
  );
  process.stdout.write(`${'screen'.padEnd(26)}  pages    p50    p95    p99    max  (ms)\n`);
  for (const { name } of screensOf(population)) {
    print(
      name,
      readings.filter(({ screen }) => screen === name),
    );
  }
  print('all', readings);
}

const portal = await openImportedPortal();
await measure(portal).finally(() => portal.stop());
