import { createServer } from 'node:net';

// Below the ports that the kernel gives to outgoing connections: none of those may take the port of a killed server.
const lowest = 15_000;
const highest = 30_000;

/** Free ports of 127.0.0.1 that stay free while their server is away. */
export async function reservablePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  let candidate = lowest + Math.floor(Math.random() * (highest - lowest));
  while (ports.length < count) {
    candidate = candidate >= highest ? lowest : candidate + 1;
    if (await isFree(candidate)) ports.push(candidate);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
