import type { Logger } from '../log.ts';
import type { HintStore } from '../store/hints.ts';
import type { PairStore, RecordStore } from '../store/records.ts';
import type { BearerTokens } from './bearer-tokens.ts';
import type { Checker } from './checker.ts';
import type { Doorbell } from './doorbell.ts';
import type { Metrics } from './metrics.ts';
import type { WebhookSecrets } from './webhooks/webhook-secrets.ts';

export interface PairInfo {
  readonly name: string;
  readonly master: { readonly system: string; readonly entity: string };
  readonly replica: { readonly system: string; readonly entity: string };
}

/** Whether something that Tandem stands on answers. Throws when it doesn't. */
export type Ping = () => Promise<unknown>;

/** Everything that the routes use. */
export interface ApiDependencies {
  readonly pairs: readonly PairInfo[];
  /** Throws while there is no database yet: what needs it answers 503. */
  readonly store: () => { readonly hints: HintStore; readonly records: RecordStore; readonly pairs: PairStore };
  readonly doorbell: Doorbell;
  readonly checker: Checker;
  readonly webhookSecrets: WebhookSecrets;
  readonly tokens: BearerTokens;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => Date;
  readonly pings: Readonly<Record<'database' | 'temporal', Ping>>;
}
