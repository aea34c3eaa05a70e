import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Side } from '../engine/values.ts';
import type { InboxDepth } from '../store/hints.ts';
import type { PassSummary } from '../workflows/contract.ts';
import type { FeedState, PairWatch } from './watching.ts';

/** Counts what happens in this process. Labels are names from the configuration, never a record's. */
export interface Metrics {
  readonly registry: Registry;
  onPass(pair: string, summary: PassSummary): void;
  onCall(call: { readonly system: string; readonly purpose: string }): void;
  onWebhook(pair: string, status: number): void;
}

const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** What is asked at each scrape. Each may reject while the database is away. */
export interface MetricSources {
  readonly inbox: () => Promise<InboxDepth>;
  /** The systems whose circuit is open. */
  readonly openCircuits: () => Promise<readonly string[]>;
  /** Where the pairs stand with what nobody reports. */
  readonly watch: () => Promise<readonly PairWatch[]>;
  /** Where the feeds stand; missing: there are none. */
  readonly feeds?: () => Promise<readonly FeedState[]>;
}

/** @param sources null where this process has nothing of its own to show */
export function createMetrics(sources: MetricSources | null): Metrics {
  const registry = new Registry();
  const counter = (name: string, help: string, labelNames: string[]): Counter =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const syncs = counter('tandem_syncs_total', 'Looks at records that came to an end, by verdict.', ['pair', 'verdict']);
  const passes = counter('tandem_passes_total', 'Looks at records, by outcome.', ['pair', 'outcome']);
  const failures = counter('tandem_failures_total', 'Looks that ended waiting or parked, by reason.', [
    'pair',
    'code',
    'system',
  ]);
  const calls = counter('tandem_api_calls_total', 'Requests sent to a system.', ['system', 'purpose']);
  const webhooks = counter('tandem_webhooks_total', 'Webhook requests, by answer.', ['pair', 'status']);
  const duration = new Histogram({
    name: 'tandem_pass_duration_seconds',
    help: 'Duration of one look at a record.',
    labelNames: ['pair'],
    buckets: durationBuckets,
    registers: [registry],
  });
  if (sources !== null) addInboxGauges(registry, sources.inbox);
  if (sources !== null) addCircuitGauge(registry, sources.openCircuits);
  if (sources !== null) addWatchGauges(registry, sources.watch);
  if (sources?.feeds !== undefined) addFeedGauge(registry, sources.feeds);
  return {
    registry,
    onPass: (pair, { outcome, tookMs }) => {
      passes.inc({ pair, outcome: outcome.kind });
      duration.observe({ pair }, tookMs / 1_000);
      if (outcome.kind === 'done') syncs.inc({ pair, verdict: outcome.verdict });
      if (outcome.kind === 'waiting' || outcome.kind === 'held_back' || outcome.kind === 'parked') {
        failures.inc({ pair, code: outcome.code, system: outcome.system ?? 'none' });
      }
    },
    onCall: ({ system, purpose }) => {
      calls.inc({ system, purpose });
    },
    onWebhook: (pair, status) => {
      webhooks.inc({ pair, status });
    },
  };
}

function addCircuitGauge(registry: Registry, openCircuits: MetricSources['openCircuits']): void {
  const gauge: Gauge = new Gauge({
    name: 'tandem_circuit_open',
    help: 'Systems in trouble: 1 while what needs them waits.',
    labelNames: ['system'],
    registers: [registry],
    collect: async () => {
      const open = await openCircuits().catch(() => null);
      if (open === null) return;
      gauge.reset();
      for (const system of open) gauge.set({ system }, 1);
    },
  });
}

/** One value per pair and side. */
interface SideValue {
  readonly pair: string;
  readonly side: Side;
  readonly value: number;
}

function addWatchGauges(registry: Registry, watch: MetricSources['watch']): void {
  const add = (name: string, help: string, valuesOf: (state: PairWatch) => readonly SideValue[]): void => {
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames: ['pair', 'side'], registers: [registry] },
      collect: async () => {
        const states = await watch().catch(() => null);
        if (states === null) return;
        gauge.reset();
        for (const { pair, side, value } of states.flatMap(valuesOf)) gauge.set({ pair, side }, value);
      },
    });
  };
  add('tandem_catch_up_behind_seconds', 'Changes of this long may be unknown; 0: none.', ({ pair, catchUp }) =>
    catchUp.map(({ side, behind }) => ({ pair, side, value: (behind?.byMs ?? 0) / 1_000 })),
  );
  add(
    'tandem_oldest_visit_seconds',
    'Age of the oldest visit, on sides whose records are visited one by one.',
    ({ pair, rollingCheck }) =>
      rollingCheck.map(({ side, oldestAt }) => ({
        ...{ pair, side },
        value: oldestAt === null ? 0 : (Date.now() - oldestAt.getTime()) / 1_000,
      })),
  );
}

function addFeedGauge(registry: Registry, feeds: NonNullable<MetricSources['feeds']>): void {
  const gauge: Gauge = new Gauge({
    name: 'tandem_feed_behind_seconds',
    help: 'What a system tells of changes is unread for this long; 0: nothing is.',
    labelNames: ['system', 'feed'],
    registers: [registry],
    collect: async () => {
      const states = await feeds().catch(() => null);
      if (states === null) return;
      gauge.reset();
      for (const { system, feed, behind } of states) gauge.set({ system, feed }, (behind?.byMs ?? 0) / 1_000);
    },
  });
}

function addInboxGauges(registry: Registry, inbox: () => Promise<InboxDepth>): void {
  let asked: Promise<InboxDepth | null> | undefined;
  /** Both gauges of a scrape show the same answer; null: the database does not give one. */
  const answer = (): Promise<InboxDepth | null> => {
    asked ??= inbox()
      .catch(() => null)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  gaugeOf(registry, 'tandem_inbox_age_seconds', 'Age of the oldest hint that is due and not dealt with.', async () => {
    const depth = await answer();
    if (depth === null) return Number.NaN;
    return depth.oldestDueAt === null ? 0 : (Date.now() - depth.oldestDueAt.getTime()) / 1_000;
  });
  gaugeOf(
    registry,
    'tandem_inbox_depth',
    'Records that wait to be looked at.',
    async () => (await answer())?.waiting ?? Number.NaN,
  );
}

function gaugeOf(registry: Registry, name: string, help: string, value: () => Promise<number>): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect: async () => {
      gauge.set(await value());
    },
  });
}
