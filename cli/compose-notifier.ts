import type { Metrics } from '../api/metrics.ts';
import type { Config } from '../config.ts';
import type { CallBudget } from '../connectors/call-budget.ts';
import type { Connector } from '../connectors/connector.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { Logger } from '../log.ts';
import type { Channel } from '../notifications/channel.ts';
import { createNoteChannel } from '../notifications/note-channel.ts';
import { startNotifier } from '../notifications/start-notifier.ts';
import { createWebhookChannel } from '../notifications/webhook-channel.ts';
import { CircuitStore } from '../store/circuits.ts';
import type { OpenDatabase } from '../store/database.ts';
import { reached } from '../store/no-database.ts';
import { NotificationStore } from '../store/notifications.ts';

interface NotifierParts {
  readonly config: Config;
  readonly database: () => OpenDatabase | null;
  readonly budget: (database: OpenDatabase) => CallBudget;
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
  const channels = channelsOf({ ...parts, database });
  return startNotifier({ store, channels, log, everyMs: lookEveryMs, now: () => new Date() });
}

function channelsOf({ config, ...parts }: Omit<NotifierParts, 'log'>): Channel[] {
  const { ESPOCRM_NOTIFY: espoCrm, NOTIFY_WEBHOOK_URL: url, NOTIFY_WEBHOOK_SECRET: secret } = config;
  const note = espoCrm === 'note' ? [noteChannelOf(parts)] : [];
  if (url === undefined || secret === undefined) return note;
  const timing = { timeoutMs: webhookTimeoutMs, now: () => new Date() };
  return [...note, createWebhookChannel({ url, secret: secret.reveal(), ...timing })];
}

function noteChannelOf({
  database,
  budget,
  pairs,
  connectors,
  metrics,
}: Omit<NotifierParts, 'config' | 'log'>): Channel {
  return createNoteChannel({
    pairs,
    connectors,
    budget: () => budget(reached(database())),
    circuits: () => new CircuitStore(reached(database()).db),
    onCall: metrics.onCall.bind(metrics),
  });
}
