import type { Side } from '../../engine/values.ts';
import type { CensusLanding } from '../../store/census-runs.ts';
import { UnfitRecords } from '../../store/own-records.ts';
import { type PageResult, triggerOf } from './compare-page.ts';
import { createFromPage, type PageOfStrangers } from './create-from-page.ts';
import type { Walk } from './walk.ts';

/**
 * What a page hands over, and what is done at once: where the partners are rows of our own database they are created with
 * the page, so that an import costs its pages and no more.
 */
export function creations(
  { deps, pair, run }: Walk,
  side: Side,
  { hints, strangers }: Pick<PageResult, 'hints' | 'strangers'>,
): Pick<CensusLanding, 'hints' | 'work'> {
  const own = deps.ownRecords.get(pair.title.replica.system);
  const { marker } = pair;
  if (own === undefined || marker === null || side !== 'master' || strangers.length === 0) return { hints, work: null };
  if (!pair.createOn.includes('replica') || pair.identity.length > 0) return { hints, work: null };
  const strange = new Set(strangers.map(({ id }) => id));
  const origin = { pair: pair.name, trigger: triggerOf(run), runId: `census/${run.id}` };
  const page: PageOfStrangers = { pair, origin, own, marker, rows: strangers, now: deps.now() };
  return {
    hints: hints.filter(({ recordId }) => !strange.has(recordId)),
    work: async (tx) => {
      const created = await unlessUnfit(() => createFromPage(tx, page));
      return hints.filter(({ recordId }) => strange.has(recordId) && !created.has(recordId));
    },
  };
}

/** One record that the table does not take: each gets a look of its own, which says which one it is. */
async function unlessUnfit(create: () => Promise<ReadonlySet<string>>): Promise<ReadonlySet<string>> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof UnfitRecords) return new Set();
    throw error;
  }
}
