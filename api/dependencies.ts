import type { CallBudget } from '../connectors/call-budget.ts';
import type { Attributes } from '../connectors/connector.ts';
import type { OpenField } from '../engine/plan.ts';
import type { Logger } from '../log.ts';
import type { CensusRunStore } from '../store/census-runs.ts';
import type { CensusViews } from '../store/census-views.ts';
import type { CircuitStore } from '../store/circuits.ts';
import type { ConflictStore } from '../store/conflicts.ts';
import type { CursorStore } from '../store/cursors.ts';
import type { FeedCursorStore } from '../store/feed-cursors.ts';
import type { HintStore } from '../store/hints.ts';
import type { RecordKey } from '../store/record-refs.ts';
import type { NewLedgerRow } from '../store/ledger-rows.ts';
import type { PairStore } from '../store/pairs.ts';
import type { RecordStore } from '../store/records.ts';
import type { VisitStore } from '../store/visits.ts';
import type { PassOutcome } from '../workflows/contract.ts';
import type { WebhookRegistrationStore } from '../store/webhook-registrations.ts';
import type { BearerTokens } from './bearer-tokens.ts';
import type { CensusStarter } from './census-starter.ts';
import type { Checker } from './checker.ts';
import type { Doorbell } from './doorbell.ts';
import type { Metrics } from './metrics.ts';
import type { PortalParts } from './portal/portal-parts.ts';
import type { Deliveries } from './webhooks/deliveries.ts';
import type { News } from './webhooks/news.ts';
import type { PossibleSender } from './webhooks/sender.ts';
import type { WebhookDesk } from './webhooks/webhook-desk.ts';
import type { WatchedSystems } from './watching.ts';

export interface PairInfo {
  readonly name: string;
  readonly master: { readonly system: string; readonly entity: string };
  readonly replica: { readonly system: string; readonly entity: string };
  /** Whether the master's records show how they stand, so that a lost store can be rebuilt from them. Default: yes. */
  readonly showsStatus?: boolean;
  /** The pairs to whose records its own point. Default: none. */
  readonly pointsTo?: readonly string[];
}

/** Whether something that Tandem stands on answers. Throws when it doesn't. */
export type Ping = () => Promise<unknown>;

/** What a pass would do with a record, if a person asked for it now. */
export interface Preview {
  readonly outcome: PassOutcome;
  /** The ledger entries that it would make: field by field, with the rule. */
  readonly rows: readonly NewLedgerRow[];
  /** Everything that it would send, the status in the master included. */
  readonly writes: readonly {
    readonly system: string;
    readonly action: 'create' | 'update' | 'delete';
    readonly attributes: Attributes;
  }[];
  /** Fields that would wait for a person. */
  readonly open: readonly OpenField[];
  /** What the record's owner would be told. */
  readonly message: string | null;
}

/** Reads both systems and writes to none. @throws what the store throws */
export type Previewer = (record: RecordKey) => Promise<Preview>;

/** Everything that the routes use. */
export interface ApiDependencies {
  readonly pairs: readonly PairInfo[];
  /** Throws while there is no database yet: what needs it answers 503. */
  readonly store: () => {
    readonly hints: HintStore;
    readonly records: RecordStore;
    readonly pairs: PairStore;
    readonly conflicts: ConflictStore;
    readonly circuits: CircuitStore;
    readonly registrations: WebhookRegistrationStore;
    readonly cursors: CursorStore;
    readonly feedCursors: FeedCursorStore;
    readonly visits: VisitStore;
    readonly censusRuns: CensusRunStore;
    readonly censusViews: CensusViews;
  };
  /** The calls that may be sent to the systems. Throws while there is no database yet. */
  readonly budget: () => CallBudget;
  readonly doorbell: Doorbell;
  readonly checker: Checker;
  readonly preview: Previewer;
  readonly watched: WatchedSystems;
  readonly census: CensusStarter;
  /** Records per page, by the name of the system: those that are not here list nothing. */
  readonly pageSizes: ReadonlyMap<string, number>;
  /** The systems whose webhooks are taken. */
  readonly webhookSenders: readonly PossibleSender[];
  readonly news: News;
  readonly deliveries: Deliveries;
  readonly webhookDesk: WebhookDesk;
  readonly tokens: BearerTokens;
  /** Null: this installation has no portal, and no address under /portal. */
  readonly portal: PortalParts | null;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => Date;
  readonly pings: Readonly<Record<'database' | 'temporal', Ping>>;
}
