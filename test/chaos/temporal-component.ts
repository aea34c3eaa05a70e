import { startTemporalServer, type TemporalServer } from '../../cli/temporal-server/start.ts';
import type { Component } from './component.ts';

const startAttempts = 5;

/** Temporal's dev server on a database file. Everything that it has promised is in the file. */
export function temporalComponent(port: number, databaseFile: string): Component {
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
  let server: TemporalServer | undefined;
  const start = async (attempt: number): Promise<void> => {
    try {
      server = await startTemporalServer({ databaseFile, port, log: () => undefined, environment });
    } catch (error) {
      // The ports of its inner services are taken by somebody else now and then.
      if (attempt === startAttempts) throw error;
      await start(attempt + 1);
    }
  };
  return {
    name: 'temporal',
    harms: ['kill'],
    ownDeaths: 0,
    start: () => start(1),
    end: async (signal) => {
      await (signal === 'SIGKILL' ? server?.kill() : server?.stop());
      server = undefined;
    },
    pause: () => undefined,
    resume: () => undefined,
  };
}
