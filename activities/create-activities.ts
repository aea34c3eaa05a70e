import { activityInfo, ApplicationFailure, Context } from '@temporalio/activity';
import { heartbeatTimeoutMs, passTimeoutMs, type SyncActivities } from '../workflows/contract.ts';
import type { SyncDependencies } from './dependencies.ts';
import { reconcile } from './reconcile.ts';

/** An attempt stops itself this long before Temporal gives it up, so that a late one rarely meets its successor. */
const marginMs = 15_000;
const heartbeatEveryMs = heartbeatTimeoutMs / 3;

/** The activities of the worker. Each runs one pass for the workflow that called it. */
export function createActivities(deps: SyncDependencies): SyncActivities {
  return {
    async reconcile(record) {
      const { workflowExecution: run, activityId, attempt } = activityInfo();
      if (run === undefined) throw new Error('A pass belongs to the workflow that owns the record');
      const context = Context.current();
      const heartbeat = setInterval(() => {
        context.heartbeat();
      }, heartbeatEveryMs);
      try {
        const summary = await reconcile(deps, record, {
          owner: run.workflowId,
          token: `${run.workflowId}/${run.runId}/${activityId}/${attempt}`,
          signal: AbortSignal.any([context.cancellationSignal, AbortSignal.timeout(passTimeoutMs - marginMs)]),
          leaseMs: passTimeoutMs,
        });
        deps.observer.onPass(record.pair, summary);
        return summary;
      } catch (error) {
        deps.observer.onProblem('A pass could not be carried out', { pair: record.pair, ...kindOf(error) });
        throw withoutValues(error);
      } finally {
        clearInterval(heartbeat);
      }
    },
  };
}

/**
 * What reaches Temporal is kept in its history, and the message of a failed statement lists its parameters: so only the
 * kind of the error goes on. The activity is tried again by Temporal until the database answers.
 */
function withoutValues(error: unknown): ApplicationFailure {
  const { error: type } = kindOf(error);
  return ApplicationFailure.create({ message: 'The pass could not be carried out; the log says why', type });
}

/** The class of the error and the database's code for it, but not what it says. */
function kindOf(error: unknown): { readonly error: string; readonly code: string | null } {
  let code: string | null = null;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') code = cause.code;
  }
  return { error: error instanceof Error ? error.name : 'unknown', code };
}
