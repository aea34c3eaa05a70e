import { connect } from 'node:net';

/** Resolves when something accepts TCP connections at `host:port`; rejects at once when nothing does. */
export function connectOnce(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
