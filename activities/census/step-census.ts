import type { Side } from '../../engine/values.ts';
import type { CensusSituation } from '../../store/census-runs.ts';
import type { CensusInput, CensusStep } from '../../workflows/contract.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { waitOf } from './ask-system.ts';
import { resumeCreations } from './creations.ts';
import { handOverAbsent } from './hand-over-absent.ts';
import { nextPhase } from './phases.ts';
import { readPage } from './read-page.ts';
import { visitRecords } from './visit-records.ts';
import { connectorOf, land, stop, type Walk } from './walk.ts';

/** So many records that were handed over may wait before another page is read. */
const longestBacklog = 1_000;
const pairStoppedWaitMs = 30_000;
const longestBacklogWaitMs = 15_000;

/**
 * One step of a walk over a pair: reads the next page, compares it with what is remembered, hands over what differs, or
 * finds that it has to wait. What is found and where it goes on are stored together, so that a step that is lost, or
 * carried out twice, costs a page at most, and the one that was asked for ahead.
 * @throws only what the store throws
 */
export async function stepCensus(
  deps: WorkerDependencies,
  { pair: name, runId }: CensusInput,
  { signal, ahead }: Pick<Walk, 'signal' | 'ahead'>,
): Promise<CensusStep> {
  const situation = await deps.censusRuns.situation(runId);
  if (situation === null) return { kind: 'ended' };
  const { run } = situation;
  if (run.state === 'paused') return { kind: 'paused' };
  if (run.state !== 'running') return { kind: 'ended' };
  const pair = deps.pairs.find((candidate) => candidate.name === name);
  if (pair === undefined) return stop({ deps, run }, `The pair ${name} is not configured`);
  return hindrance(situation, deps.now()) ?? advance({ deps, pair, run, signal, ahead }, situation.backlog);
}

/** What keeps the walk from going on for the moment. */
function hindrance({ isPairStopped, nextProbeAt }: CensusSituation, now: Date): CensusStep | null {
  if (isPairStopped) return waitOf(pairStoppedWaitMs);
  return nextProbeAt === null ? null : waitOf(nextProbeAt.getTime() - now.getTime());
}

async function advance(walk: Walk, backlog: number): Promise<CensusStep> {
  const { phase } = walk.run;
  switch (phase) {
    case 'master':
    case 'replica':
      return backlog > longestBacklog ? untilDealtWith(backlog - longestBacklog) : readSide(walk, phase);
    case 'between':
      return (await resumeCreations(walk)) ?? (backlog > 0 ? untilDealtWith(backlog) : goOn(walk));
    case 'after':
      return backlog > 0 ? untilDealtWith(backlog) : goOn(walk);
    case 'absent':
      return handOverAbsent(walk);
    case 'report':
      return goOn(walk, { report: await walk.deps.reportOf(walk.run) });
    case 'end':
      return land(walk, { changes: { state: 'done' } });
  }
}

function readSide(walk: Walk, side: Side): Promise<CensusStep> {
  const { list } = connectorOf(walk, side);
  if (list !== null) return readPage(walk, side, list);
  return visitRecords(walk, side);
}

const goOn = (walk: Walk, changes: object = {}): Promise<CensusStep> =>
  land(walk, { changes: { ...changes, phase: nextPhase(walk.run), position: null } });

/** The longer, the more there is: asking costs a little each time. */
const untilDealtWith = (records: number): CensusStep => waitOf(Math.min(longestBacklogWaitMs, records * 10));
