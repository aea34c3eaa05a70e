import { type CensusActivities, passTimeoutMs, type SyncActivities } from '../workflows/contract.ts';
import { beginNightlyCensus } from './census/begin-nightly-census.ts';
import { stepCensus } from './census/step-census.ts';
import { stepsInTime } from './census/steps-in-time.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { reconcile } from './reconcile.ts';
import { runAttempt } from './run-attempt.ts';

/** Each activity costs Temporal some events and milliseconds, whatever it does: one takes several steps of a walk. */
const walksForMs = 10_000;

/**
 * The activities of the worker. A pair's walk has one at a time, so that walks never take the room of the passes.
 * @param walkForMs after that an activity takes no further step of its walk
 */
export const createActivities = (
  deps: WorkerDependencies,
  walkForMs = walksForMs,
): SyncActivities & CensusActivities => ({
  ...syncActivities(deps),
  ...censusActivities(deps, walkForMs),
});

const syncActivities = (deps: WorkerDependencies): SyncActivities => ({
  reconcile: async (record) => {
    const work = { pair: record.pair, failure: 'A pass could not be carried out' };
    return runAttempt(deps.observer, work, async ({ workflowId: owner, token, signal }) => {
      const isUnhalted = deps.halts.attempt();
      const isOurs = (): boolean => !signal.aborted && isUnhalted();
      const summary = await reconcile(deps, record, { owner, token, signal, leaseMs: passTimeoutMs, isOurs });
      deps.observer.onPass(record.pair, summary);
      return summary;
    });
  },
});

const censusActivities = (deps: WorkerDependencies, walkForMs: number): CensusActivities => ({
  stepCensus: async (run) => {
    const work = { pair: run.pair, failure: 'A step of a census could not be carried out' };
    return runAttempt(deps.observer, work, ({ signal }) =>
      stepsInTime((ahead) => stepCensus(deps, run, { signal, ahead }), { forMs: walkForMs, signal }),
    );
  },
  beginNightlyCensus: async ({ pair }) => {
    const work = { pair, failure: 'A census could not be started' };
    return runAttempt(deps.observer, work, ({ workflowRunId }) => beginNightlyCensus(deps, pair, workflowRunId));
  },
});
