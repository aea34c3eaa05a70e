import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { NamedRecord, WebhookHead } from '../../connectors/webhook-source.ts';
import { type Side, sides } from '../../engine/values.ts';
import { ApiError } from '../api-error.ts';
import type { PairInfo } from '../dependencies.ts';
import type { Announced } from './news.ts';
import type { PossibleSender } from './sender.ts';

/** What may follow the path of a kind of system. */
export const webhookRoutes = ['', '/:first', '/:first/:second'] as const;
const parameters = z.object({ first: z.string().optional(), second: z.string().optional() });
const queryShape = z.record(z.string(), z.unknown());

export function headOf({ params, query, headers }: FastifyRequest): WebhookHead {
  const { first, second } = parameters.parse(params);
  const given = Object.entries(queryShape.parse(query));
  return {
    // A slash that was encoded is part of a name, and no name has one.
    route: [first, second].flatMap((part) => (part === undefined ? [] : [part.replaceAll('/', '%2F')])).join('/'),
    query: Object.fromEntries(given.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
    headers,
  };
}

/** What an address is about, and who may send to it. */
export interface WebhookTarget {
  /** Null: the body says which records it is about. */
  readonly pair: PairInfo | null;
  /** Of a pair: its master first. */
  readonly senders: readonly PossibleSender[];
}

/** @param senders those of the path. @throws ApiError 404 */
export function targetOf(
  head: WebhookHead,
  senders: readonly PossibleSender[],
  pairs: readonly PairInfo[],
): WebhookTarget {
  const addressed = senders.flatMap((sender) => {
    const address = sender.source.addressOf(head);
    return address === null ? [] : [{ sender, pair: address.pair }];
  });
  const [first] = addressed;
  if (first?.pair === null) return { pair: null, senders: addressed.map(({ sender }) => sender) };
  const pair = pairs.find(({ name }) => name === first?.pair);
  const possible = sides.flatMap((side) => addressed.filter(({ sender }) => sender.system === pair?.[side].system));
  if (pair !== undefined && possible.length > 0) return { pair, senders: possible.map(({ sender }) => sender) };
  throw unknownAddress(senders);
}

function unknownAddress(senders: readonly PossibleSender[]): ApiError {
  const paths = senders.map(({ source: { path, routes } }) => `/webhooks/${path}${routes}`);
  const said = `There is no such pair or event; the path is ${[...new Set(paths)].join(' or ')}`;
  return new ApiError(404, 'unknown_webhook', said);
}

/** What may have changed by what a system has said of a record. */
export function announcedBy(
  { entity, id: recordId, shown }: NamedRecord,
  { system, target }: { readonly system: string; readonly target: WebhookTarget },
  pairs: readonly PairInfo[],
): readonly Announced[] {
  const hint = (pair: string, side: Side): Announced => ({ pair, side, recordId, trigger: 'webhook', shown });
  if (target.pair !== null) {
    const { name, ...title } = target.pair;
    const side = sides.find((one) => title[one].system === system);
    return side === undefined ? [] : [hint(name, side)];
  }
  return pairs.flatMap(({ name, ...title }) =>
    sides
      .filter((side) => title[side].system === system && title[side].entity === entity)
      .map((side) => hint(name, side)),
  );
}
