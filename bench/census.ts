/**
 * How long a census of a law firm's parties takes where nothing differs: 27,199 couples, both sides listed from memory.
 * What the lists take is left out, and the rest is compared with copying the same records, measured in the same run, since
 * milliseconds say more about the machine than about the census. On PostgreSQL where it is installed, and on PGlite.
 */
import { performance } from 'node:perf_hooks';
import { PageAhead } from '../activities/census/page-ahead.ts';
import { stepCensus } from '../activities/census/step-census.ts';
import type { WorkerDependencies } from '../activities/dependencies.ts';
import type { Connector, PageQuery, RecordPage, RemoteRecord } from '../connectors/connector.ts';
import { comparedAttributes } from '../engine/compare-row.ts';
import { defaultProbeLadderMs } from '../engine/circuit.ts';
import { messagesIn } from '../engine/messages.ts';
import { defaultRetryPolicy } from '../engine/retry.ts';
import type { Attributes, Side } from '../engine/values.ts';
import { sides } from '../engine/values.ts';
import { beteiligte } from '../mappers/beteiligte.ts';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../store/open-embedded.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { hints, links } from '../store/schema.ts';
import { syncDependencies } from '../sync-dependencies.ts';
import { startTestPostgres } from '../test/support/postgres.ts';
import { unlimitedBudget } from '../test/support/unlimited-budget.ts';

const couples = 27_199;
const pageLength = 200;
const mebibyte = 1_048_576;

const pair = beteiligte({ readOnlyInAdvoware: [] });
const mapped: Readonly<Record<Side, readonly string[]>> = {
  master: comparedAttributes(pair, 'master'),
  replica: comparedAttributes(pair, 'replica'),
};
const idOf = (side: Side, index: number): string =>
  side === 'master' ? `m${String(index).padStart(16, '0')}` : String(100_000 + index);

const given = (index: number): Attributes => ({
  dateOfBirth: '1980-02-11',
  geburtsdatum: '1980-02-11T00:00:00',
  salutationName: 'Mr.',
  anrede: 'Herr',
  rechtsform: 'GmbH',
  betnr: 100_000 + index,
});
const attributesOf = (side: Side, index: number): Attributes => {
  const known = given(index);
  return Object.fromEntries(mapped[side].map((name) => [name, known[name] ?? `${name} Müller & Söhne ${index}`]));
};
const recordOf = (side: Side, index: number): RemoteRecord => {
  const attributes = attributesOf(side, index);
  return { id: idOf(side, index), version: '7', attributes, raw: attributes, modifiedAt: null, modifiedByUs: null };
};

interface Remote {
  readonly connector: Connector;
  readonly requests: () => number;
  readonly tookMs: () => number;
}

/** A system that only lists, by id, and counts what that takes. */
function remoteOf(side: Side): Remote {
  const { system } = pair.title[side];
  let requests = 0;
  let tookMs = 0;
  const page = ({ position, limit }: PageQuery): RecordPage => {
    const after = position.afterId ?? '';
    const first = after === '' ? 0 : Number(after.replace('m', '')) - (side === 'master' ? 0 : 100_000) + 1;
    const length = Math.min(limit, couples - first);
    const records = Array.from({ length }, (_, index) => recordOf(side, first + index));
    return { records, total: couples, isLast: first + length === couples };
  };
  const refuse = (): never => {
    throw new Error(`${system} was asked for more than its list`);
  };
  const connector: Connector = {
    ...{ system, find: { by: 'id' }, showsEmptyAttributes: true, timeoutMs: 1_000, remove: null },
    ...{ read: refuse, search: refuse, create: refuse, update: refuse, probe: refuse, diagnose: refuse },
    list: {
      longestPage: pageLength,
      canListChanges: () => true,
      showsLess: () => false,
      page: async (_entity, query, context) => {
        await context.beforeCall({ system, purpose: 'record', isWrite: false });
        const startedAt = performance.now();
        const answer = page(query);
        requests += 1;
        tookMs += performance.now() - startedAt;
        return answer;
      },
    },
  };
  return { connector, requests: () => requests, tookMs: () => tookMs };
}

/** As an import has left them yesterday. */
async function storeLinks({ db }: OpenDatabase): Promise<void> {
  const yesterday = new Date(Date.now() - 86_400_000);
  for (let first = 0; first < couples; first += 500) {
    const length = Math.min(500, couples - first);
    await db.insert(links).values(
      Array.from({ length }, (_, offset) => {
        const index = first + offset;
        return {
          ...{ pair: pair.name, state: 'linked' as const, syncedAt: yesterday },
          ...{ masterId: idOf('master', index), replicaId: idOf('replica', index) },
          ...{ baseMaster: attributesOf('master', index), baseReplica: attributesOf('replica', index) },
          ...{ versionMaster: '7', versionReplica: '7' },
        };
      }),
    );
  }
}

function dependenciesOn(database: OpenDatabase, remotes: Readonly<Record<Side, Remote>>): WorkerDependencies {
  return syncDependencies({
    database,
    pairs: [pair],
    connectors: Object.fromEntries(
      sides.map((side) => [remotes[side].connector.system, remotes[side].connector] as const),
    ),
    retry: defaultRetryPolicy,
    messages: messagesIn('en', 'Europe/Berlin'),
    probeLadderMs: defaultProbeLadderMs,
    budget: unlimitedBudget,
    observer: {
      onPass: () => undefined,
      onCall: () => undefined,
      onRecovery: () => undefined,
      onProblem: (message, details) => {
        throw new Error(`${message} ${JSON.stringify(details)}`);
      },
    },
  });
}

interface Result {
  readonly ownMs: number;
  readonly requests: Readonly<Record<Side, number>>;
  readonly mostResident: number;
}

/** Walks over everything. @throws if it does not find both sides equal */
async function census(database: OpenDatabase): Promise<Result> {
  await storeLinks(database);
  const remotes = { master: remoteOf('master'), replica: remoteOf('replica') };
  const deps = dependenciesOn(database, remotes);
  const run = await deps.censusRuns.begin(
    { pair: pair.name, mode: 'census', dryRun: false, startedBy: 'bench' },
    new Date(),
  );
  const { signal } = new AbortController();
  const ahead = new PageAhead(() => true);
  let mostResident = 0;
  const startedAt = performance.now();
  for (;;) {
    const { kind } = await stepCensus(deps, { pair: pair.name, runId: run.id }, { signal, ahead });
    mostResident = Math.max(mostResident, process.memoryUsage.rss());
    if (kind === 'ended') break;
    if (kind !== 'moved') throw new Error(`The census came to '${kind}'`);
  }
  const ownMs = performance.now() - startedAt - remotes.master.tookMs() - remotes.replica.tookMs();
  const end = await deps.censusRuns.find(run.id);
  const same = sides.map((side) => end?.counts[side].same);
  const handedOver = await database.db.$count(hints);
  if (end?.state !== 'done' || handedOver > 0 || same.some((count) => count !== couples)) {
    throw new Error(`Nothing differs, but: ${JSON.stringify({ ...end, handedOver })}`);
  }
  return { ownMs, requests: { master: remotes.master.requests(), replica: remotes.replica.requests() }, mostResident };
}

/** The fastest of three rounds of copying every record of both sides once, page by page. */
function copyingMs(): number {
  const page = Array.from({ length: pageLength }, (_, index) => sides.map((side) => recordOf(side, index)));
  const round = (): number => {
    const startedAt = performance.now();
    for (let first = 0; first < couples; first += pageLength) structuredClone(page);
    return performance.now() - startedAt;
  };
  return Math.min(round(), round(), round());
}

const row = (...[what = '', ...numbers]: readonly string[]): string =>
  `${what.padEnd(14)}${numbers.map((text) => text.padStart(14)).join('')}\n`;

async function measure(name: string, database: OpenDatabase, copyMs: number): Promise<void> {
  const { ownMs, requests, mostResident } = await census(database);
  const perSecond = Math.round((2 * couples * 1_000) / ownMs).toLocaleString('en');
  const asked = `${requests.master} + ${requests.replica}`;
  const resident = `${Math.round(mostResident / mebibyte)} MiB`;
  process.stdout.write(row(name, perSecond, (ownMs / copyMs).toFixed(1), asked, resident));
  await database.close();
}

const copyMs = copyingMs();
process.stdout.write(`${couples.toLocaleString('en')} + ${couples.toLocaleString('en')} equal records\n`);
process.stdout.write(row('', 'records/s', '× a copy', 'requests', 'resident'));
const postgres = await startTestPostgres();
if (postgres.kind === 'running') {
  const database = await openPostgres({ url: postgres.address, maxConnections: 5, onProblem: () => undefined });
  await measure('PostgreSQL', database, copyMs).finally(() => postgres.stop());
}
await measure('PGlite', await openInMemory(), copyMs);
