import type { Connector } from '../../connectors/connector.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import type { Side } from '../../engine/values.ts';
import type { CensusLanding, CensusRun } from '../../store/census-runs.ts';
import type { CensusStep } from '../../workflows/contract.ts';
import { referencing } from '../referencing-connector.ts';
import type { PageAhead } from './page-ahead.ts';
import type { WorkerDependencies } from '../dependencies.ts';

export interface Run {
  readonly deps: WorkerDependencies;
  readonly run: CensusRun;
}

/** One step of a run: what it may use, and the run as it was when the step began. */
export interface Walk extends Run {
  readonly pair: PairDefinition;
  /** Aborts when the step's time is over or the worker shuts down. */
  readonly signal: AbortSignal;
  /** Shared by the steps of one activity. */
  readonly ahead: PageAhead;
}

export function connectorOf({ deps, pair }: Walk, side: Side): Connector {
  const { system } = pair.title[side];
  const connector = deps.connectors[system];
  if (connector === undefined) throw new Error(`No connector for ${system}`);
  return referencing(connector, pair, side, deps.links);
}

const nothing: CensusLanding = { hints: [], seen: null, findings: [], work: null, changes: {} };

/** Stores what the step came to; what another attempt has stored before stands, and the next step goes on from there. */
export async function land({ deps, run }: Run, landing: Partial<CensusLanding>): Promise<CensusStep> {
  const hasLanded = await deps.censusRuns.land(run, { ...nothing, ...landing }, deps.now());
  return hasLanded && landing.changes?.state !== undefined ? { kind: 'ended' } : { kind: 'moved' };
}

/** Ends the run: what it has found so far stands, but nothing follows from what it has not. */
export async function stop(walk: Run, trouble: string, landing: Partial<CensusLanding> = {}): Promise<CensusStep> {
  const { deps, run } = walk;
  const changes = { ...landing.changes, state: 'stopped' as const, trouble };
  const step = await land(walk, { ...landing, changes });
  if (step.kind === 'ended') deps.observer.onProblem('A census was stopped', { pair: run.pair, reason: trouble });
  return step;
}
