import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { OpenCircuit } from '../../store/circuits.ts';
import { feedStates, watchStates } from '../watching.ts';
import type { ApiDependencies, PairInfo } from '../dependencies.ts';
import { censusRun, type CensusRunView, censusView } from './census-shape.ts';
import { pairView } from './get-pairs.ts';
import { pairShape, problems, recordShape, recordView } from './shapes.ts';
import { feedShape, feedView, watchShape, watchView } from './watch-shape.ts';

export const statusShape = z.object({
  inbox: z.object({ waiting: z.int(), oldestDueAt: z.iso.datetime().nullable() }),
  temporal: z.enum(['ok', 'not reachable']),
  /** Systems in trouble: what needs them waits and goes on by itself. */
  circuits: z.array(
    z.object({
      system: z.string(),
      code: z.enum(['unavailable', 'auth_failed', 'rate_limited']),
      message: z.string(),
      since: z.iso.datetime(),
      /** When the system is asked again. */
      askedAgainAt: z.iso.datetime(),
    }),
  ),
  /** Systems whose calls are limited by us, and how much of that is used at the moment. */
  budgets: z.array(
    z.object({
      system: z.string(),
      limitedBy: z.enum(['nothing', 'store', 'redis', 'fallback']),
      windows: z.array(z.object({ calls: z.int(), perMs: z.int(), used: z.int() })),
    }),
  ),
  /** What systems tell of changes apart from lists, and how far that has been read. */
  feeds: z.array(feedShape),
  pairs: z.array(
    pairShape.extend({
      /** Fields that wait for a person's decision. */
      openConflicts: z.int(),
      troubled: z.array(recordShape),
      watch: watchShape,
      /** The walk over the pair that is under way. */
      census: censusRun.nullable(),
      /** Null once somebody has had the pair imported, or walked over. Until then walks that begin by themselves create nothing. */
      notImported: z
        .object({
          /** How many records of each side the last walk has seen that no couple has; null: none has come to its end. */
          withoutPartner: z.object({ master: z.int(), replica: z.int() }).nullable(),
        })
        .nullable(),
    }),
  ),
});
type NotImported = z.infer<typeof statusShape>['pairs'][number]['notImported'];
const troubledShown = 10;

/** `GET /api/v1/status`: how things stand, with the latest troubled records of each pair. */
export function addGetStatus(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { response: { 200: statusShape, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/status', { schema }, async () => {
    const { hints, records, circuits, cursors, feedCursors, visits } = deps.store();
    const depth = await hints.depth(deps.now());
    const temporal = await deps.pings.temporal().then(
      () => 'ok' as const,
      () => 'not reachable' as const,
    );
    const watched = await watchStates({ ...deps, systems: deps.watched, cursors, visits, now: deps.now() });
    const feeds = await feedStates({ systems: deps.watched, feedCursors, now: deps.now() });
    const pairs = await Promise.all(
      deps.pairs.map(async (pair, index) => ({
        ...(await pairView(deps, pair)),
        openConflicts: await deps.store().conflicts.count({ pair: pair.name, states: ['open'] }),
        troubled: (await records.troubled(pair.name, troubledShown)).map(recordView),
        watch: watchView(watched[index] ?? { catchUp: [], rollingCheck: [] }),
        census: await openCensus(deps, pair),
        notImported: await notImported(deps, pair),
      })),
    );
    const open = await circuits.list();
    const inbox = { waiting: depth.waiting, oldestDueAt: depth.oldestDueAt?.toISOString() ?? null };
    return {
      inbox,
      temporal,
      budgets: await budgetsOf(deps),
      circuits: open.map(circuitView),
      feeds: feeds.map(feedView),
      pairs,
    };
  });
}

async function openCensus(deps: ApiDependencies, pair: PairInfo): Promise<CensusRunView | null> {
  const run = await deps.store().censusRuns.open(pair.name);
  return run === null ? null : censusView(deps, pair, run.id);
}

async function notImported(deps: ApiDependencies, { name }: PairInfo): Promise<NotImported> {
  const { censusRuns, censusViews } = deps.store();
  if (await censusRuns.wasImported(name)) return null;
  const counts = (await censusViews.lastDone(name))?.counts ?? null;
  return { withoutPartner: counts && { master: counts.master.unlinked, replica: counts.replica.unlinked } };
}

const circuitView = ({ system, code, message, openedAt, nextProbeAt }: OpenCircuit) => ({
  system,
  code,
  message,
  since: openedAt.toISOString(),
  askedAgainAt: nextProbeAt.toISOString(),
});

async function budgetsOf({ pairs, budget }: ApiDependencies) {
  const systems = [...new Set(pairs.flatMap(({ master, replica }) => [master.system, replica.system]))];
  const states = systems.map(async (system) => {
    const { limitedBy, windows } = await budget().state(system);
    return { system, limitedBy, windows: [...windows] };
  });
  return (await Promise.all(states)).filter(({ windows }) => windows.length > 0);
}
