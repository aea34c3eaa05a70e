import { z } from 'zod';
import { shareOf } from '../../connectors/call-budget.ts';
import { progressOf, type SideOfWalk } from '../../engine/census-progress.ts';
import { type PerSide, type Side, sides } from '../../engine/values.ts';
import type { CensusRun, CensusSituation } from '../../store/census-runs.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies, PairInfo } from '../dependencies.ts';
import { censusReport } from './census-report-shape.ts';
import { time } from './shapes.ts';

/** What a person may ask for. */
export const wantedMode = z.enum(['census', 'backfill', 'rebuild'], {
  error: 'mode has to be census, backfill or rebuild',
});
export type WantedMode = z.infer<typeof wantedMode>;

/** `couples`: begun by itself before anybody has imported the pair; records without a partner are left alone. */
const censusMode = z.enum([...wantedMode.options, 'couples']);

const counts = z.object({
  pages: z.int(),
  seen: z.int(),
  same: z.int(),
  differing: z.int(),
  unlinked: z.int(),
  absent: z.int(),
});
const ofBothSides = <T extends z.ZodType>(shape: T) => z.object({ master: shape, replica: shape });

/** One walk over a pair. */
export const censusRun = z.object({
  id: z.uuid(),
  pair: z.string(),
  mode: censusMode,
  dryRun: z.boolean(),
  state: z.enum(['running', 'paused', 'done', 'canceled', 'stopped']),
  phase: z.enum(['master', 'between', 'replica', 'absent', 'after', 'report', 'end']),
  startedBy: z.string(),
  startedAt: time,
  endedAt: time.nullable(),
  counts: ofBothSides(counts),
  /** How many records each side says that it has; for one that is visited record by record: how many are linked. */
  expected: ofBothSides(z.int().nullable()),
  handedOver: z.int(),
  /** Records that walks of this pair have handed over and that wait to be looked at. */
  waiting: z.int(),
  progress: z.object({
    fraction: z.number().min(0).max(1).nullable(),
    recordsPerSecond: z.number().nullable(),
    /** At the pace so far, and never sooner than the budgets allow. */
    etaMs: z.number().nullable(),
  }),
  /** Why it does not go on at the moment, in words. */
  waitsFor: z.string().nullable(),
  /** Why it was stopped, in words. */
  trouble: z.string().nullable(),
  /** Of a dry run. */
  report: censusReport.nullable(),
});
export type CensusRunView = z.infer<typeof censusRun>;

/** @throws ApiError 404 */
export const noCensus = (pair: string): ApiError =>
  new ApiError(404, 'no_census', `There was no census of ${pair} yet; \`tandem census ${pair}\` begins one`);

/** How a run stands, with what is known of its pace. @throws ApiError 404 if it was removed meanwhile */
export async function censusView(deps: ApiDependencies, pair: PairInfo, id: string): Promise<CensusRunView> {
  const situation = await deps.store().censusRuns.situation(id);
  if (situation === null) throw noCensus(pair.name);
  const { run, backlog } = situation;
  const walked = { master: await sideOf(deps, pair, 'master', run), replica: await sideOf(deps, pair, 'replica', run) };
  return {
    ...{ id: run.id, pair: run.pair, mode: run.mode, dryRun: run.dryRun, state: run.state, phase: run.phase },
    ...{
      startedBy: run.startedBy,
      startedAt: run.startedAt.toISOString(),
      endedAt: run.endedAt?.toISOString() ?? null,
    },
    counts: { master: { ...run.counts.master }, replica: { ...run.counts.replica } },
    expected: { master: walked.master.expected, replica: walked.replica.expected },
    ...{ handedOver: run.handedOver, waiting: backlog, trouble: run.trouble },
    progress: progressOfRun(run, walked, { waiting: backlog, now: deps.now() }),
    waitsFor: await waitsFor(deps, pair, situation),
    report: run.report === null ? null : (censusReport.safeParse(run.report).data ?? null),
  };
}

function progressOfRun(
  run: CensusRun,
  walked: PerSide<SideOfWalk>,
  { waiting, now }: { waiting: number; now: Date },
): CensusRunView['progress'] {
  const elapsedMs = (run.endedAt ?? now).getTime() - run.startedAt.getTime();
  const progress = progressOf({ sides: walked, waiting, elapsedMs });
  if (run.state === 'done') return { ...progress, fraction: 1, etaMs: 0 };
  return run.state === 'running' ? progress : { ...progress, etaMs: null };
}

async function sideOf(deps: ApiDependencies, pair: PairInfo, side: Side, run: CensusRun): Promise<SideOfWalk> {
  const { system } = pair[side];
  const pageSize = deps.pageSizes.get(system) ?? null;
  const priority = run.mode === 'backfill' ? 'backfill' : 'census';
  const { windows } = await deps.budget().state(system);
  return {
    system,
    windows: windows.map(({ calls, perMs }) => ({ calls: shareOf(calls, priority), perMs })),
    recordsPerCall: pageSize ?? 1,
    seen: run.counts[side].seen,
    handedOver: handedOverOf(run, side),
    expected: pageSize === null ? await linkedIn(deps, pair.name) : run.expected[side],
    isRead: isRead(run, side),
  };
}

/** Only those that are linked are visited where there is no list. */
async function linkedIn(deps: ApiDependencies, pair: string): Promise<number> {
  const { linked, parked } = await deps.store().records.counts(pair);
  return linked + parked;
}

/** The run counts what it hands over in all; each side's part is that of what was found there. */
function handedOverOf({ counts: counted, handedOver }: CensusRun, side: Side): number {
  const found = (one: Side): number => counted[one].differing + counted[one].unlinked + counted[one].absent;
  const all = sides.reduce((sum, one) => sum + found(one), 0);
  return all === 0 ? 0 : (handedOver * found(side)) / all;
}

const readingOf: PerSide<readonly CensusRun['phase'][]> = {
  master: ['master'],
  replica: ['master', 'between', 'replica'],
};

const isRead = ({ phase, mode }: CensusRun, side: Side): boolean =>
  (side === 'replica' && mode === 'rebuild') || !readingOf[side].includes(phase);

/** A walk that has come this far without a step has nobody who carries it out. */
const unheardAfterMs = 10_000;

async function waitsFor(deps: ApiDependencies, pair: PairInfo, situation: CensusSituation): Promise<string | null> {
  const { run, isPairStopped, nextProbeAt } = situation;
  if (run.state !== 'running') return null;
  if (isPairStopped) return `${pair.name} is paused, or its definition has changed: \`tandem status ${pair.name}\``;
  if (nextProbeAt !== null) {
    const ours = [pair.master.system, pair.replica.system];
    const open = (await deps.store().circuits.list()).filter(({ system }) => ours.includes(system));
    return `${open.map(({ system }) => system).join(' and ')} is in trouble and asked again at ${nextProbeAt.toISOString()}`;
  }
  const isUnheard = run.revision === 0 && deps.now().getTime() - run.startedAt.getTime() > unheardAfterMs;
  return isUnheard ? notHeard : null;
}

export const notHeard = 'Temporal, or the worker, does not answer; it begins by itself as soon as they do';
