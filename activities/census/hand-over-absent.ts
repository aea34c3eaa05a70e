import { type Side, sides } from '../../engine/values.ts';
import type { CensusStep } from '../../workflows/contract.ts';
import { sumOf, triggerOf } from './compare-page.ts';
import { nextPhase } from './phases.ts';
import { doubtAbout } from './read-page.ts';
import { land, stop, type Walk } from './walk.ts';

/** More than a list may lack before it is doubted, but for very large pairs. */
const recordsPerStep = 1_000;

/** Where the walk is among the records that were not seen. As text: `replica:4711`, the couple's id last. */
interface AbsentPosition {
  readonly side: Side;
  readonly afterLinkId: number;
}

/**
 * Linked records that no list and no visit has shown are only suspected to be gone: each is looked at by its id, and the
 * rules for deletions decide.
 */
export async function handOverAbsent(walk: Walk): Promise<CensusStep> {
  const { deps, pair, run } = walk;
  const { side, afterLinkId } = positionIn(run.position);
  const doubt = await doubtAbout(walk, side, run);
  if (doubt !== null) return stop(walk, doubt);
  const page = { afterLinkId, limit: recordsPerStep };
  const absent = await deps.sightings.unseen(pair.name, side, run.startedAt, page);
  const trigger = triggerOf(run);
  const hints = absent.map(({ recordId }) => ({ pair: pair.name, side, recordId, trigger }));
  const findings = absent.map(({ recordId, linkId }) => ({ side, recordId, linkId, attributes: null }));
  const counts = { ...run.counts, [side]: sumOf(run.counts[side], { absent: absent.length }) };
  const next = positionAfter(side, absent.length < recordsPerStep ? null : (absent.at(-1)?.linkId ?? null));
  const changes = { counts, ...(next === null ? { phase: nextPhase(run), position: null } : { position: next }) };
  return land(walk, { ...(run.dryRun ? { findings } : { hints }), changes });
}

function positionIn(position: string | null): AbsentPosition {
  const [side, afterLinkId] = position?.split(':') ?? [];
  return { side: side === 'replica' ? 'replica' : 'master', afterLinkId: Number(afterLinkId ?? '0') };
}

/** Null: there are no more. */
function positionAfter(side: Side, lastLinkId: number | null): string | null {
  if (lastLinkId !== null) return `${side}:${lastLinkId}`;
  const following = sides[sides.indexOf(side) + 1];
  return following === undefined ? null : `${following}:0`;
}
