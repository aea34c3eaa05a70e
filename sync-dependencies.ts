import type { PassObserver, SyncDependencies } from './activities/dependencies.ts';
import type { Connector } from './connectors/connector.ts';
import type { Messages } from './engine/messages.ts';
import type { PairDefinition } from './engine/pair.ts';
import type { RetryPolicy } from './engine/retry.ts';
import type { OpenDatabase } from './store/database.ts';
import { LinkStore } from './store/links.ts';
import { PairStore } from './store/pairs.ts';
import { PassStore } from './store/passes.ts';

export interface SyncParts {
  readonly database: OpenDatabase;
  readonly pairs: readonly PairDefinition[];
  /** By the system's name as the pairs spell it. */
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly retry: RetryPolicy;
  readonly messages: Messages;
  readonly observer: PassObserver;
}

/** What a pass needs, whether it is carried out by a worker or only previewed. */
export function syncDependencies({ database: { db }, ...parts }: SyncParts): SyncDependencies {
  return {
    ...parts,
    passes: new PassStore(db),
    links: new LinkStore(db),
    pairStops: new PairStore(db),
    now: () => new Date(),
    random: Math.random,
  };
}
