import type { Logger } from '../log.ts';
import type { DeliveryEnd, NotificationStore, TakenDelivery } from '../store/notifications.ts';
import type { Channel, SendResult } from './channel.ts';

export interface SenderOptions {
  /** Null while the database does not answer yet. */
  readonly store: () => Pick<NotificationStore, 'take' | 'settle' | 'giveUpInterrupted'> | null;
  readonly channel: Channel;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Delivers what is due on one channel. Several processes may have one each. */
export interface Sender {
  /** Until nothing is due any more, or `goesOn` says no. @throws what the store throws */
  deliverDue(goesOn?: () => boolean): Promise<void>;
}

/** Longer than any channel takes to send one. */
const leaseMs = 60_000;
const gathering = { most: 20, withinMs: 60_000 };
const waitsMs = [10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000];
/** A receiver that is away for longer than this does not get what is that old. */
const longestMs = 24 * 3_600_000;

export function createSender({ store, channel, log, now }: SenderOptions): Sender {
  const { name, repeats, gathers } = channel;
  const rules = { channel: name, leaseMs, repeatsInterrupted: repeats, gathering: gathers ? gathering : null };
  // A role that forbids it forbids it for every record: the log says so once.
  const said = new Set<string>();

  const tell = (delivery: TakenDelivery, end: DeliveryEnd): void => {
    if (end.kind === 'sent') log.info({ channel: name, kind: delivery.kind, pair: delivery.pair }, 'Notified');
    if (end.kind !== 'in_doubt' && end.kind !== 'undeliverable') return;
    if (said.has(end.error)) return;
    said.add(end.error);
    log.error({ channel: name, reason: end.error }, wordsFor[end.kind]);
  };

  return {
    async deliverDue(goesOn = () => true) {
      const outbox = store();
      if (outbox === null) return;
      if (!repeats && (await outbox.giveUpInterrupted(name, now())) > 0) log.warn({ channel: name }, interrupted);
      // What is in trouble is asked once, and not once for each that is due.
      const away = new Set<string>();
      for (;;) {
        const delivery = goesOn() ? await outbox.take({ ...rules, exceptPairs: [...away] }, now()) : null;
        if (delivery === null) return;
        const result = await channel.send(delivery);
        if (result.kind === 'away') for (const pair of result.pairs) away.add(pair);
        const end = endOf(delivery, result, now());
        await outbox.settle(delivery, end, now());
        tell(delivery, end);
      }
    },
  };
}

const interrupted = 'A process ended while it was notifying; what it was sending may not have arrived';
const wordsFor = {
  in_doubt: 'A notification may not have arrived; it is not repeated. Said once per reason',
  undeliverable: 'A notification can not be delivered. Said once per reason',
} as const;

function endOf({ attempt, createdAt }: TakenDelivery, result: SendResult, now: Date): DeliveryEnd {
  switch (result.kind) {
    case 'sent':
      return result;
    case 'away':
    case 'failed': {
      const waitMs = result.retryAfterMs ?? waitsMs[Math.min(attempt, waitsMs.length) - 1] ?? 0;
      const at = new Date(now.getTime() + waitMs);
      const isTooLate = at.getTime() - createdAt.getTime() > longestMs;
      return isTooLate ? { kind: 'undeliverable', error: result.reason } : { kind: 'again', at, error: result.reason };
    }
    case 'in_doubt':
    case 'undeliverable':
    case 'off':
      return { kind: result.kind, error: result.reason };
  }
}
