import { randomBytes } from 'node:crypto';
import { RateLimit } from '../rate-limit.ts';
import { seededRandom } from '../seeded-random.ts';
import { Documents, type ResourceObject } from './document.ts';
import type { Organization } from './organization.ts';
import type { StoredRecord } from './resource.ts';
import { resourceOf } from './resources.ts';
import type { SavedChange } from './saved-change.ts';
import { deliver, railsJson } from './webhook-delivery.ts';
import { eventOf } from './webhook-events.ts';

interface QueueItem {
  readonly seq: number;
  readonly webhookId: string;
  readonly body: string;
  /** Such as `tasks/12`. */
  readonly about: string;
  readonly jobId: string;
  attempts: number;
  dueAtMs: number;
}

export interface DeliveryReport {
  requests: number;
  /** Records whose event was given up, or lost because its webhook was switched off. */
  lost: string[];
  statuses: number[];
}

/** What may be done to what is under way. */
export interface Mischief {
  /** So many deliveries are lost on the way, though Productive believes that they arrived. */
  drop: number;
  /** The next delivery is sent so many times more. */
  repeat: number;
  /** What is published from now on waits so long before it is sent. */
  delayMs: number;
  reorder: boolean;
}

/**
 * One event in one request per webhook. Vendor texts disagree about failures: retried 11, 12 or 25 times within 12 or 48
 * hours; switched off after 3 or 12 failures in a row. The defaults switch off soonest; all are settings.
 */
export class Webhooks {
  readonly settings = { maxRetries: 12, retryAfterMs: 14_400_000, failuresUntilOff: 3, timeoutMs: 10_000 };
  readonly misbehave: Mischief = { drop: 0, repeat: 0, delayMs: 0, reorder: false };
  /**
   * Counts what is sent. A client has heard of 1,000 in 5 minutes and an e-mail above that; the vendor says that there is no
   * limit. With windows, what is above them is lost.
   */
  cap = new RateLimit();
  readonly #organization: Organization;
  readonly #documents: Documents;
  readonly #now: () => Date;
  readonly #sharedToken = randomBytes(16).toString('hex');
  readonly #random = seededRandom(7);
  readonly #failuresInRow = new Map<string, number>();
  #seq = 0;
  readonly #queue = new Set<QueueItem>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(organization: Organization, now: () => Date) {
    this.#organization = organization;
    this.#documents = new Documents(organization);
    this.#now = now;
  }

  newSignatureToken(): string {
    return this.#organization.unknowns.sharedSignatureToken ? this.#sharedToken : randomBytes(16).toString('hex');
  }

  list(): readonly StoredRecord[] {
    return this.#organization.table('webhooks').all();
  }

  remove(id: string): void {
    this.#organization.purge('webhooks', id);
    this.#drop(id);
  }

  /** Events that happen from now on are lost for this webhook, and so are those that wait. @returns what they are about */
  switchOff(id: string): string[] {
    this.#organization.silentUpdate('webhooks', id, { state_id: 2, deactivated_at: this.#organization.now() });
    return this.#drop(id);
  }

  publish(change: SavedChange): void {
    const { itemType } = resourceOf(change.type);
    const event = eventOf(change, itemType);
    if (event === null) return;
    const listeners = this.list().filter(
      ({ values }) => values['event_id'] === event.id && values['deactivated_at'] === null,
    );
    if (listeners.length === 0) return;
    const body = railsJson(this.#payload(change, itemType, event.name));
    for (const { id } of listeners) this.#enqueue(id, body, `${change.type}/${change.id}`);
  }

  pending(): number {
    return this.#queue.size;
  }

  /** Sends what is due, each event once. */
  deliver(): Promise<DeliveryReport> {
    const run = this.#running.then(() => this.#run());
    this.#running = run.catch(() => undefined);
    return run;
  }

  start(everyMs: number): void {
    this.stop();
    const again = (): void => {
      this.#timer = setTimeout(() => {
        void this.deliver().finally(() => {
          if (this.#timer !== undefined) again();
        });
      }, everyMs);
    };
    again();
  }

  /** What is under way is forgotten. */
  clear(): void {
    this.#queue.clear();
    this.#failuresInRow.clear();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The state after the change; which fields changed is not told. */
  #payload({ type, id, values }: SavedChange, itemType: string, event: string): unknown {
    const linked = ['project', 'assignee'].filter((name) => name in resourceOf(type).relationships);
    const record = { type, id, deleted: false, values: { ...values } };
    const { data, included } = this.#documents.single(record, linked);
    return {
      event,
      item_type: itemType,
      item_id: Number(id),
      created: this.#organization.now(),
      object: { data: withoutTaskList(data), included },
    };
  }

  #enqueue(webhookId: string, body: string, about: string): void {
    this.#seq += 1;
    const dueAtMs = this.#now().getTime() + this.misbehave.delayMs;
    const jobId = randomBytes(12).toString('hex');
    this.#queue.add({ seq: this.#seq, webhookId, body, about, jobId, attempts: 0, dueAtMs });
  }

  async #run(): Promise<DeliveryReport> {
    const now = this.#now().getTime();
    const due = [...this.#queue].filter(({ dueAtMs }) => dueAtMs <= now);
    const ordered = this.misbehave.reorder ? due.toSorted(() => this.#random() - 0.5) : due;
    const report: DeliveryReport = { requests: 0, lost: [], statuses: [] };
    for (const item of ordered) if (this.#queue.has(item)) await this.#send(item, report);
    return report;
  }

  async #send(item: QueueItem, report: DeliveryReport): Promise<void> {
    const webhook = this.#organization.find('webhooks', item.webhookId);
    const isAbove = this.cap.arrive() > 0;
    if (webhook === undefined || isAbove || this.misbehave.drop > 0) {
      if (!isAbove) this.misbehave.drop = Math.max(0, this.misbehave.drop - 1);
      report.lost.push(item.about);
      this.#queue.delete(item);
      return;
    }
    const status = await this.#deliver(webhook, item);
    report.statuses.push(status);
    for (; this.misbehave.repeat > 0; this.misbehave.repeat -= 1) {
      report.statuses.push(await this.#deliver(webhook, item));
    }
    report.requests = report.statuses.length;
    if (status >= 200 && status < 300) this.#arrived(webhook, item);
    else report.lost.push(...this.#failed(webhook, item, status));
  }

  #deliver({ values }: StoredRecord, { body, seq }: QueueItem): Promise<number> {
    const custom = values['custom_headers'] as Record<string, string>;
    const delivery = {
      url: String(values['target_url']),
      signatureToken: String(values['signature_token']),
      body,
      headers: this.#organization.unknowns.customHeadersArrive ? custom : {},
      sentAt: Math.floor(this.#now().getTime() / 1_000),
      spaceInSignature: seq % 2 === 0,
    };
    return deliver(delivery, this.settings.timeoutMs);
  }

  #arrived({ id }: StoredRecord, item: QueueItem): void {
    this.#failuresInRow.delete(id);
    this.#queue.delete(item);
    if (this.#organization.living('webhooks', id) === undefined) return;
    this.#organization.silentUpdate('webhooks', id, { state_id: 1, retry_attempts: 0 });
  }

  #failed({ id, values }: StoredRecord, item: QueueItem, status: number): string[] {
    const failures = (this.#failuresInRow.get(id) ?? 0) + 1;
    this.#failuresInRow.set(id, failures);
    this.#organization.put('webhook_logs', {
      payload: item.body,
      status_code: status,
      target_url: values['target_url'],
      retry_attempt: item.attempts,
      retry_job_id: item.jobId,
      created_at: this.#organization.now(),
      webhook_id: id,
    });
    if (this.#organization.living('webhooks', id) === undefined) return [];
    if (failures >= this.settings.failuresUntilOff) return this.switchOff(id);
    this.#organization.silentUpdate('webhooks', id, { state_id: 3, retry_attempts: item.attempts + 1 });
    if (item.attempts >= this.settings.maxRetries) {
      this.#queue.delete(item);
      return [item.about];
    }
    item.attempts += 1;
    item.dueAtMs = this.#now().getTime() + this.settings.retryAfterMs;
    return [];
  }

  /** @returns what is lost with them */
  #drop(webhookId: string): string[] {
    const lost = [...this.#queue].filter((item) => item.webhookId === webhookId);
    for (const item of lost) this.#queue.delete(item);
    return lost.map(({ about }) => about);
  }
}

/** Of a task's relations the list is missing. */
function withoutTaskList({ relationships, ...rest }: ResourceObject): ResourceObject {
  const { task_list: _, ...others } = relationships;
  return { ...rest, relationships: others };
}
