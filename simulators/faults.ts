import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RateLimit } from './rate-limit.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { seededRandom } from './seeded-random.ts';

/** How a request can be made to go wrong. */
export type Fault =
  /** Answered instead of being handled. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** Handled, but later. */
  | { kind: 'latency'; delayMs: number }
  /** The connection is reset; nothing took effect. */
  | { kind: 'resetBefore' }
  /** The request takes effect, then the connection is reset. */
  | { kind: 'resetAfter' }
  /** The request takes effect; half of the announced answer arrives. */
  | { kind: 'truncate' };

export interface FaultRule {
  fault: Fault;
  method?: string;
  path?: string | RegExp;
  /** How many requests it hits; default 1. */
  times?: number;
  /** Default 1: every matching request until `times` is used up. */
  probability?: number;
}

export class Faults {
  readonly #random: () => number;
  #rules: { rule: FaultRule; left: number }[] = [];
  injected = 0;

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  /** @returns how to take the rule back */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? 1 };
    this.#rules.push(entry);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** The faults that hit this request; each uses up one of its rule's times. */
  hitting(method: string, path: string): Fault[] {
    const hit = this.#rules.filter(({ rule, left }) => left > 0 && matches(rule, method, path) && this.#strikes(rule));
    for (const entry of hit) entry.left -= 1;
    this.injected += hit.length;
    return hit.map(({ rule }) => rule.fault);
  }

  #strikes({ probability = 1 }: FaultRule): boolean {
    return probability >= 1 || this.#random() < probability;
  }
}

const matches = ({ method, path }: FaultRule, actualMethod: string, actualPath: string): boolean =>
  (method === undefined || method === actualMethod) &&
  (path === undefined || (typeof path === 'string' ? actualPath.includes(path) : path.test(actualPath)));

interface Handling {
  entry: LoggedRequest;
  faults: Fault[];
}

/** What people use to steer a simulator: neither counted nor faulted. */
const isControl = (request: FastifyRequest): boolean => request.url.startsWith('/_control');

/** An answer to a request that came too much. */
export interface Refusal {
  headers: Record<string, string>;
  body: string;
}

/** What every simulator does with a request before it looks at it. */
export interface Reception {
  requests: RequestLog;
  faults: Faults;
  rateLimit: RateLimit;
  /** Rules beyond the limit's, asked where that has let the request pass. Null: it may go on; else it gets 429. */
  gate?: (request: FastifyRequest) => Refusal | null;
}

/**
 * Makes a simulator count its requests, refuse those above its limit and go wrong where a rule says so. Install it
 * before the routes.
 */
export function installReception(app: FastifyInstance, { requests, faults, rateLimit, gate }: Reception): void {
  const handlings = new WeakMap<FastifyRequest, Handling>();
  app.addHook('onRequest', async (request, reply) => {
    if (isControl(request)) return;
    const waitMs = rateLimit.arrive();
    const refusal = waitMs > 0 ? retryAfter(waitMs) : (gate?.(request) ?? null);
    const entry = requests.begin(request.method, request.url);
    const handling = { entry, faults: refusal === null ? faults.hitting(request.method, entry.path) : [] };
    handlings.set(request, handling);
    if (refusal !== null) return refuse(reply, refusal);
    await before(handling, request, reply);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const handling = handlings.get(request);
    if (handling?.faults.some(({ kind }) => kind === 'resetAfter') === true) request.raw.socket.destroy();
    if (handling?.faults.some(({ kind }) => kind === 'truncate') === true) sendHalf(reply, payload);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const entry = handlings.get(request)?.entry;
    if (entry !== undefined && !request.raw.socket.destroyed) entry.status = reply.statusCode;
    return Promise.resolve();
  });
}

const retryAfter = (waitMs: number): Refusal => ({
  headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) },
  body: '',
});

async function refuse(reply: FastifyReply, { headers, body }: Refusal): Promise<void> {
  await reply.code(429).headers(headers).send(body);
}

async function before({ faults }: Handling, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  for (const fault of faults) {
    if (fault.kind === 'latency') await sleep(fault.delayMs, undefined, { ref: false });
    if (fault.kind === 'resetBefore') {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    if (fault.kind === 'status') {
      await reply
        .code(fault.status)
        .headers(fault.headers ?? {})
        .send(fault.body ?? '');
      return;
    }
  }
}

function sendHalf(reply: FastifyReply, payload: unknown): void {
  const whole = Buffer.from(typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : '');
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, {
    'content-type': 'application/json',
    'content-length': String(Math.max(whole.length, 2)),
  });
  reply.raw.write(whole.subarray(0, Math.floor(whole.length / 2)), () => {
    reply.raw.socket?.destroy();
  });
}
