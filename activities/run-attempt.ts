import { activityInfo, ApplicationFailure, Context } from '@temporalio/activity';
import { heartbeatEveryMs, heartbeatTimeoutMs, passTimeoutMs } from '../workflows/contract.ts';
import { AttemptGivenUp } from '../store/pass-errors.ts';
import type { PassObserver } from './observer.ts';

/** An attempt stops itself this long before Temporal would give it up, so that a late one rarely meets its successor. */
const marginMs = 15_000;

/** Where an attempt of an activity runs. */
export interface ActivityAttempt {
  readonly workflowId: string;
  readonly workflowRunId: string;
  /** This attempt and no other. */
  readonly token: string;
  /** Aborts when the attempt's time is over or the worker shuts down. */
  readonly signal: AbortSignal;
}

export interface WorkInWords {
  /** What it is about; neither: all systems. */
  readonly pair?: string;
  readonly system?: string;
  /** What an operator reads if it fails: "A pass could not be carried out". */
  readonly failure: string;
}

/** Carries out one attempt of an activity: with heartbeats, and with a failure that may stand in Temporal's history. */
export async function runAttempt<T>(
  observer: Pick<PassObserver, 'onProblem'>,
  { failure, ...subject }: WorkInWords,
  work: (attempt: ActivityAttempt) => Promise<T>,
): Promise<T> {
  const {
    workflowExecution: run,
    activityId,
    attempt,
    heartbeatTimeoutMs: timeoutMs = heartbeatTimeoutMs,
  } = activityInfo();
  if (run === undefined) throw new Error('An activity of ours belongs to a workflow');
  const { workflowId, runId: workflowRunId } = run;
  const context = Context.current();
  const ownLimit = AbortSignal.timeout(passTimeoutMs - marginMs);
  const heartbeat = setInterval(() => {
    context.heartbeat();
  }, heartbeatEveryMs(timeoutMs));
  try {
    return await work({
      workflowId,
      workflowRunId,
      token: `${workflowId}/${workflowRunId}/${activityId}/${attempt}`,
      signal: AbortSignal.any([context.cancellationSignal, ownLimit]),
    });
  } catch (error) {
    // What halted the process is told once for all attempts.
    const isTold = error instanceof AttemptGivenUp && !ownLimit.aborted;
    if (!isTold) observer.onProblem(failure, { ...subject, ...kindOf(error) });
    throw withoutValues(error, failure);
  } finally {
    clearInterval(heartbeat);
  }
}

/**
 * What reaches Temporal is kept in its history, and the message of a failed statement lists its parameters: so only the
 * kind of the error goes on. The activity is tried again by Temporal until the database answers.
 */
function withoutValues(error: unknown, failure: string): ApplicationFailure {
  const { error: type } = kindOf(error);
  return ApplicationFailure.create({ message: `${failure}; the log says why`, type });
}

/** The class of the error and the database's code for it, but not what it says. */
function kindOf(error: unknown): { readonly error: string; readonly code: string | null } {
  let code: string | null = null;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') code = cause.code;
  }
  return { error: error instanceof Error ? error.name : 'unknown', code };
}
