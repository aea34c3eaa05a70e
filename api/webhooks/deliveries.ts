import type { WebhookKey, WebhookSource } from '../../connectors/webhook-source.ts';
import type { Logger } from '../../log.ts';
import type { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';

/** Remembers when each webhook last brought something that its key had signed. */
export interface Deliveries {
  /** Returns at once and never throws: the answer to the webhook must not wait for it. */
  note(sender: Signed): void;
}

/** Whose key a request was signed with. */
export interface Signed {
  readonly system: string;
  readonly source: Pick<WebhookSource, 'claimOf'>;
  readonly key: Pick<WebhookKey, 'claim' | 'registrationId'>;
}

export interface DeliveriesOptions {
  readonly registrations: () => Pick<WebhookRegistrationStore, 'delivered' | 'known'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly now: () => Date;
}

const writtenAtMostEveryMs = 60_000;

export function createDeliveries({ registrations, log, now }: DeliveriesOptions): Deliveries {
  const notedAtMs = new Map<string, number>();
  const write = async ({ system, source, key: { claim, registrationId } }: Signed): Promise<void> => {
    try {
      const known = await registrations().known(system);
      // One that was made anew may have the key of the old one, by whose id it is remembered here.
      const own = known.find(({ id }) => id === registrationId) ?? known.find((one) => source.claimOf(one) === claim);
      if (own !== undefined) await registrations().delivered(system, own.id, now());
    } catch (error) {
      notedAtMs.delete(`${system} ${claim}`);
      log.warn({ system, reason: error instanceof Error ? error.name : 'unknown' }, 'A delivery could not be noted');
    }
  };
  return {
    note(sender) {
      const key = `${sender.system} ${sender.key.claim}`;
      const nowMs = now().getTime();
      if (nowMs - (notedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < writtenAtMostEveryMs) return;
      // Only what a key has signed comes this far, so these are as many as there are registrations.
      notedAtMs.set(key, nowMs);
      void write(sender);
    },
  };
}
