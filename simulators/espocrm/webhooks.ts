import { randomBytes } from 'node:crypto';
import { seededRandom } from '../seeded-random.ts';
import type { EspoUser, SaveEvent } from './database.ts';
import { EspoError, invalidField } from './espo-error.ts';
import { deliver } from './webhook-delivery.ts';

export interface Subscription {
  id: string;
  event: string;
  url: string;
  isActive: boolean;
  skipOwn: boolean;
  secretKey: string;
  owner: EspoUser;
}

interface QueueItem {
  seq: number;
  subscription: Subscription;
  payload: Record<string, unknown>;
  attempts: number;
  dueAt: number;
}

export interface DeliveryReport {
  requests: number;
  items: number;
  /** Items that were given up for good. */
  lost: number;
  /** The records that these were about. */
  lostIds: readonly string[];
  statuses: number[];
}

/** What the queue may be told to do to the next deliveries. */
export interface Mischief {
  /** So many deliveries are lost on the way, though EspoCRM believes that they arrived. */
  drop: number;
  /** The next delivery is sent so many times more. */
  repeat: number;
  /** What is published from now on waits so long before it is sent. */
  delayMs: number;
  reorder: boolean;
}

const retried = new Set([0, 401, 403, 404, 405, 408, 500, 503]);
const nothing: DeliveryReport = { requests: 0, items: 0, lost: 0, lostIds: [], statuses: [] };

/** Subscriptions and the delivery queue, with EspoCRM's answer table (observed on 9.2.7). */
export class Webhooks {
  readonly settings = {
    eventsPerRun: 20,
    batchSize: 50,
    maxAttempts: 4,
    retryAfterMs: 600_000,
    timeoutMs: 10_000,
    maxPerUser: 50,
  };
  /**
   * From 9.3.2: internal addresses are refused unless they are in the list, as host:port. Null, as 9.2.7: all are taken.
   * (Read in the source: the validator notInternal. Names are not looked up here.)
   */
  allowedAddresses: readonly string[] | null = null;
  readonly misbehave: Mischief = { drop: 0, repeat: 0, delayMs: 0, reorder: false };
  readonly #now: () => Date;
  readonly #newId: () => string;
  readonly #isEntity: (entityType: string) => boolean;
  readonly #random = seededRandom(7);
  #seq = 0;
  #subscriptions: Subscription[] = [];
  #events: QueueItem[] = [];
  #items: QueueItem[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: { now: () => Date; newId: () => string; isEntity: (entityType: string) => boolean }) {
    this.#now = options.now;
    this.#newId = options.newId;
    this.#isEntity = options.isEntity;
  }

  list(): readonly Subscription[] {
    return this.#subscriptions;
  }

  /** @throws EspoError 400, 403 */
  register(sent: { event?: unknown; url?: unknown; skipOwn?: unknown }, owner: EspoUser): Subscription {
    if (typeof sent.url !== 'string' || sent.url === '') throw invalidField('Webhook', 'url', 'required');
    this.#refuseInternal(sent.url);
    const event = typeof sent.event === 'string' ? sent.event : '';
    const [entityType = '', kind = ''] = event.split('.');
    const known = ['create', 'update', 'delete', 'fieldUpdate'].includes(kind) && this.#isEntity(entityType);
    if (!known) throw new EspoError(403, 'Not supported event.');
    const own = this.#subscriptions.filter((one) => one.owner.id === owner.id);
    if (own.length >= this.settings.maxPerUser) throw new EspoError(403, 'Webhook number per user exceeded the limit.');
    const subscription = {
      id: this.#newId(),
      event,
      url: sent.url,
      isActive: true,
      skipOwn: sent.skipOwn === true && owner.kind === 'api',
      secretKey: randomBytes(16).toString('hex'),
      owner,
    };
    this.#subscriptions.push(subscription);
    return subscription;
  }

  remove(id: string): void {
    this.#subscriptions = this.#subscriptions.filter((one) => one.id !== id);
    this.#drop(id);
  }

  /** @throws EspoError 400 */
  update(id: string, changes: { url?: unknown; isActive?: unknown; skipOwn?: unknown }): Subscription | undefined {
    const subscription = this.#subscriptions.find((one) => one.id === id);
    if (subscription === undefined) return undefined;
    if (typeof changes.url === 'string') {
      this.#refuseInternal(changes.url);
      subscription.url = changes.url;
    }
    if (typeof changes.skipOwn === 'boolean')
      subscription.skipOwn = changes.skipOwn && subscription.owner.kind === 'api';
    if (typeof changes.isActive === 'boolean') subscription.isActive = changes.isActive;
    if (!subscription.isActive) this.#drop(id);
    return subscription;
  }

  #refuseInternal(url: string): void {
    if (this.allowedAddresses === null) return;
    const { hostname, port, protocol } = new URL(url);
    const address = `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
    const isInternal = /^(localhost$|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(hostname);
    if (isInternal && !this.allowedAddresses.includes(address)) throw invalidField('Webhook', 'url', 'notInternal');
  }

  /** A save has happened. Events without a subscription are recorded nowhere. */
  publish({ entityType, kind, attributes, by }: SaveEvent): void {
    for (const subscription of this.#subscriptions) {
      if (!subscription.isActive || !concerns(subscription, entityType, kind, attributes)) continue;
      if (subscription.skipOwn && subscription.owner.id === by.id) continue;
      this.#seq += 1;
      const dueAt = this.#now().getTime() + this.misbehave.delayMs;
      this.#events.push({ seq: this.#seq, subscription, payload: attributes, attempts: 0, dueAt });
    }
  }

  pending(): number {
    return this.#events.length + this.#items.length;
  }

  /** One run of the scheduled job: at most 20 events fan out, one batch per subscription is sent. */
  deliver(): Promise<DeliveryReport> {
    const run = this.#running.then(() => this.#run());
    this.#running = run.catch(() => undefined);
    return run;
  }

  /** Runs until nothing is due. */
  async deliverAll(): Promise<DeliveryReport> {
    let total = nothing;
    for (;;) {
      const report = await this.deliver();
      total = sum(total, report);
      if (report.requests === 0 && this.#events.length === 0) return total;
    }
  }

  start(everyMs: number): void {
    this.stop();
    const again = (): void => {
      this.#timer = setTimeout(() => {
        const armed = this.#timer;
        // Whoever stops it during a run, or starts it anew, has taken this timer away.
        void this.deliver().finally(() => {
          if (this.#timer === armed) again();
        });
      }, everyMs);
    };
    again();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run(): Promise<DeliveryReport> {
    this.#items.push(...this.#events.splice(0, this.settings.eventsPerRun));
    const now = this.#now().getTime();
    let total = nothing;
    for (const subscription of [...this.#subscriptions]) {
      const due = this.#items.filter((item) => item.subscription === subscription && item.dueAt <= now);
      const batch = due.sort((a, b) => a.seq - b.seq).slice(0, this.settings.batchSize);
      if (batch.length > 0) total = sum(total, await this.#send(subscription, batch));
    }
    return total;
  }

  async #send(subscription: Subscription, batch: QueueItem[]): Promise<DeliveryReport> {
    if (this.misbehave.drop > 0) {
      this.misbehave.drop -= 1;
      this.#done(batch);
      return { ...nothing, lost: batch.length, lostIds: batch.map(recordIdOf) };
    }
    const ordered = this.misbehave.reorder ? batch.toSorted(() => this.#random() - 0.5) : batch;
    const delivery = {
      url: subscription.url,
      webhookId: subscription.id,
      secretKey: subscription.secretKey,
      items: ordered.map(({ payload }) => payload),
    };
    const statuses = [await deliver(delivery, this.settings.timeoutMs)];
    for (; this.misbehave.repeat > 0; this.misbehave.repeat -= 1) {
      statuses.push(await deliver(delivery, this.settings.timeoutMs));
    }
    const lost = this.#settle(subscription, batch, statuses[0] ?? 0);
    return {
      requests: statuses.length,
      items: batch.length,
      lost: lost.length,
      lostIds: lost.map(recordIdOf),
      statuses,
    };
  }

  /** @returns the items that are lost for good */
  #settle(subscription: Subscription, batch: QueueItem[], status: number): readonly QueueItem[] {
    if (status === 410) {
      this.remove(subscription.id);
      return batch;
    }
    if (status >= 200 && status < 400) {
      this.#done(batch);
      return [];
    }
    const again = batch.filter(({ attempts }) => retried.has(status) && attempts + 1 < this.settings.maxAttempts);
    for (const item of again) {
      item.attempts += 1;
      item.dueAt = this.#now().getTime() + this.settings.retryAfterMs;
    }
    const lost = batch.filter((item) => !again.includes(item));
    this.#done(lost);
    return lost;
  }

  #done(items: readonly QueueItem[]): void {
    this.#items = this.#items.filter((item) => !items.includes(item));
  }

  #drop(subscriptionId: string): void {
    const others = (item: QueueItem): boolean => item.subscription.id !== subscriptionId;
    this.#events = this.#events.filter(others);
    this.#items = this.#items.filter(others);
  }
}

function concerns(
  { event }: Subscription,
  entityType: string,
  kind: string,
  attributes: Record<string, unknown>,
): boolean {
  if (event === `${entityType}.${kind}`) return true;
  const [entity, fieldUpdate, field = ''] = event.split('.');
  return entity === entityType && fieldUpdate === 'fieldUpdate' && kind === 'update' && field in attributes;
}

const recordIdOf = ({ payload }: QueueItem): string => String(payload['id']);

const sum = (one: DeliveryReport, other: DeliveryReport): DeliveryReport => ({
  requests: one.requests + other.requests,
  items: one.items + other.items,
  lost: one.lost + other.lost,
  lostIds: [...one.lostIds, ...other.lostIds],
  statuses: [...one.statuses, ...other.statuses],
});
