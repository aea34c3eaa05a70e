/**
 * Passes TCP connections on, as a process of its own that can be killed.
 * Arguments: seed, mean milliseconds between two cuts of one connection (0: none), then `<listen port>:<target port>`….
 * SIGUSR2 ends the cutting. One line per cut on standard output.
 */
import { connect, createServer, type Socket } from 'node:net';
import { createDice } from './dice.ts';

const [seed = '1', cutEveryMs = '0', ...routes] = process.argv.slice(2);
const dice = createDice(Number(seed), Date.now());
const open = new Set<Socket>();

for (const route of routes) {
  const [listenPort, targetPort] = route.split(':').map(Number);
  createServer({ allowHalfOpen: true }, (near) => {
    join(near, connect({ port: targetPort ?? 0, host: '127.0.0.1', allowHalfOpen: true }));
  }).listen(listenPort, '127.0.0.1');
}

function join(near: Socket, far: Socket): void {
  open.add(near);
  near.setNoDelay(true);
  far.setNoDelay(true);
  near.pipe(far);
  far.pipe(near);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.resetAndDestroy());
    one.on('close', () => {
      open.delete(near);
      other.destroySoon();
    });
  }
}

let isCutting = Number(cutEveryMs) > 0;
process.on('SIGUSR2', () => {
  isCutting = false;
});

function cutOne(): void {
  const connections = [...open];
  if (isCutting && connections.length > 0) {
    dice.pick(connections).resetAndDestroy();
    process.stdout.write('cut\n');
  }
  if (isCutting) setTimeout(cutOne, dice.between(0, 2 * Number(cutEveryMs)));
}
if (isCutting) cutOne();
