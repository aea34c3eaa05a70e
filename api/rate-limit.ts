import { fastifyRateLimit, normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../log.ts';
import { ApiError } from './api-error.ts';
import type { Rate } from './http-limits.ts';

/** How much of its calls a source may waste on credentials that do not fit. */
const refusedShare = 1 / 10;

export interface RateLimitOptions {
  readonly rate: Rate;
  /** 503 where the caller repeats that and nothing else, 429 for everybody who reads the answer. */
  readonly status: 429 | 503;
  readonly log: Logger;
}

/**
 * Limits what one address (of IPv6: one /64) may ask of the routes that are added to the scope afterwards. A request
 * that is answered with 401 counts a second time, against a tenth of the rate, so that nobody guesses keys at speed:
 * whoever has used that up is refused before anything is looked at. Counted in this process only.
 */
export async function limitRate(scope: FastifyInstance, { rate, status, log }: RateLimitOptions): Promise<void> {
  await scope.register(fastifyRateLimit, { global: false });
  const limit = (max: number) => scope.createRateLimit({ max, timeWindow: rate.perMs, keyGenerator: sourceOf });
  const calls = limit(rate.calls);
  const refusals = limit(Math.ceil(rate.calls * refusedShare));
  let toldAtMs = Number.NEGATIVE_INFINITY;

  scope.addHook('onRequest', async (request) => {
    const [called, refused] = [await calls(request), await refusals(request, { increment: false })];
    const waits = [called, refused].flatMap((count) => (isUsedUp(count) ? [count.ttlInSeconds] : []));
    if (waits.length === 0) return;
    if (Date.now() - toldAtMs > rate.perMs) {
      toldAtMs = Date.now();
      log.warn({ source: request.ip, status }, 'A source asks too often and is refused for a while');
    }
    const seconds = Math.max(1, ...waits);
    throw new ApiError(status, 'rate_limited', `Too many requests from this address; come again in ${seconds} s`, {
      retryAfterSeconds: seconds,
    });
  });
  scope.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode === 401) await refusals(request);
    return payload;
  });
}

type Count = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

const isUsedUp = (count: Count): count is Extract<Count, { isAllowed: false }> => !count.isAllowed && count.isExceeded;

/** A connection that is gone already has no address. */
const sourceOf = ({ ip }: { readonly ip: string | undefined }): string => normalizeIP(ip ?? '');
