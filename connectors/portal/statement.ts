import type { CallContext, CallPurpose } from '../connector.ts';
import { AmbiguousWrite, ConnectorError, RecordFailed, StaleVersion, Stopped, Unavailable } from '../errors.ts';
import { databaseFailure } from './database-failure.ts';

export interface StatementOptions {
  readonly system: string;
  /** For one statement, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Statement {
  /** For messages, without values: 'tasks 17'. */
  readonly title: string;
  readonly purpose: CallPurpose;
  readonly isWrite: boolean;
}

class TookTooLong extends Error {
  readonly code = 'took_too_long';
  constructor() {
    super('The statement took too long');
    this.name = 'TookTooLong';
  }
}

/** Runs statements as other connectors send requests: counted, with a limit, and with errors that say what may have happened. */
export class Statements {
  readonly #options: StatementOptions;

  constructor(options: StatementOptions) {
    this.#options = options;
  }

  /** @throws Unavailable, RecordFailed, StaleVersion, AmbiguousWrite, Stopped */
  async run<T>(statement: Statement, context: CallContext, ask: () => Promise<T>): Promise<T> {
    const { system, timeoutMs } = this.#options;
    const { title, purpose, isWrite } = statement;
    if (context.signal.aborted) {
      throw new Stopped(`${system}: ${title}: stopped by a deadline or a shutdown before anything was sent`, {
        system,
      });
    }
    await context.beforeCall({ system, purpose, isWrite });
    try {
      return await within(ask, timeoutMs);
    } catch (error) {
      throw error instanceof ConnectorError ? error : this.#failure(statement, error);
    }
  }

  #failure({ title, isWrite }: Statement, error: unknown): Error {
    const { system, timeoutMs } = this.#options;
    const lost = (reason: string): Error =>
      isWrite
        ? new AmbiguousWrite(`${system}: ${title}: ${reason}`, { system, settleMs: timeoutMs })
        : new Unavailable(`${system}: ${title}: ${reason}`, { system });
    if (error instanceof TookTooLong) return lost('no answer in time');
    const { kind, reason } = databaseFailure(error);
    const message = `${system}: ${title}: ${reason}`;
    if (kind === 'not_sent') return new Unavailable(message, { system });
    if (kind === 'raced') return new StaleVersion(message, { system });
    return kind === 'refused' ? new RecordFailed(message, { system }) : lost(reason);
  }
}

async function within<T>(ask: () => Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TookTooLong());
    }, ms);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}
