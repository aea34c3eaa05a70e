import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../log.ts';

/** What Temporal's SDK has to say joins our own log; signals are ours to handle. Once per process, before any worker. */
export function installTemporalLogger(log: Logger): void {
  const logger = new DefaultLogger('WARN', ({ level, message }) => {
    log[level === 'ERROR' ? 'error' : 'warn']({ from: 'Temporal SDK' }, message);
  });
  Runtime.install({ logger, shutdownSignals: [] });
}
