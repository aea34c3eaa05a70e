import { fastifyRateLimit, normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../log.ts';
import { ApiError, bodyOf } from './api-error.ts';
import type { Rate } from './http-limits.ts';

/** How much of its calls a source may waste on credentials that do not fit. */
const refusedShare = 1 / 10;

export interface RateLimitOptions {
  readonly rate: Rate;
  /** 503 where the caller repeats that and nothing else, 429 for everybody who reads the answer. */
  readonly status: 429 | 503;
  /**
   * What becomes of a source that has shown wrong credentials too often. `lock_out`: it is not heard for a while, so that
   * nobody guesses at speed. `refuse_those`: only what is wrong is refused, since many who can't help it share the source;
   * for credentials that nobody can guess at any speed.
   */
  readonly wrongOnes: 'lock_out' | 'refuse_those';
  readonly log: Logger;
}

/**
 * Limits what one address (of IPv6: one /64) may ask of the routes that are added to the scope afterwards. A request
 * that is answered with 401 counts a second time, against a tenth of the rate. Counted in this process only.
 */
export async function limitRate(scope: FastifyInstance, options: RateLimitOptions): Promise<void> {
  const { rate, status, wrongOnes } = options;
  await scope.register(fastifyRateLimit, { global: false });
  const limit = (max: number) => scope.createRateLimit({ max, timeWindow: rate.perMs, keyGenerator: sourceOf });
  const calls = limit(rate.calls);
  const refusals = limit(Math.ceil(rate.calls * refusedShare));
  const tell = teller(options);

  scope.addHook('onRequest', async (request) => {
    const called = await calls(request);
    const counts = wrongOnes === 'lock_out' ? [called, await refusals(request, { increment: false })] : [called];
    const waits = waitsOf(counts);
    if (waits.length === 0) return;
    tell(request.ip);
    throw tooOften(status, waits);
  });
  scope.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode !== 401) return payload;
    const waits = waitsOf([await refusals(request)]);
    if (wrongOnes === 'lock_out' || waits.length === 0) return payload;
    tell(request.ip);
    const { code, message, retryAfterSeconds } = tooOften(status, waits);
    void reply.code(status).header('Retry-After', String(retryAfterSeconds));
    return JSON.stringify(bodyOf(code, message));
  });
}

/** Says it once in a while. */
function teller({ rate, status, log }: RateLimitOptions): (source: string) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (source) => {
    if (Date.now() - toldAtMs <= rate.perMs) return;
    toldAtMs = Date.now();
    log.warn({ source, status }, 'A source asks too often and is refused for a while');
  };
}

function tooOften(status: RateLimitOptions['status'], waits: readonly number[]): ApiError {
  const seconds = Math.max(1, ...waits);
  return new ApiError(status, 'rate_limited', `Too many requests from this address; come again in ${seconds} s`, {
    retryAfterSeconds: seconds,
  });
}

const waitsOf = (counts: readonly Count[]): readonly number[] =>
  counts.flatMap((count) => (isUsedUp(count) ? [count.ttlInSeconds] : []));

type Count = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

const isUsedUp = (count: Count): count is Extract<Count, { isAllowed: false }> => !count.isAllowed && count.isExceeded;

/** A connection that is gone already has no address. */
const sourceOf = ({ ip }: { readonly ip: string | undefined }): string => normalizeIP(ip ?? '');
