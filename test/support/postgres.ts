import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  describeExit,
  spawnTethered,
  type ChildOptions,
  type TetheredChild,
} from '../../cli/temporal-server/child-process.ts';
import { freePort } from '../../cli/temporal-server/free-port.ts';
import { untilReady } from '../../cli/temporal-server/readiness.ts';
import { debianPostgresDirectories, findExecutable } from './executables.ts';
import { nothingToStop, type Service } from './service.ts';

type User = NonNullable<ChildOptions['user']>;
type UserLookup =
  { readonly kind: 'same' } | { readonly kind: 'other'; readonly user: User } | { readonly kind: 'none' };

const execute = promisify(execFile);
const startTimeoutMs = 60_000;

/**
 * A private PostgreSQL cluster in a temporary directory, without fsync, on a free port of 127.0.0.1.
 * `TEST_DATABASE_URL` names one that is used instead; its user must be allowed to create databases.
 */
export async function startTestPostgres(): Promise<Service> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined) return { kind: 'running', address: given, note: 'given', stop: nothingToStop };
  const programs = await findPostgres();
  return programs.kind === 'absent' ? programs : startCluster(programs);
}

/** What a cluster of one's own needs. `as`: whom its processes have to belong to, where that is somebody else. */
export type PostgresPrograms =
  | {
      readonly kind: 'found';
      readonly initdb: string;
      readonly postgres: string;
      readonly as: { readonly user?: User };
    }
  | { readonly kind: 'absent'; readonly reason: string };

export async function findPostgres(): Promise<PostgresPrograms> {
  const initdb = await findExecutable('initdb', await debianPostgresDirectories());
  if (initdb === undefined) return { kind: 'absent', reason: 'PostgreSQL is not installed' };
  // On the PATH there may be a link to initdb alone.
  const postgres = await findExecutable('postgres', [dirname(initdb), ...(await debianPostgresDirectories())]);
  if (postgres === undefined) return { kind: 'absent', reason: 'PostgreSQL has initdb but no server' };
  const lookup = await serverUser();
  if (lookup.kind === 'none')
    return { kind: 'absent', reason: 'PostgreSQL refuses root, and there is no user postgres' };
  return { kind: 'found', initdb, postgres, as: lookup.kind === 'other' ? { user: lookup.user } : {} };
}

async function serverUser(): Promise<UserLookup> {
  if (process.getuid?.() !== 0) return { kind: 'same' };
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => execute('id', [flag, 'postgres'])));
    return { kind: 'other', user: { uid: Number(uid?.stdout), gid: Number(gid?.stdout) } };
  } catch {
    return { kind: 'none' };
  }
}

async function startCluster(programs: PostgresPrograms & { kind: 'found' }): Promise<Service> {
  const directory = await mkdtemp(join(tmpdir(), 'tandem-postgres-'));
  const initialised = await initialiseCluster(programs, directory);
  if (initialised.kind === 'failed') return failed('initdb', initialised.reason, initialised.child, directory);
  return startServer(programs.postgres, initialised.data, directory, programs.as);
}

type Initialised =
  | { readonly kind: 'initialised'; readonly data: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly child: TetheredChild };

/** An empty cluster in a new directory below the given one, which goes over to the server's user. */
export async function initialiseCluster(
  { initdb, as }: PostgresPrograms & { kind: 'found' },
  directory: string,
): Promise<Initialised> {
  if (as.user !== undefined) await chown(directory, as.user.uid, as.user.gid);
  const data = join(directory, 'data');
  const child = spawnTethered({
    command: initdb,
    commandArguments: [...['-D', data, '-U', 'tandem', '-A', 'trust', '-E', 'UTF8'], '--no-locale', '--no-sync'],
    workingDirectory: directory,
    ...as,
  });
  const exit = await child.exited;
  if (exit.kind === 'exited' && exit.exitCode === 0) return { kind: 'initialised', data };
  return { kind: 'failed', reason: describeExit(exit), child };
}

async function startServer(postgres: string, data: string, directory: string, as: { user?: User }): Promise<Service> {
  const port = await freePort();
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
  const child = spawnTethered({
    command: postgres,
    commandArguments: [
      ...['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    workingDirectory: directory,
    ...as,
  });
  const address = `postgres://tandem@127.0.0.1:${port}/postgres`;
  const readiness = await untilReady({ child, probe: () => probePostgres(address), timeoutMs: startTimeoutMs });
  if (readiness.kind !== 'ready') {
    const reason = readiness.kind === 'ended' ? describeExit(readiness.exit) : 'did not answer';
    return failed('postgres', reason, child, directory);
  }
  return { kind: 'running', address, note: `started ${postgres}`, stop: () => stopServer(child, directory) };
}

/** @throws while the server does not answer a query */
export async function probePostgres(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end();
  }
}

async function stopServer(child: TetheredChild, directory: string): Promise<void> {
  // Nothing of this cluster is needed any more: no check point, just the end.
  child.signal('SIGQUIT');
  await child.exited;
  await rm(directory, { recursive: true, force: true });
}

async function failed(program: string, reason: string, child: TetheredChild, directory: string): Promise<Service> {
  child.signal('SIGKILL');
  await child.exited;
  await rm(directory, { recursive: true, force: true });
  return { kind: 'absent', reason: [`${program} ${reason}`, ...child.lastLines()].join('\n  ') };
}
