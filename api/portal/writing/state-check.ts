import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CensusUnderWay } from '../../../store/census-runs.ts';
import { replicaKey } from '../../../store/record-refs.ts';
import { type SyncedEntity, syncedTables } from '../../../store/portal/tables.ts';
import { ApiError } from '../../api-error.ts';
import type { PairInfo } from '../../dependencies.ts';
import { censusRun, censusView } from '../../ops/census-shape.ts';
import { lookNow } from '../../ops/looked.ts';
import { type Plan, planShape, planView } from '../../ops/plan-shape.ts';
import { checkShape, pendingShape } from '../../ops/shapes.ts';
import { adminIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { portalId, problems } from '../shapes.ts';
import { unknown } from './known-or-404.ts';

const entities = Object.keys(syncedTables) as [SyncedEntity, ...SyncedEntity[]];
const entity = z.enum(entities);
const mode = z.enum(['report', 'repair']).describe('report: nothing is written anywhere');
const body = z.union([
  z.strictObject({ mode, entity, id: portalId.describe('One record') }),
  z.strictObject({ mode, entity: entity.optional().describe('All records, or those of one entity') }),
]);

const ofOne = z.union([z.object({ report: planShape }), z.object({ repair: z.union([checkShape, pendingShape]) })]);
const ofAll = z.object({
  runs: z.array(z.object({ entity, run: censusRun.nullable(), refusal: z.string().nullable() })),
});

/**
 * `POST /portal/v1/state-check`: whether the portal shows what Productive has, of one record at once (200), of an entity or
 * all of them by walks (202) whose progress and report `GET` shows. `report` only tells; `repair` also puts it right. For admins.
 */
export function addStateCheck(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { body, response: { 200: ofOne, 202: ofAll, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/state-check', { schema }, async (request, reply) => {
    const { subject } = adminIn(request);
    const wanted = request.body;
    if ('id' in wanted) return reply.code(200).send(await checkOne(deps, wanted));
    const pairs = pairsOf(deps, wanted.entity);
    const runs = [];
    for (const pair of pairs) runs.push(await begin(deps, pair, { dryRun: wanted.mode === 'report', subject }));
    return reply.code(202).send({ runs });
  });
  const shown = { querystring: z.object({ entity: entity.optional() }), response: { 200: ofAll, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/state-check', { schema: shown }, async (request) => {
    adminIn(request);
    const runs = [];
    for (const pair of pairsOf(deps, request.query.entity)) runs.push(await latest(deps, pair));
    return { runs };
  });
}

interface OneRecord {
  readonly mode: z.infer<typeof mode>;
  readonly entity: SyncedEntity;
  readonly id: string;
}

async function checkOne(deps: PortalDependencies, wanted: OneRecord): Promise<z.infer<typeof ofOne>> {
  const [pair] = pairsOf(deps, wanted.entity);
  if (pair === undefined) throw noPair(wanted.entity);
  const known = await deps.store().records.find(pair.name, replicaKey(wanted.id));
  if ((await deps.portal.writing.store().rows.read(wanted.entity, wanted.id)) === null && known === undefined) {
    throw unknown('record', wanted.id);
  }
  const key = known?.masterId ?? replicaKey(wanted.id);
  if (wanted.mode === 'repair') return { repair: (await lookNow(deps, { pair: pair.name, key })).body };
  const preview = await deps.preview({ pair: pair.name, key });
  const couple = { masterId: known?.masterId ?? null, replicaId: wanted.id };
  return { report: withoutAddresses(planView(couple, preview)) };
}

/** Where Productive keeps a file is nobody's business but ours. */
function withoutAddresses(plan: Plan): Plan {
  return {
    ...plan,
    changes: plan.changes.filter(({ attribute }) => attribute !== 'url'),
    writes: plan.writes.map(({ attributes: { url: _url, ...attributes }, ...write }) => ({ ...write, attributes })),
  };
}

type Run = z.infer<typeof ofAll>['runs'][number];

async function begin(
  deps: PortalDependencies,
  pair: PairInfo,
  { dryRun, subject }: { readonly dryRun: boolean; readonly subject: string },
): Promise<Run> {
  const wanted = { pair: pair.name, mode: 'census' as const, dryRun, startedBy: subject };
  try {
    const run = await deps.store().censusRuns.begin(wanted, deps.now());
    // Whoever was not told is told by the keeper: the run is stored.
    await deps.census.start({ pair: pair.name, runId: run.id });
    return { entity: entity.parse(pair.name), run: await censusView(deps, pair, run.id), refusal: null };
  } catch (error) {
    if (!(error instanceof CensusUnderWay)) throw error;
    return { ...(await latest(deps, pair)), refusal: 'A walk over these records is under way already' };
  }
}

async function latest(deps: PortalDependencies, pair: PairInfo): Promise<Run> {
  const run = await deps.store().censusRuns.latest(pair.name);
  const view = run === null ? null : await censusView(deps, pair, run.id);
  return { entity: entity.parse(pair.name), run: view, refusal: null };
}

function pairsOf({ pairs }: PortalDependencies, wanted: SyncedEntity | undefined): readonly PairInfo[] {
  const known: readonly string[] = wanted === undefined ? entities : [wanted];
  return pairs.filter(({ name }) => known.includes(name));
}

const noPair = (name: string): ApiError =>
  new ApiError(404, 'unknown_pair', `${name} are not kept equal with Productive in this installation`);
