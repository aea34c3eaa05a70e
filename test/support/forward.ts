import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Another address for a service that runs elsewhere on this machine, as if it had just come up there.
 * @param answers whoever connects before that is not answered until then
 */
export async function forward(
  port: number,
  target: { readonly host: string; readonly port: number },
  answers: Promise<unknown> = Promise.resolve(),
) {
  const server = createServer((socket) => {
    void answers.then(() => {
      const onward = connect(target.port, target.host);
      for (const end of [socket, onward]) end.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
      socket.once('close', () => onward.destroy());
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
