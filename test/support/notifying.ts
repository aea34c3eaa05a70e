import { eq } from 'drizzle-orm';
import type { CallBudget } from '../../connectors/call-budget.ts';
import { createNoteChannel } from '../../notifications/note-channel.ts';
import type { Channel } from '../../notifications/channel.ts';
import { createSender, type SenderOptions } from '../../notifications/sender.ts';
import { CircuitStore } from '../../store/circuits.ts';
import type { Database } from '../../store/database.ts';
import type { NewNotification } from '../../store/notification-rows.ts';
import { NotificationStore } from '../../store/notifications.ts';
import { type NotificationChannel, notificationDeliveries, notifications } from '../../store/schema.ts';
import { readableLog } from './api.ts';
import type { House } from './house.ts';

/** A record that was given up, unless the parts say otherwise. */
export const news = (parts: Partial<NewNotification> = {}): NewNotification => ({
  kind: 'permanently_failed',
  pair: 'beteiligte',
  linkId: null,
  system: 'Advoware',
  code: 'record_failed',
  field: null,
  message: 'Advoware failed on this record',
  ...parts,
});

export const storedNotifications = (db: Database) => db.select().from(notifications).orderBy(notifications.createdAt);

export const deliveriesOn = (db: Database, channel: NotificationChannel) =>
  db.select().from(notificationDeliveries).where(eq(notificationDeliveries.channel, channel));

export const notesIn = ({ deps, database }: House, budget: Pick<CallBudget, 'reserve'> = deps.budget): Channel =>
  createNoteChannel({
    pairs: deps.pairs,
    connectors: deps.connectors,
    budget: () => budget,
    circuits: () => new CircuitStore(database.db),
    onCall: () => undefined,
  });

/** A sender over a house's database, and what it writes to its log. */
export function senderIn(house: House, channel: Channel, outbox = outboxOf(house)) {
  const { log, lines } = readableLog('warn');
  return { ...createSender({ store: () => outbox, channel, log, now: () => house.now() }), lines };
}

export type Outbox = NonNullable<ReturnType<SenderOptions['store']>>;
const outboxOf = ({ database }: House): Outbox => new NotificationStore(database.db);

/** As if the process died after it has sent one and before it has remembered that. */
export function dyingAfterSending(house: House): Outbox {
  const outbox = outboxOf(house);
  return {
    take: (rules, now) => outbox.take(rules, now),
    giveUpInterrupted: (channel, now) => outbox.giveUpInterrupted(channel, now),
    settle: () => Promise.reject(new Error('the process died')),
  };
}

/** Advoware answers no read of a party until it is healed. */
export const failingParties = ({ firm }: House): (() => void) =>
  firm.faults.add({ fault: { kind: 'status', status: 500 }, method: 'GET', path: 'Beteiligte', times: Infinity });

/** Looks at a record as often as it takes to give it up. @returns how often that was */
export async function exhaust(house: House, key: string): Promise<number> {
  let { outcome } = await house.sync(key, 'person');
  for (let passes = 1; ; passes += 1) {
    if (outcome.kind === 'parked') return passes;
    if (outcome.kind !== 'waiting') throw new Error(`neither waiting nor given up: ${JSON.stringify(outcome)}`);
    house.clockOffsetMs += (outcome.retryInMs ?? 0) + 1;
    ({ outcome } = await house.pass(key));
  }
}
