import type { Logger } from '../../log.ts';
import type { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';

/** Remembers when each webhook last brought something that its key had signed. */
export interface Deliveries {
  /** Returns at once and never throws: the answer to the webhook must not wait for it. */
  note(system: string, webhookId: string | null): void;
}

export interface DeliveriesOptions {
  readonly registrations: () => Pick<WebhookRegistrationStore, 'delivered'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly now: () => Date;
}

const writtenAtMostEveryMs = 60_000;

export function createDeliveries({ registrations, log, now }: DeliveriesOptions): Deliveries {
  const notedAtMs = new Map<string, number>();
  const write = async (system: string, webhookId: string): Promise<void> => {
    try {
      await registrations().delivered(system, webhookId, now());
    } catch (error) {
      notedAtMs.delete(`${system} ${webhookId}`);
      log.warn({ system, reason: error instanceof Error ? error.name : 'unknown' }, 'A delivery could not be noted');
    }
  };
  return {
    note(system, webhookId) {
      if (webhookId === null) return;
      const key = `${system} ${webhookId}`;
      const nowMs = now().getTime();
      if (nowMs - (notedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < writtenAtMostEveryMs) return;
      // Only what a key has signed comes this far, so these are as many as there are registrations.
      notedAtMs.set(key, nowMs);
      void write(system, webhookId);
    },
  };
}
