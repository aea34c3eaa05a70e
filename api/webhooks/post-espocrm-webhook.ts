import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { espoCrmWebhookKinds, espoCrmWebhookPath } from '../../connectors/espocrm/webhook-registrar.ts';
import { claimedWebhook, parseEspoBatch } from '../../connectors/espocrm/webhooks.ts';
import { type Side, sides } from '../../engine/values.ts';
import type { Hint, RecordRef } from '../../store/hints.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies, PairInfo } from '../dependencies.ts';
import type { Rate } from '../http-limits.ts';
import { limitRate } from '../rate-limit.ts';
import { namesKnownWebhook, senderOf } from './sender.ts';

const params = z.object({ pair: z.string(), event: z.enum(espoCrmWebhookKinds) });

/** Far above the 50 items of a batch of EspoCRM: a 413 would lose the events. */
const longestBodyBytes = 16 * 1024 * 1024;
/** EspoCRM waits ten seconds; an answer must come before that, and one that says "again" is better than none. */
const storeWithinMs = 4_000;
/** No limit of a batch, which would lose it: larger ones let others at the database in between. */
const storedAtOnce = 10_000;

/**
 * `POST /webhooks/espocrm/:pair/:event`, from whichever side of the pair is an EspoCRM. What is said is stored durably,
 * then answered with 200; the workflows are told after that. The statuses follow what EspoCRM 9.2.7 makes of them
 * (observed): 401, 404 and 503 come again, 400 and 413 are lost for good and so are answered only where a repetition
 * could not help. A body is read only from who names a webhook that is known.
 */
export function addEspoCrmWebhook(app: FastifyInstance, deps: ApiDependencies, rate: Rate): void {
  void app.register(async (scope) => {
    scope.addHook('onResponse', (request, reply, next) => {
      const target = params.safeParse(request.params);
      const known = deps.pairs.find(({ name }) => target.success && name === target.data.pair);
      deps.metrics.onWebhook(known?.name ?? 'unknown', reply.statusCode);
      next();
    });
    await limitRate(scope, { rate, status: 503, log: deps.log });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: longestBodyBytes }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.addHook('onRequest', async (request) => {
      // The signature decides, whatever the body calls itself: a malformed type would be answered with 415, and lost.
      delete request.headers['content-type'];
      if (!(await namesKnownWebhook(request.headers, pairOf(deps, request), deps.webhookSecrets))) throw badSignature();
    });
    scope.post(`/webhooks/${espoCrmWebhookPath}/:pair/:event`, { bodyLimit: longestBodyBytes }, (request, reply) =>
      receive(deps, request, reply),
    );
  });
}

async function receive(deps: ApiDependencies, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const pair = pairOf(deps, request);
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const side = await senderOf({ rawBody, headers: request.headers }, pair, deps.webhookSecrets);
  if (side === null) throw badSignature();
  const batch = parseEspoBatch(rawBody);
  if (!batch.ok) throw new ApiError(400, 'bad_body', batch.reason);
  const toRing = await store(deps, { pair, side }, batch.ids);
  await reply.code(200).send({ accepted: batch.ids.length });
  void deps.doorbell.ring(toRing.map((ref) => ({ ...ref, trigger: 'webhook' })));
  deps.deliveries.note(pair[side].system, claimedWebhook(request.headers));
  return reply;
}

/** @throws ApiError 404 */
function pairOf({ pairs, webhookSecrets }: ApiDependencies, request: FastifyRequest): PairInfo {
  const target = params.safeParse(request.params);
  const pair = target.success ? pairs.find(({ name }) => name === target.data.pair) : undefined;
  if (pair !== undefined && sides.some((side) => webhookSecrets.has(pair[side].system))) return pair;
  throw new ApiError(
    404,
    'unknown_webhook',
    'There is no such pair or event; the path is /webhooks/espocrm/<pair>/create|update|delete',
  );
}

const badSignature = (): ApiError =>
  new ApiError(401, 'bad_signature', 'The signature does not fit; check the webhook id and its secret key');

async function store(
  deps: ApiDependencies,
  { pair: { name: pair }, side }: { readonly pair: PairInfo; readonly side: Side },
  ids: readonly string[],
): Promise<readonly RecordRef[]> {
  const hints = ids.map((recordId) => ({ pair, side, recordId, trigger: 'webhook' }) as const);
  const late = AbortSignal.timeout(storeWithinMs);
  try {
    return await orLate(storeInPortions(deps, hints, late), late);
  } catch (error) {
    deps.log.error({ pair, reason: error instanceof Error ? error.name : 'unknown' }, 'A webhook could not be stored');
    throw new ApiError(503, 'not_stored', 'It could not be stored; send it again');
  }
}

async function storeInPortions(
  { store: stores, now }: ApiDependencies,
  hints: readonly Hint[],
  late: AbortSignal,
): Promise<readonly RecordRef[]> {
  const toRing: RecordRef[] = [];
  for (let start = 0; start < hints.length; start += storedAtOnce) {
    late.throwIfAborted();
    toRing.push(...(await stores().hints.add(hints.slice(start, start + storedAtOnce), now())));
  }
  return toRing;
}

async function orLate<T>(promise: Promise<T>, late: AbortSignal): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => {
    reject(new StoreTimedOut());
  };
  late.addEventListener('abort', giveUp);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    late.removeEventListener('abort', giveUp);
  }
}

class StoreTimedOut extends Error {
  readonly code = 'store_timed_out';
}
