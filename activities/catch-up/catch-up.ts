import type { Listing, RemoteRecord } from '../../connectors/connector.ts';
import { compareRow, comparedAttributes } from '../../engine/compare-row.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { type Side, sides } from '../../engine/values.ts';
import type { ComparedRow, Cursor, PageFindings } from '../../store/cursors.ts';
import { LinkStore } from '../../store/links.ts';
import { SightingStore } from '../../store/sightings.ts';
import type { CatchUpSummary, PairInput } from '../../workflows/contract.ts';
import { callIfPossible, pairNamed } from '../finder-call.ts';
import { referencing } from '../referencing-connector.ts';
import { comparedState } from './compared-state.ts';
import type { CatchUpDependencies } from './dependencies.ts';
import { afterPage, isFirstWalk, readAgainFrom, walkFrom } from './walk.ts';

/** Pages of one side that one activity reads at most. */
export const pagesAtOnce = 5;

interface ListedSide {
  readonly pair: PairDefinition;
  readonly side: Side;
  readonly list: Listing;
}

const nothing: CatchUpSummary = { pages: 0, handedOver: 0, again: false };

/**
 * Reads what was changed since the last look on each side that can list it, and leaves to the inbox what is not as agreed.
 * Nothing moves where a system can't be asked: the next look begins at the same place.
 * @throws what the store throws
 */
export async function catchUp(
  deps: CatchUpDependencies,
  { pair: name }: PairInput,
  signal: AbortSignal,
): Promise<CatchUpSummary> {
  const pair = pairNamed(deps, name);
  let summary = nothing;
  for (const side of sides) {
    const { system, entity } = pair.title[side];
    const connector = deps.connectors[system];
    const list = connector === undefined ? null : referencing(connector, pair, side, new LinkStore(deps.db)).list;
    if (list?.canListChanges(entity) === true) summary = sum(summary, await readOn(deps, { pair, side, list }, signal));
  }
  if (!summary.again) await askForCensus(deps, name);
  return summary;
}

async function readOn(deps: CatchUpDependencies, listed: ListedSide, signal: AbortSignal): Promise<CatchUpSummary> {
  let summary = nothing;
  let cursor = await deps.cursors.load(listed.pair.name, listed.side);
  while (summary.pages < pagesAtOnce) {
    const read = await readPage(deps, listed, cursor, signal);
    if (read === null) return summary;
    const { next, findings, isLast } = read;
    const hasLanded = await deps.cursors.land(next, findings, deps.now());
    // Somebody else is reading: whatever this page has shown is theirs.
    if (!hasLanded) return summary;
    summary = sum(summary, { pages: 1, handedOver: findings.hints.length, again: false });
    if (isLast) return summary;
    cursor = { ...next, revision: next.revision + 1 };
  }
  return { ...summary, again: true };
}

/** @returns null if the system could not be asked, which was noted */
async function readPage(deps: CatchUpDependencies, listed: ListedSide, cursor: Cursor, signal: AbortSignal) {
  const { pair, side, list } = listed;
  const { system, entity } = pair.title[side];
  const askedAt = deps.now();
  const walk = walkFrom(cursor, askedAt);
  const query = {
    attributes: comparedAttributes(pair, side),
    position: walk.position,
    limit: list.longestPage,
    withTotal: false,
  };
  const answer = await callIfPossible(deps, {
    ...{ system, signal, priority: 'catch_up' as const },
    send: (context) => list.page(entity, query, context),
  });
  if (answer.kind === 'trouble') {
    await noteTrouble(deps, cursor, { system, code: answer.code });
    return null;
  }
  const page = answer.value;
  const next = afterPage(cursor, { walk, page, askedAt, now: deps.now(), gapMs: deps.gapMs });
  const findings = isFirstWalk(cursor) ? nothingFound : await findingsOf(deps, listed, { next, records: page.records });
  return { next, findings, isLast: page.isLast };
}

const nothingFound: PageFindings = { hints: [], seenIds: [], compared: [], rememberSince: null };

async function findingsOf(
  { db, cursors }: CatchUpDependencies,
  { pair, side, list }: ListedSide,
  { next, records }: { readonly next: Cursor; readonly records: readonly RemoteRecord[] },
): Promise<PageFindings> {
  const { name } = pair;
  const seenIds = records.map(({ id }) => id);
  const known = await new SightingStore(db).linksOf(name, side, seenIds);
  const compared = await cursors.comparedStates(name, side, seenIds);
  const showsLess = list.showsLess.bind(list);
  const rows = records.map((record): ListedRow => ({ record, state: comparedState(pair, side, record) }));
  const news = rows.filter(({ record: row, state }) => {
    // Read again because of the overlap: whoever was told of this state still knows.
    if (state !== null && compared.get(row.id) === state) return false;
    return compareRow({ pair, side, row, link: known.get(row.id) ?? null, showsLess }) !== 'same';
  });
  return {
    hints: news.map(({ record }) => ({ pair: name, side, recordId: record.id, trigger: 'catch_up' })),
    seenIds,
    compared: rows.flatMap(asCompared),
    rememberSince: readAgainFrom(next),
  };
}

interface ListedRow {
  readonly record: RemoteRecord;
  /** Null: nothing tells it from another one. */
  readonly state: string | null;
}

const asCompared = ({ record: { id, modifiedAt }, state }: ListedRow): readonly ComparedRow[] =>
  state === null || modifiedAt === null ? [] : [{ recordId: id, state, modifiedAt: new Date(modifiedAt) }];

/** A spent budget and a system in trouble are told elsewhere; anything else is told once. */
async function noteTrouble(
  { cursors, observer, now }: CatchUpDependencies,
  cursor: Cursor,
  { system, code }: { readonly system: string; readonly code: string },
): Promise<void> {
  // A shutdown: nothing is wrong.
  if (code === 'stopped') return;
  await cursors.noteTrouble(cursor, code, now());
  if (code === 'budget_spent' || code === 'circuit_open' || code === cursor.trouble) return;
  observer.onProblem('The latest changes of a system can not be listed; tried again', {
    pair: cursor.pair,
    system,
    code,
  });
}

/** Deletions are in no list of changes: after a gap everything is walked over, once. */
async function askForCensus({ cursors, census, observer }: CatchUpDependencies, pair: string): Promise<void> {
  const since = await cursors.censusDueSince(pair);
  if (since === null) return;
  try {
    if (!(await census.start({ pair }, since))) return;
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    observer.onProblem('The census that has to follow a gap could not be started; tried again', { pair, reason });
    return;
  }
  await cursors.censusStarted(pair, since);
}

const sum = (one: CatchUpSummary, other: CatchUpSummary): CatchUpSummary => ({
  pages: one.pages + other.pages,
  handedOver: one.handedOver + other.handedOver,
  again: one.again || other.again,
});
