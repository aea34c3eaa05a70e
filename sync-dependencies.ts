import type { WorkerDependencies } from './activities/dependencies.ts';
import type { PassObserver } from './activities/observer.ts';
import { createCensusReporter } from './activities/census/report.ts';
import { createCircuitBreaker } from './activities/circuit-breaker.ts';
import { neverHalted } from './activities/halt-watch.ts';
import { watched } from './activities/watched-connector.ts';
import type { CallBudget } from './connectors/call-budget.ts';
import type { Connector } from './connectors/connector.ts';
import { referencedPairs } from './engine/import-order.ts';
import type { Messages } from './engine/messages.ts';
import type { PairDefinition } from './engine/pair.ts';
import type { RetryPolicy } from './engine/retry.ts';
import type { OpenDatabase } from './store/database.ts';
import { CensusFindingStore } from './store/census-findings.ts';
import { CensusRunStore } from './store/census-runs.ts';
import { CircuitStore } from './store/circuits.ts';
import { HintStore } from './store/hints.ts';
import { LinkStore } from './store/links.ts';
import { PairStore } from './store/pairs.ts';
import { portalOwnRecords } from './store/portal/own-records.ts';
import { PassStore } from './store/passes.ts';
import { SightingStore } from './store/sightings.ts';

export interface SyncParts {
  readonly database: OpenDatabase;
  readonly pairs: readonly PairDefinition[];
  /** By the system's name as the pairs spell it. */
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly retry: RetryPolicy;
  readonly messages: Messages;
  /** Pauses before a system in trouble is asked again; the last one repeats. */
  readonly probeLadderMs: readonly number[];
  readonly budget: CallBudget;
  readonly observer: PassObserver;
  readonly now?: () => Date;
}

/** What passes need, whether they are carried out by a worker or only previewed, and what else a worker does. */
export function syncDependencies({
  database: { db },
  connectors,
  probeLadderMs,
  now = () => new Date(),
  ...parts
}: SyncParts): WorkerDependencies {
  const circuits = new CircuitStore(db, probeLadderMs);
  const breaker = createCircuitBreaker({ circuits, messages: parts.messages, observer: parts.observer, now });
  const referenced = referencedPairs(parts.pairs);
  const all: Record<string, Connector> = {};
  for (const [system, connector] of Object.entries(connectors)) all[system] = watched(connector, breaker);
  return {
    ...parts,
    connectors: all,
    breaker,
    hints: new HintStore(db),
    passes: new PassStore(db, (pair) => referenced.has(pair)),
    links: new LinkStore(db),
    pairStops: new PairStore(db),
    censusRuns: new CensusRunStore(db),
    sightings: new SightingStore(db),
    ownRecords: new Map([['Portal', portalOwnRecords()]]),
    reportOf: createCensusReporter({ pairs: parts.pairs, connectors: all, findings: new CensusFindingStore(db) }),
    halts: neverHalted,
    now,
    random: Math.random,
  };
}
