import type { CallContext, RemoteRecord } from '../../connectors/connector.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import type { Side } from '../../engine/values.ts';
import type { LinkedRecord } from '../../store/sightings.ts';
import type { CensusStep } from '../../workflows/contract.ts';
import { askSystem, obstacleOf } from './ask-system.ts';
import type { Obstacle } from './asked.ts';
import { comparePage, sumOf, triggerOf } from './compare-page.ts';
import { nextPhase } from './phases.ts';
import { doubtAbout } from './read-page.ts';
import { connectorOf, land, stop, type Walk } from './walk.ts';

/** Records visited in one step: so many are asked for again at most, if the step is lost. */
const visitsPerStep = 20;

/**
 * The next records of a side that lists nothing, one by one. Those that are gone are dealt with at the end, together, like
 * those that a list has not shown. A record that can't be read alone is handed over: its own look says what is wrong.
 */
export async function visitRecords(walk: Walk, side: Side): Promise<CensusStep> {
  const { deps, pair, run } = walk;
  const records = await deps.sightings.visits({
    pair: pair.name,
    side,
    before: run.startedAt,
    afterLinkId: Number(run.position ?? '0'),
    limit: visitsPerStep,
  });
  if (records.length === 0) return endVisits(walk, side);
  const asked = await askSystem(walk, side, records.length, (context) => visitAll(walk, side, records, context));
  return asked.kind === 'answered' ? landVisits(walk, side, asked.answer) : meet(walk, asked);
}

interface Visits {
  readonly visited: readonly LinkedRecord[];
  readonly found: readonly RemoteRecord[];
  /** Ids of those that could not be read, each for a reason of its own. */
  readonly failed: readonly string[];
  /** Why the others were not visited. */
  readonly obstacle: Obstacle | null;
}

async function visitAll(
  walk: Walk,
  side: Side,
  records: readonly LinkedRecord[],
  context: CallContext,
): Promise<Visits> {
  const [visited, found, failed]: [LinkedRecord[], RemoteRecord[], string[]] = [[], [], []];
  for (const record of records) {
    const visit = await visitOne(walk, side, record.recordId, context);
    if (visit.kind === 'not_visited') return { visited, found, failed, obstacle: visit.obstacle };
    visited.push(record);
    if (visit.kind === 'found') found.push(visit.record);
    if (visit.kind !== 'failed') continue;
    failed.push(record.recordId);
    if (visit.obstacle !== null) return { visited, found, failed, obstacle: visit.obstacle };
  }
  return { visited, found, failed, obstacle: null };
}

type Visit =
  | { readonly kind: 'found'; readonly record: RemoteRecord }
  | { readonly kind: 'gone' }
  /** This one can't be read. `obstacle`: it may be the system's failure after all, so the others wait a little. */
  | { readonly kind: 'failed'; readonly obstacle: Obstacle | null }
  | { readonly kind: 'not_visited'; readonly obstacle: Obstacle };

async function visitOne(walk: Walk, side: Side, id: string, context: CallContext): Promise<Visit> {
  try {
    return await connectorOf(walk, side).read(walk.pair.title[side].entity, id, context);
  } catch (error) {
    const code = error instanceof ConnectorError ? error.code : null;
    if (code === 'forbidden' || code === 'rejected') return { kind: 'failed', obstacle: null };
    const obstacle = obstacleOf(error);
    return code === 'record_failed' ? { kind: 'failed', obstacle } : { kind: 'not_visited', obstacle };
  }
}

async function landVisits(walk: Walk, side: Side, visits: Visits): Promise<CensusStep> {
  const { run } = walk;
  const { visited, obstacle } = visits;
  const last = visited.at(-1);
  if (last === undefined) return obstacle === null ? { kind: 'moved' } : meet(walk, obstacle);
  const { counts, ...found } = resultOf(walk, side, visits);
  const position = String(last.link.id);
  const step = await land(walk, {
    ...found,
    changes: { counts: { ...run.counts, [side]: sumOf(run.counts[side], counts) }, position },
  });
  return obstacle?.kind === 'wait' ? obstacle : step;
}

function resultOf({ pair, run }: Walk, side: Side, { visited, found, failed }: Visits) {
  const links = new Map(visited.map(({ recordId, link }) => [recordId, link]));
  // A visit shows everything that a read does.
  const { counts, hints, findings } = comparePage({ pair, side, run, rows: found, links, showsLess: () => false });
  const unread = failed.map((recordId) => ({ pair: pair.name, side, recordId, trigger: triggerOf(run) }));
  return {
    counts: sumOf(counts, { seen: failed.length, differing: failed.length }),
    hints: run.dryRun ? [] : [...hints, ...unread],
    findings,
    seen: { side, ids: [...found.map(({ id }) => id), ...failed] },
  };
}

const meet = (walk: Walk, obstacle: Obstacle): CensusStep | Promise<CensusStep> =>
  obstacle.kind === 'wait' ? obstacle : stop(walk, `${obstacle.message}; mend it and start the census again`);

async function endVisits(walk: Walk, side: Side): Promise<CensusStep> {
  const doubt = await doubtAbout(walk, side, walk.run);
  if (doubt !== null) return stop(walk, doubt);
  return land(walk, { changes: { phase: nextPhase(walk.run), position: null } });
}
