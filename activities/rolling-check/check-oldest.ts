import type { ReadResult } from '../../connectors/connector.ts';
import { isOfOneRecord } from '../../connectors/errors.ts';
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
import { callIfPossible, type FinderAnswer, pairNamed } from '../finder-call.ts';
import { visitPlan } from './visit-plan.ts';

export interface RollingCheckDependencies extends FindingDependencies {
  /** Within which every linked record of a side without a list is visited, in milliseconds. */
  readonly periodMs: number;
}

interface Visited extends LinkedRecord {
  readonly pair: PairDefinition;
  readonly side: Side;
}

/** So many other records are tried before the set-up itself is doubted. */
const mostWitnesses = 3;

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

type Finding = 'same' | 'news' | 'left_out' | 'not_now';

async function visit(deps: RollingCheckDependencies, visited: Visited, signal: AbortSignal): Promise<Finding> {
  const finding = await find(deps, visited, signal);
  if (finding === 'not_now') return finding;
  const { pair, side, recordId } = visited;
  const now = deps.now();
  await deps.db.transaction(async (tx) => {
    const hints = finding === 'news' ? [{ pair: pair.name, side, recordId, trigger: 'census' as const }] : [];
    await new HintStore(tx).addUnrung(hints, now);
    await new SightingStore(tx).record(pair.name, side, [recordId], now);
  });
  return finding;
}

async function find(deps: RollingCheckDependencies, visited: Visited, signal: AbortSignal): Promise<Finding> {
  const answer = await read(deps, visited, visited.recordId, signal);
  if (answer.kind === 'answered') return isDifferent(visited, answer.value) ? 'news' : 'same';
  // Its own look finds out what becomes of it.
  if (isOfOneRecord(answer.code)) return 'news';
  return answer.code === 'misconfigured' ? leaveOut(deps, visited, signal) : 'not_now';
}

/**
 * The set-up seems to be wrong: for everybody, unless another record can be read. The record's own look would stop the
 * pair, which a single one is not worth: it is only told of, and its place goes to the others.
 */
async function leaveOut(deps: RollingCheckDependencies, visited: Visited, signal: AbortSignal): Promise<Finding> {
  const { pair, side, link } = visited;
  const told = { pair: pair.name, system: pair.title[side].system, code: 'misconfigured' };
  if (await canReadAnother(deps, visited, signal)) {
    const problem = 'A record can not be visited, although others can: it is left out until its next turn';
    deps.observer.onProblem(problem, { ...told, link: link.id });
    return 'left_out';
  }
  deps.observer.onProblem('The visits to the records of a system can not go on; tried again', told);
  return 'not_now';
}

async function canReadAnother(deps: RollingCheckDependencies, visited: Visited, signal: AbortSignal): Promise<boolean> {
  const { pair, side, link } = visited;
  for (const id of await new LinkStore(deps.db).witnesses(pair.name, side, link.id, mostWitnesses)) {
    const answer = await read(deps, visited, id, signal);
    if (answer.kind === 'answered' && answer.value.kind === 'found') return true;
  }
  return false;
}

async function read(
  deps: RollingCheckDependencies,
  { pair, side, link }: Visited,
  id: string,
  signal: AbortSignal,
): Promise<FinderAnswer<ReadResult>> {
  const { system, entity } = pair.title[side];
  const connector = deps.connectors[system];
  if (connector === undefined || signal.aborted) return { kind: 'trouble', code: 'stopped' };
  return callIfPossible(deps, {
    ...{ system, signal, priority: 'backfill' as const, record: String(link.id) },
    send: (context) => referencing(connector, pair, side, new LinkStore(deps.db)).read(entity, id, context),
  });
}

/** A read shows everything, so no attribute is less than it is. */
const isDifferent = ({ pair, side, link }: Visited, result: ReadResult): boolean =>
  result.kind === 'gone' || compareRow({ pair, side, link, row: result.record, showsLess: () => false }) !== 'same';
