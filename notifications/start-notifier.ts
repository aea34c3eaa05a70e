import type { Logger } from '../log.ts';
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
    const channel = channels.find((one) => one.name === name);
    if (channel === undefined) return startLoop(async () => store()?.switchOff(name, now()), { name, log, everyMs });
    const sender = createSender({ store, channel, log, now });
    return startLoop((goesOn) => sender.deliverDue(goesOn), { name, log, everyMs });
  });
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

interface LoopOptions {
  readonly name: NotificationChannel;
  readonly log: Logger;
  readonly everyMs: number;
}

/** Repeats a round; one that fails is said once and tried again. What is being sent when it stops is finished. */
function startLoop(
  round: (goesOn: () => boolean) => Promise<void>,
  { name, log, everyMs }: LoopOptions,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let failing = false;
  let running: Promise<void> = Promise.resolve();

  const run = async (): Promise<void> => {
    try {
      await round(() => !stopped);
      failing = false;
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown';
      if (!failing) log.warn({ channel: name, reason }, 'Notifications can not be sent at the moment');
      failing = true;
    }
  };
  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = run().finally(again);
    }, everyMs);
  };
  again();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
