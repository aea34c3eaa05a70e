import type { Listing, RecordPage } from '../../connectors/connector.ts';
import type { Side } from '../../engine/values.ts';
import type { CensusRun } from '../../store/census-runs.ts';
import type { CensusStep } from '../../workflows/contract.ts';
import { askSystem } from './ask-system.ts';
import type { Asked } from './asked.ts';
import { comparePage, type PageResult, sumOf, wantedAttributes } from './compare-page.ts';
import type { Place } from './page-ahead.ts';
import { creations } from './creations.ts';
import { distrust } from './distrust.ts';
import { nextPhase } from './phases.ts';
import { land, stop, type Walk } from './walk.ts';

/** The next page of one side's list. */
export async function readPage(walk: Walk, side: Side, listing: Listing): Promise<CensusStep> {
  const { deps, pair, run, ahead } = walk;
  const place = { side, position: run.position };
  const asked = await (ahead.take(place) ?? askForPage(walk, place, listing));
  if (asked.kind === 'wait') return asked;
  if (asked.kind === 'refused') return stop(walk, `${asked.message}; mend it and start the census again`);
  const page = asked.answer;
  const ids = page.records.map(({ id }) => id);
  const links = await deps.sightings.linksOf(pair.name, side, ids);
  const result = comparePage({
    pair,
    side,
    run,
    rows: page.records,
    links,
    showsLess: (attribute, shown) => listing.showsLess(attribute, shown),
  });
  const landing = { ...creations(walk, side, result), findings: result.findings, seen: { side, ids } };
  const changes = changesAfter(run, side, page, result);
  if (!isAtEnd(page)) {
    const next = { side, position: page.continueAfter ?? ids.at(-1) ?? null };
    if (landing.work !== null) ahead.ask(next, () => askForPage(walk, next, listing));
    return land(walk, { ...landing, changes: { ...changes, position: next.position } });
  }
  const doubt = await doubtAbout(walk, side, changes, ids);
  if (doubt !== null) return stop(walk, doubt, { ...landing, changes });
  return land(walk, { ...landing, changes: { ...changes, phase: nextPhase(run), position: null } });
}

const isAtEnd = ({ isLast, records }: RecordPage): boolean => isLast || records.length === 0;

function askForPage(walk: Walk, { side, position }: Place, listing: Listing): Promise<Asked<RecordPage>> {
  const { pair, run } = walk;
  const query = {
    attributes: wantedAttributes(pair, side, run),
    position: { by: 'id', afterId: position } as const,
    limit: listing.longestPage,
    withTotal: position === null,
  };
  return askSystem(walk, side, 1, (context) => listing.page(pair.title[side].entity, query, context));
}

type PageChanges = Pick<CensusRun, 'counts' | 'expected'>;

function changesAfter({ counts, expected }: CensusRun, side: Side, page: RecordPage, result: PageResult): PageChanges {
  return {
    counts: { ...counts, [side]: sumOf(counts[side], result.counts) },
    expected: page.total === null ? expected : { ...expected, [side]: page.total },
  };
}

/** Why what a side's list left out says nothing; null: it may say something. @param lastIds of the page that has not landed yet */
export async function doubtAbout(
  { deps, pair, run }: Walk,
  side: Side,
  { counts, expected }: PageChanges,
  lastIds: readonly string[] = [],
): Promise<string | null> {
  const coverage = await deps.sightings.coverage(pair.name, side, run.startedAt, lastIds);
  const { seen } = counts[side];
  return distrust({ ...pair.title[side], ...coverage, seen, expected: expected[side] });
}
