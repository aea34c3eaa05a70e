import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findPostgres, initialiseCluster, probePostgres } from '../support/postgres.ts';
import { type Component, ComponentFailed } from './component.ts';
import { ProcessComponent } from './process-component.ts';

export interface PostgresOptions {
  readonly port: number;
  /** Its own, and empty. */
  readonly directory: string;
  readonly logFile: string;
}

/**
 * A cluster with fsync on, which is killed as a machine's death would: the postmaster and all its processes at once.
 * @throws ComponentFailed where PostgreSQL is not installed
 */
export async function postgresComponent({ port, directory, logFile }: PostgresOptions): Promise<Component> {
  const programs = await findPostgres();
  if (programs.kind === 'absent') throw new ComponentFailed(programs.reason);
  const cluster = await initialiseCluster(programs, directory);
  if (cluster.kind === 'failed') throw new ComponentFailed(`initdb ${cluster.reason}`);
  const { data } = cluster;
  return new ProcessComponent({
    name: 'postgresql',
    harms: ['kill'],
    logFile,
    child: () => ({
      command: programs.postgres,
      commandArguments: [
        '-D',
        data,
        '-p',
        String(port),
        '-h',
        '127.0.0.1',
        '-k',
        directory,
        '-c',
        'max_connections=200',
      ],
      workingDirectory: directory,
      ...programs.as,
    }),
    probe: () => probePostgres(databaseUrl(port)),
    alsoKilled: childrenOf,
    // Its number may belong to another process by now, which the next start would take for a running server.
    cleanUp: () => rm(join(data, 'postmaster.pid'), { force: true }),
  });
}

export const databaseUrl = (port: number): string => `postgres://tandem@127.0.0.1:${port}/postgres`;

/** Each of PostgreSQL's processes leads a group of its own (observed on 15), so a signal to the postmaster's is not enough. */
function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text
      .split(' ')
      .filter((word) => word.trim() !== '')
      .map(Number);
  } catch {
    return [];
  }
}
