import type { Logger } from '../log.ts';
import { startRecurring } from '../recurring.ts';
import type { NotificationStore } from '../store/notifications.ts';
import type { NotificationChannel } from '../store/schema.ts';
import type { Channel } from './channel.ts';
import { createSender } from './sender.ts';

export interface NotifierOptions {
  /** Null while the database does not answer yet. */
  readonly store: () => NotificationStore | null;
  /** Those that are on. */
  readonly channels: readonly Channel[];
  readonly log: Logger;
  readonly everyMs: number;
  readonly now: () => Date;
}

const allChannels: readonly NotificationChannel[] = ['note', 'webhook'];

/** Delivers notifications on every channel, each for itself: one that is slow or away holds up no other. */
export function startNotifier({ store, channels, log, everyMs, now }: NotifierOptions): { stop(): Promise<void> } {
  const loops = allChannels.map((name) => {
    const onFailing = (error: unknown): void => {
      const reason = error instanceof Error ? error.name : 'unknown';
      log.warn({ channel: name, reason }, 'Notifications can not be sent at the moment');
    };
    return startRecurring({ run: roundOf(name), everyMs, onFailing });
  });
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };

  function roundOf(name: NotificationChannel): Parameters<typeof startRecurring>[0]['run'] {
    const channel = channels.find((one) => one.name === name);
    const sender = channel === undefined ? null : createSender({ store, channel, log, now });
    return async (signal) => {
      await (sender === null ? store()?.switchOff(name, now()) : sender.deliverDue(() => !signal.aborted));
      return undefined;
    };
  }
}
