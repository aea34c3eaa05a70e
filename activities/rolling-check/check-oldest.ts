import type { ReadResult } from '../../connectors/connector.ts';
import { compareRow } from '../../engine/compare-row.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { type Side, sides } from '../../engine/values.ts';
import { HintStore } from '../../store/hints.ts';
import { LinkStore } from '../../store/links.ts';
import { type LinkedRecord, SightingStore } from '../../store/sightings.ts';
import { VisitStore } from '../../store/visits.ts';
import type { PairInput, RollingCheckSummary } from '../../workflows/contract.ts';
import type { FindingDependencies } from '../catch-up/dependencies.ts';
import { referencing } from '../referencing-connector.ts';
import { callIfPossible, type FinderTrouble, pairNamed } from '../finder-call.ts';
import { visitPlan } from './visit-plan.ts';

export interface RollingCheckDependencies extends FindingDependencies {
  /** Within which every linked record of a side without a list is visited, in milliseconds. */
  readonly periodMs: number;
}

interface Visited extends LinkedRecord {
  readonly pair: PairDefinition;
  readonly side: Side;
}

/** A single record's trouble: its own look finds out what becomes of it. Anything else ends the run. */
const ofOneRecord: readonly FinderTrouble[] = ['record_failed', 'rejected', 'forbidden'];

/**
 * Visits the linked records that were unseen for the longest on each side that lists nothing, as many as are due and as
 * the budget can spare, and leaves to the inbox those that are not as agreed or not there.
 * @throws what the store throws
 */
export async function checkOldest(
  deps: RollingCheckDependencies,
  { pair: name }: PairInput,
  signal: AbortSignal,
): Promise<RollingCheckSummary> {
  const pair = pairNamed(deps, name);
  let visited = 0;
  let handedOver = 0;
  for (const side of sides) {
    if (deps.connectors[pair.title[side].system]?.list !== null) continue;
    for (const record of await dueOn(deps, pair, side)) {
      const found = await visit(deps, { pair, side, ...record }, signal);
      if (found === 'not_now') break;
      visited += 1;
      if (found === 'news') handedOver += 1;
    }
  }
  return { visited, handedOver };
}

async function dueOn({ db, now, periodMs }: RollingCheckDependencies, pair: PairDefinition, side: Side) {
  const { linked } = await new VisitStore(db).summary(pair.name, side);
  const { unseenForMs, limit } = visitPlan(linked, periodMs);
  const since = new Date(now().getTime() - unseenForMs);
  const oldest = await new SightingStore(db).oldest(pair.name, side, limit);
  return oldest.filter(({ seenAt }) => seenAt === null || seenAt < since);
}

async function visit(
  deps: RollingCheckDependencies,
  visited: Visited,
  signal: AbortSignal,
): Promise<'same' | 'news' | 'not_now'> {
  const { pair, side, link, recordId } = visited;
  const { system, entity } = pair.title[side];
  const connector = deps.connectors[system];
  if (connector === undefined || signal.aborted) return 'not_now';
  const answer = await callIfPossible(deps, {
    ...{ system, signal, priority: 'backfill' as const, record: String(link.id) },
    send: (context) => referencing(connector, pair, side, new LinkStore(deps.db)).read(entity, recordId, context),
  });
  if (answer.kind === 'trouble' && !ofOneRecord.includes(answer.code)) return 'not_now';
  const isNews = answer.kind === 'trouble' || isDifferent(visited, answer.value);
  const now = deps.now();
  await deps.db.transaction(async (tx) => {
    const hints = isNews ? [{ pair: pair.name, side, recordId, trigger: 'census' as const }] : [];
    await new HintStore(tx).addUnrung(hints, now);
    await new SightingStore(tx).record(pair.name, side, [recordId], now);
  });
  return isNews ? 'news' : 'same';
}

/** A read shows everything, so no attribute is less than it is. */
const isDifferent = ({ pair, side, link }: Visited, result: ReadResult): boolean =>
  result.kind === 'gone' || compareRow({ pair, side, link, row: result.record, showsLess: () => false }) !== 'same';
