import type { ConnectorError } from '../connectors/errors.ts';
import { RateLimited } from '../connectors/errors.ts';
import { type CircuitCode, type FailureRun, isSystemAtFault, noFailures, withFailure } from '../engine/circuit.ts';
import type { Messages } from '../engine/messages.ts';
import type { CircuitStore } from '../store/circuits.ts';
import type { PassObserver } from './observer.ts';

/** What is learned of the systems from the calls of this process. */
export interface CircuitBreaker {
  /** The system has answered a call, whatever it said. */
  answered(system: string): void;
  /** A call has failed. @param record whom it was for. @throws what the store throws */
  failed(error: ConnectorError, record: string): Promise<void>;
  /** Whether failures of records in the last minute were found to be the system's. */
  hasBlamed(system: string): boolean;
}

export interface CircuitBreakerOptions {
  readonly circuits: Pick<CircuitStore, 'open'>;
  readonly messages: Messages;
  readonly observer: Pick<PassObserver, 'onProblem'>;
  readonly now: () => Date;
}

const blamedMs = 60_000;

/**
 * Opens a system's circuit on evidence about the system: it can't be reached, refuses our login, asks for a pause, or
 * fails on several records in a row with no answer between. What a single record does to it is that record's matter.
 */
export function createCircuitBreaker({ circuits, messages, observer, now }: CircuitBreakerOptions): CircuitBreaker {
  const runs = new Map<string, FailureRun>();
  const blamedAtMs = new Map<string, number>();

  const open = async (error: ConnectorError, code: CircuitCode, excusesRecords: boolean): Promise<void> => {
    const { system, message } = error;
    const askedForMs = error instanceof RateLimited ? error.retryAfterMs : null;
    runs.delete(system);
    if (excusesRecords) blamedAtMs.set(system, now().getTime());
    const told = messages.waiting({ system, since: now(), code });
    const opened = await circuits.open(system, { code, message, told, askedForMs, excusesRecords }, now());
    if (opened === 'opened' && code !== 'rate_limited') {
      observer.onProblem('A system is in trouble: its records wait and go on by themselves', { system, code });
    }
  };

  return {
    answered(system) {
      runs.delete(system);
    },
    async failed(error, record) {
      const { system } = error;
      switch (error.code) {
        case 'unavailable':
        case 'auth_failed':
        case 'rate_limited':
          return open(error, error.code, false);
        case 'record_failed':
        case 'ambiguous_write': {
          const run = withFailure(runs.get(system) ?? noFailures, record);
          runs.set(system, run);
          return isSystemAtFault(run) ? open(error, 'unavailable', true) : undefined;
        }
        case 'budget_spent':
        case 'stopped':
          return;
        case 'forbidden':
        case 'rejected':
        case 'stale_version':
        case 'misconfigured':
          runs.delete(system);
      }
    },
    hasBlamed: (system) => now().getTime() - (blamedAtMs.get(system) ?? Number.NEGATIVE_INFINITY) < blamedMs,
  };
}
