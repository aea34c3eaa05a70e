import type { FastifyInstance } from 'fastify';
import type { Ping } from './dependencies.ts';

const pingWithinMs = 3_000;

/** `GET /healthz`: the process lives. `GET /readyz`: what it stands on answers; 503 names what doesn't. */
export function addHealth(app: FastifyInstance, { pings }: { readonly pings: Readonly<Record<string, Ping>> }): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const asked = Object.entries(pings).map(async ([name, ping]) => [name, await answersInTime(ping)] as const);
    const answers = await Promise.all(asked);
    const parts = Object.fromEntries(answers.map(([name, answered]) => [name, answered ? 'ok' : 'not reachable']));
    const ready = answers.every(([, answered]) => answered);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', ...parts });
  });
}

async function answersInTime(ping: Ping): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, pingWithinMs);
  });
  try {
    return await Promise.race([ping().then(() => true), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
