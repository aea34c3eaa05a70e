import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Requests whose body may take as long as the server lets any take. */
const unhurried = new WeakSet<IncomingMessage>();

/** For a caller who is known and may send something large: the server's own limit remains. */
export function allowSlowBody(request: IncomingMessage): void {
  unhurried.add(request);
}

/** Ends connections whose request has not arrived in full so long after its headers. @param refuse answers and ends */
export function limitBodyTime(server: Server, withinMs: number, refuse: (socket: Socket) => void): void {
  server.on('request', (request, response) => {
    const timer = setTimeout(() => {
      if (request.complete || unhurried.has(request)) return;
      // Whoever was answered already and still sends.
      if (response.headersSent) request.socket.destroy();
      else refuse(request.socket);
    }, withinMs);
    timer.unref();
    request.once('close', () => {
      clearTimeout(timer);
    });
  });
}
