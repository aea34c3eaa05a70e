import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to the server, to the letter. */
export async function connectTo({ url }: { readonly url: string }): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Everything that the server says until it ends the connection, which it has to do by itself. */
export async function untilClosed(socket: Socket): Promise<string> {
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  // A reset is an end too: what was said before it counts.
  socket.on('error', () => undefined);
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return said;
}

/** Sends the bytes as they are. @returns all answers, after the server has ended the connection */
export async function exchange(server: { readonly url: string }, bytes: string | Buffer): Promise<string> {
  const socket = await connectTo(server);
  const said = untilClosed(socket);
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return said;
}

/** The same, but hangs up after the first answer, for a server that may wait for another request. */
export async function exchangeOnce(server: { readonly url: string }, bytes: Buffer): Promise<string> {
  const socket = await connectTo(server);
  const said = untilClosed(socket);
  socket.once('data', () => socket.end());
  socket.write(bytes);
  return said;
}

/** The statuses of the answers, interim ones left out. */
export const statusesIn = (said: string): number[] =>
  [...said.matchAll(/(?:^|\r\n\r\n|[}\]])HTTP\/1\.1 (\d{3})/g)]
    .map(([, status]) => Number(status))
    .filter((one) => one >= 200);

/** A request to the letter, that asks for the end of the connection. */
export function rawRequest(
  line: string,
  headers: readonly (readonly [name: string, value: string])[] = [],
  body = '',
): string {
  const given = [['host', 'tandem'], ['connection', 'close'], ...headers].map(
    ([name = '', value = '']) => `${name}: ${value}`,
  );
  return `${[line, ...given].join('\r\n')}\r\n\r\n${body}`;
}
