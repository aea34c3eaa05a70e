import { censusRuns } from '../../api/ops/get-census.ts';
import { censusRun, type CensusRunView } from '../../api/ops/census-shape.ts';
import type { ApiClient } from '../api-client.ts';
import { type Pair, pairsNamed, pathOf } from '../pages.ts';
import { counted, duration } from '../words.ts';
import type { Followed } from './follow.ts';
import type { Systems } from './walk-in-words.ts';

/** What became of one pair. */
export interface Imported {
  readonly pair: string;
  /** It was done before, and is left alone. */
  readonly isSkipped: boolean;
  readonly run: CensusRunView;
}

export interface ImportAll {
  readonly api: ApiClient;
  /** Pairs that are done are walked over once more. */
  readonly again: boolean;
  /** Looks at a walk until it has ended, is paused, or nobody wants to look any more. */
  follow(run: CensusRunView, systems: Systems): Promise<Followed>;
  /** Told of each pair as it is done. */
  say(line: string): void;
}

/** Why not all pairs were walked over. */
export type Ending = { readonly kind: 'done' | 'detached' } | { readonly kind: 'ended'; readonly run: CensusRunView };

export interface AllImported {
  /** In the order of the pairs. */
  readonly imported: readonly Imported[];
  readonly ending: Ending;
}

/** Enough that a system's answers are not waited for by all; more would only share the same budget. */
const atOnce = 3;

/**
 * The first import of every pair. A pair begins as soon as those that it points to are done, a few at the same time, and
 * otherwise in the order in which the service has them. Called again it goes on where it was.
 * @throws CommandFailed
 */
export async function importAll(all: ImportAll): Promise<AllImported> {
  const pairs = await pairsNamed(all.api, undefined);
  const done = new Map<string, Imported>();
  const running = new Map<string, Promise<void>>();
  let ending: Ending = { kind: 'done' };
  const carryOut = async (pair: Pair): Promise<void> => {
    const { imported, isDetached } = await importOne(all, pair);
    running.delete(pair.name);
    done.set(pair.name, imported);
    if (isDetached) ending = ending.kind === 'done' ? { kind: 'detached' } : ending;
    else if (imported.run.state !== 'done') ending = { kind: 'ended', run: imported.run };
    else all.say(`${placeOf(pair, pairs)}  ${inWords(imported)}`);
  };
  for (;;) {
    const isFull = running.size >= atOnce || ending.kind !== 'done';
    const next = isFull ? undefined : nextOf(pairs, { done, running });
    if (next !== undefined) running.set(next.name, carryOut(next));
    else if (running.size > 0) await oneOf(running);
    else return { imported: pairs.flatMap(({ name }) => done.get(name) ?? []), ending };
  }
}

/** Where one fails, the others are seen to their end first: nobody would hear of them any more. */
async function oneOf(running: ReadonlyMap<string, Promise<void>>): Promise<void> {
  try {
    await Promise.race(running.values());
  } catch (error) {
    await Promise.allSettled(running.values());
    throw error;
  }
}

type Names = Pick<ReadonlyMap<string, unknown>, 'has'>;

/** What points to a pair that comes after it, or to itself, does not wait for that. */
function nextOf(
  pairs: readonly Pair[],
  { done, running }: Readonly<Record<'done' | 'running', Names>>,
): Pair | undefined {
  return pairs.find(({ name, pointsTo }, index) => {
    const before = new Set(pairs.slice(0, index).map((pair) => pair.name));
    const isFree = pointsTo.every((target) => done.has(target) || !before.has(target));
    return isFree && !done.has(name) && !running.has(name);
  });
}

async function importOne(
  all: ImportAll,
  { name, master, replica }: Pair,
): Promise<{ readonly imported: Imported; readonly isDetached: boolean }> {
  const before = await walkOf(all.api, name);
  if (before?.state === 'done' && !all.again) {
    return { imported: { pair: name, isSkipped: true, run: before }, isDetached: false };
  }
  const { run, isDetached } = await walk(all, name, before, { master: master.system, replica: replica.system });
  return { imported: { pair: name, isSkipped: false, run }, isDetached };
}

const isOpen = ({ state }: CensusRunView): boolean => state === 'running' || state === 'paused';

/** The latest import, or a later census that was done and so did the same; or whatever is under way. */
async function walkOf(api: ApiClient, pair: string): Promise<CensusRunView | undefined> {
  const { runs } = await api.call('GET', `${pathOf(pair)}/census/runs`, censusRuns);
  const isWalk = ({ mode, state, dryRun }: CensusRunView): boolean =>
    !dryRun && (mode === 'backfill' || (mode === 'census' && state === 'done'));
  return runs.find(isOpen) ?? runs.find(isWalk);
}

/** What is under way already is followed: it may be an import that somebody had begun, or one that a missing webhook has asked for. */
async function walk(
  all: ImportAll,
  pair: string,
  before: CensusRunView | undefined,
  systems: Systems,
): Promise<Followed> {
  if (before !== undefined && isOpen(before)) {
    const followed = await all.follow(before, systems);
    const isImport = !followed.run.dryRun && ['census', 'backfill'].includes(followed.run.mode);
    if (followed.isDetached || followed.run.state !== 'done' || isImport) return followed;
  }
  const body = { mode: 'backfill', dryRun: false };
  return all.follow(await all.api.call('POST', `${pathOf(pair)}/census`, censusRun, body), systems);
}

function placeOf({ name }: Pair, pairs: readonly Pair[]): string {
  const width = Math.max(...pairs.map((pair) => pair.name.length));
  const place = pairs.findIndex((pair) => pair.name === name) + 1;
  return `${String(place).padStart(String(pairs.length).length)}/${pairs.length}  ${name.padEnd(width)}`;
}

function inWords({ isSkipped, run: { startedAt, endedAt, counts, waiting } }: Imported): string {
  if (isSkipped) return `done before, ${endedAt ?? ''}`.trimEnd();
  const tookMs = Date.parse(endedAt ?? startedAt) - Date.parse(startedAt);
  return [
    `${counted(counts.master.seen, 'record')} in ${duration(tookMs)}`,
    ...(waiting === 0 ? [] : [`${waiting} still wait to be looked at`]),
  ].join(', ');
}
