import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { bodyOf } from './api-error.ts';
import { limitBodyTime } from './body-time.ts';
import { defaultTimeouts, type HttpLimits } from './http-limits.ts';

/** EspoCRM's own headers are below one kibibyte (9.2.7). */
const longestHeadersBytes = 16 * 1024;

type FrameworkErrors = NonNullable<FastifyServerOptions['frameworkErrors']>;

/** A server that nobody can keep waiting, and that refuses what is no HTTP in the same form as everything else. */
export function createHttpServer(
  { timeouts, trustedProxies }: Pick<HttpLimits, 'timeouts' | 'trustedProxies'>,
  frameworkErrors?: FrameworkErrors,
): FastifyInstance {
  const app = Fastify({
    logger: false,
    http: {
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: timeouts.checkEveryMs,
      maxHeaderSize: longestHeadersBytes,
    },
    // Node has one for all requests; what is no file has less time.
    requestTimeout: timeouts.uploadMs,
    connectionTimeout: timeouts.silenceMs,
    // The idle connections of a reverse proxy must not be ended by us: it may be sending just then, and would answer
    // 502, which EspoCRM takes as lost. Proxies keep them for 60 s (nginx, AWS).
    keepAliveTimeout: 75_000,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: refuse,
    ...(frameworkErrors !== undefined && { frameworkErrors }),
  });
  limitBodyTime(app.server, timeouts.requestMs, (socket) => {
    answerAndEnd(socket, tooSlow);
  });
  return app;
}

/** The same without callers that would have to be told apart: health and metrics of a worker. */
export const createSidecarServer = (): FastifyInstance =>
  createHttpServer({ timeouts: defaultTimeouts, trustedProxies: [] });

/** What could not be read as a request: there is no reply to answer with, only the socket. */
function refuse(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  answerAndEnd(socket, refusals[error.code ?? ''] ?? noHttp);
}

function answerAndEnd(socket: Socket, [status, code, message]: Refusal): void {
  const body = JSON.stringify(bodyOf(code, message));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  if (socket.writable) socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

type Refusal = readonly [status: number, code: string, message: string];

const tooSlow: Refusal = [408, 'too_slow', 'The request did not arrive in time'];
const refusals: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: tooSlow,
  HPE_HEADER_OVERFLOW: [431, 'bad_request', 'The headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'bad_request', 'The body is too large'],
};
const noHttp: Refusal = [400, 'bad_request', 'The request can not be understood'];
