import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ParsedWebhook } from '../../connectors/webhook-source.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Rate } from '../http-limits.ts';
import { limitRate } from '../rate-limit.ts';
import type { Announced } from './news.ts';
import { namesKnownWebhook, type PossibleSender, type ProvenSender, senderOf } from './sender.ts';
import { ring, storeInTime } from './store-in-time.ts';
import { announcedBy, headOf, targetOf, webhookRoutes } from './webhook-target.ts';

/**
 * `POST /webhooks/<path>`, with whatever each kind of system adds to it. What is said is stored durably, then answered with
 * 200; the workflows are told after that. A body is read only from who names a registration that is known. What is answered
 * where something is wrong is what the kind of system understands (`WebhookAnswers`); 503 makes all of them come again.
 */
export function addWebhooks(app: FastifyInstance, deps: ApiDependencies, rate: Rate): void {
  const byPath = Map.groupBy(deps.webhookSenders, ({ source }) => source.path);
  for (const [path, senders] of byPath) addPath(app, deps, { path, senders, rate });
}

interface Path {
  readonly path: string;
  readonly senders: readonly PossibleSender[];
  readonly rate: Rate;
}

function addPath(app: FastifyInstance, deps: ApiDependencies, { path, senders, rate }: Path): void {
  const bodyLimit = Math.max(...senders.map(({ source }) => source.longestBodyBytes));
  const pairs = new WeakMap<FastifyRequest, string>();
  void app.register(async (scope) => {
    scope.addHook('onResponse', (request, reply, next) => {
      deps.metrics.onWebhook(pairs.get(request) ?? 'unknown', reply.statusCode);
      next();
    });
    await limitRate(scope, { rate, status: 503, wrongOnes: 'lock_out', log: deps.log });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.addHook('onRequest', async (request) => {
      // The signature decides, whatever the body calls itself: a malformed type would be answered with 415, and lost.
      delete request.headers['content-type'];
      const head = headOf(request);
      const target = targetOf(head, senders, deps.pairs);
      if (target.pair !== null) pairs.set(request, target.pair.name);
      if (!(await namesKnownWebhook(head, target.senders))) throw badSignature(target.senders);
    });
    const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { announced, sender } = await receive(deps, senders, request);
      if (announced[0] !== undefined) pairs.set(request, announced[0].pair);
      return take(deps, { announced, sender }, reply);
    };
    for (const parts of webhookRoutes) scope.post(`/webhooks/${path}${parts}`, { bodyLimit }, handle);
  });
}

interface Received {
  readonly sender: ProvenSender;
  /** What may have changed. */
  readonly announced: readonly Announced[];
}

/** @throws ApiError */
async function receive(
  deps: ApiDependencies,
  senders: readonly PossibleSender[],
  request: FastifyRequest,
): Promise<Received> {
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const signed = { ...headOf(request), rawBody };
  const target = targetOf(signed, senders, deps.pairs);
  const sender = await senderOf(signed, target.senders, deps.now().getTime());
  if (sender === null) throw badSignature(target.senders);
  const { system } = sender;
  const records = recordsIn(deps, sender, sender.source.parse(signed));
  return { sender, announced: records.flatMap((record) => announcedBy(record, { system, target }, deps.pairs)) };
}

/** @throws ApiError where the system loses what is answered so */
function recordsIn({ log }: ApiDependencies, { system, source }: ProvenSender, parsed: ParsedWebhook) {
  if (parsed.ok) return parsed.records;
  if (source.answers.badBody >= 300) throw new ApiError(source.answers.badBody, 'bad_body', parsed.reason);
  log.error({ system, reason: parsed.reason }, 'A genuine webhook can not be understood and is passed over');
  return [];
}

async function take(
  deps: ApiDependencies,
  { announced, sender }: Received,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const toRing = await storeInTime(deps, announced);
  await reply.code(200).send({ accepted: announced.length });
  void ring(deps, toRing);
  deps.deliveries.note(sender);
  return reply;
}

const badSignature = ([first]: readonly PossibleSender[]): ApiError =>
  new ApiError(
    first?.source.answers.badSignature ?? 401,
    'bad_signature',
    'The signature does not fit; check the webhook id and its secret key',
  );
