import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Another address for a service that runs elsewhere on this machine, as if it had just come up there. */
export async function forward(port: number, target: { readonly host: string; readonly port: number }) {
  const server = createServer((socket) => {
    const onward = connect(target.port, target.host);
    for (const end of [socket, onward]) end.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
    socket.once('close', () => onward.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
