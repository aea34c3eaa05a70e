import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describeExit, spawnTethered } from '../../cli/temporal-server/child-process.ts';
import { freePort } from '../../cli/temporal-server/free-port.ts';
import { untilReady } from '../../cli/temporal-server/readiness.ts';
import { findExecutable } from './executables.ts';
import { nothingToStop, type Service } from './service.ts';

const startTimeoutMs = 30_000;

/** A private Redis without persistence on a free port of 127.0.0.1. `TEST_REDIS_URL` names one that is used instead. */
export async function startTestRedis(): Promise<Service> {
  const given = process.env['TEST_REDIS_URL'];
  if (given !== undefined) return { kind: 'running', address: given, note: 'given', stop: nothingToStop };
  return startPrivateRedis(await freePort());
}

/** One of the test's own, which it may kill and start again on the same port: it has forgotten everything then. */
export async function startPrivateRedis(port: number): Promise<Service> {
  const command = await findExecutable('redis-server');
  if (command === undefined) return { kind: 'absent', reason: 'Redis is not installed' };
  const directory = await mkdtemp(join(tmpdir(), 'tandem-redis-'));
  const child = spawnTethered({
    command,
    commandArguments: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
    ],
  });
  const stop = async () => {
    child.signal('SIGKILL');
    await child.exited;
    await rm(directory, { recursive: true, force: true });
  };
  const readiness = await untilReady({ child, probe: () => pingRedis(port), timeoutMs: startTimeoutMs });
  if (readiness.kind === 'ready') {
    return { kind: 'running', address: `redis://127.0.0.1:${port}`, note: `started ${command}`, stop };
  }
  await stop();
  return { kind: 'absent', reason: `redis-server ${describeExit(await child.exited)}` };
}

/** @throws while nothing answers as Redis does */
export async function pingRedis(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('+PONG')) throw new Error(`Redis is not ready: ${answer.toString()}`);
  } finally {
    socket.destroy();
  }
}
