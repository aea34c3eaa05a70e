import type { Metrics } from '../api/metrics.ts';
import type { Config } from '../config.ts';
import type { Connector } from '../connectors/connector.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { Logger } from '../log.ts';
import type { Channel } from '../notifications/channel.ts';
import { createNoteChannel } from '../notifications/note-channel.ts';
import { startNotifier } from '../notifications/start-notifier.ts';
import { createWebhookChannel } from '../notifications/webhook-channel.ts';
import type { OpenDatabase } from '../store/database.ts';
import { NotificationStore } from '../store/notifications.ts';

interface NotifierParts {
  readonly config: Config;
  readonly database: () => OpenDatabase | null;
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly pairs: readonly PairDefinition[];
  readonly metrics: Metrics;
  readonly log: Logger;
}

const lookEveryMs = 5_000;
const webhookTimeoutMs = 10_000;

/** Tells people what they should hear of, on the channels that the configuration has on. */
export function composeNotifier({ database, log, ...parts }: NotifierParts): { stop(): Promise<void> } {
  const store = (): NotificationStore | null => {
    const opened = database();
    return opened === null ? null : new NotificationStore(opened.db);
  };
  return startNotifier({ store, channels: channelsOf(parts), log, everyMs: lookEveryMs, now: () => new Date() });
}

function channelsOf({ config, pairs, connectors, metrics }: Omit<NotifierParts, 'database' | 'log'>): Channel[] {
  const { ESPOCRM_NOTIFY: espoCrm, NOTIFY_WEBHOOK_URL: url, NOTIFY_WEBHOOK_SECRET: secret } = config;
  const onCall: Metrics['onCall'] = (call) => {
    metrics.onCall(call);
  };
  const note = espoCrm === 'note' ? [createNoteChannel({ pairs, connectors, onCall })] : [];
  if (url === undefined || secret === undefined) return note;
  const timing = { timeoutMs: webhookTimeoutMs, now: () => new Date() };
  return [...note, createWebhookChannel({ url, secret: secret.reveal(), ...timing })];
}
