import { createPreviewer } from '../activities/preview.ts';
import type { Previewer } from '../api/dependencies.ts';
import type { Metrics } from '../api/metrics.ts';
import type { CallBudget } from '../connectors/call-budget.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Messages } from '../engine/messages.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { RetryPolicy } from '../engine/retry.ts';
import type { Logger } from '../log.ts';
import type { OpenDatabase } from '../store/database.ts';
import { reached } from '../store/no-database.ts';
import { syncDependencies } from '../sync-dependencies.ts';

/** So long after its start a look is given up. */
const previewTimeoutMs = 30_000;

export interface PreviewerParts {
  /** Null while the database does not answer yet. */
  readonly database: () => OpenDatabase | null;
  readonly pairs: readonly PairDefinition[];
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly retry: RetryPolicy;
  readonly messages: Messages;
  readonly probeLadderMs: readonly number[];
  readonly budget: (database: OpenDatabase) => CallBudget;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Previews with the connectors and rules of the worker. A preview rejects while there is no database. */
export function composePreviewer({ database, metrics, log, ...parts }: PreviewerParts): Previewer {
  const observer = {
    onPass: () => undefined,
    onCall: metrics.onCall.bind(metrics),
    onRecovery: () => undefined,
    onProblem: (problem: string, details: object): void => {
      log.warn({ ...details, problem }, 'A preview came to a problem');
    },
  };
  return async (record) => {
    const opened = reached(database());
    const preview = createPreviewer(
      syncDependencies({ ...parts, database: opened, budget: parts.budget(opened), observer }),
    );
    return preview(record, AbortSignal.timeout(previewTimeoutMs));
  };
}
