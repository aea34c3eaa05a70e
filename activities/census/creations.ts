import type { Side } from '../../engine/values.ts';
import type { CensusFinding, CensusLanding, WorkLeft } from '../../store/census-runs.ts';
import type { Database } from '../../store/database.ts';
import type { Hint } from '../../store/record-refs.ts';
import type { CensusStep } from '../../workflows/contract.ts';
import { type PageResult, triggerOf } from './compare-page.ts';
import { aheadIn, createWhatFits, type PageOfStrangers, pageOfStrangers } from './create-from-page.ts';
import { land, type Walk } from './walk.ts';

type Row = PageOfStrangers['rows'][number];

/** Postponed records that one step comes back to at most. */
const resumedAtOnce = 2_000;

/** So few records that point to others of their own page are come back to, together with those of other pages. */
const worthARound = 50;

/**
 * What a page hands over, and what is done at once: where the partners are rows of our own database they are created with
 * the page, so that an import costs its pages and no more.
 */
export function creations(
  walk: Walk,
  side: Side,
  { hints, strangers }: Pick<PageResult, 'hints' | 'strangers'>,
): Pick<CensusLanding, 'hints' | 'work'> {
  const page = side === 'master' && strangers.length > 0 ? pageOf(walk, strangers) : null;
  if (page === null) return { hints, work: null };
  const strange = new Set(strangers.map(({ id }) => id));
  return {
    hints: hints.filter(({ recordId }) => !strange.has(recordId)),
    work: async (tx) => {
      const created = await createWhatFits(tx, page, worthARound);
      const left = page.rows.filter(({ id }) => !created.has(id));
      const isEarly = ({ attributes }: Row): boolean => aheadIn(page.pair, attributes).length > 0;
      return {
        hints: left.filter((row) => !isEarly(row)).map((row) => hintOf(walk, row.id)),
        postponed: left.filter(isEarly).map(findingOf),
        resumed: [],
      };
    },
  };
}

/**
 * Comes back to records that pointed to others of their own kind, which a later page may have shown.
 * @returns null if there is none
 */
export async function resumeCreations(walk: Walk): Promise<CensusStep | null> {
  const postponed = await walk.deps.censusRuns.postponed(walk.run.id, resumedAtOnce);
  if (postponed.length === 0) return null;
  const page = pageOf(walk, postponed.map(rowOf));
  const resumed = postponed.map(({ recordId }) => recordId);
  const work = async (tx: Database): Promise<WorkLeft> => {
    const created = page === null ? new Set<string>() : await createWhatFits(tx, page);
    const left = resumed.filter((id) => !created.has(id));
    return { hints: left.map((id) => hintOf(walk, id)), postponed: [], resumed };
  };
  return land(walk, { work });
}

/** Null where partners are not created with their page. */
const pageOf = ({ deps, pair, run }: Walk, rows: readonly Row[]): PageOfStrangers | null =>
  pageOfStrangers(deps, { pair, rows, origin: { trigger: triggerOf(run), runId: `census/${run.id}` } });

const hintOf = ({ pair, run }: Walk, recordId: string): Hint => ({
  pair: pair.name,
  side: 'master',
  recordId,
  trigger: triggerOf(run),
});

const findingOf = ({ id, attributes }: Row): CensusFinding => ({
  side: 'master',
  recordId: id,
  linkId: null,
  attributes,
});

/** Its version is not known any more: what the row shows decides. */
const rowOf = ({ recordId, attributes }: CensusFinding): Row => ({
  id: recordId,
  version: null,
  attributes: attributes ?? {},
});
