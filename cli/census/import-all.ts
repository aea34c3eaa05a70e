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
  /** Looks at a walk until it has ended, is paused, or nobody wants to look any more. Tells how it stands at each look. */
  follow(run: CensusRunView, systems: Systems, onLook: (run: CensusRunView) => void): Promise<Followed>;
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
 * The first import of every pair. A pair begins as soon as the records that it points to are here, a few at the same time,
 * and otherwise in the order in which the service has them. Called again it goes on where it was.
 * @throws CommandFailed
 */
export async function importAll(all: ImportAll): Promise<AllImported> {
  const pairs = await pairsNamed(all.api, undefined);
  const done = new Map<string, Imported>();
  const running = new Map<string, Promise<void>>();
  const arrivals = new Arrivals();
  let ending: Ending = { kind: 'done' };
  const carryOut = async (pair: Pair): Promise<void> => {
    const { imported, isDetached } = await importOne(all, pair, arrivals);
    running.delete(pair.name);
    done.set(pair.name, imported);
    arrivals.note(pair.name);
    if (isDetached) ending = ending.kind === 'done' ? { kind: 'detached' } : ending;
    else if (imported.run.state !== 'done') ending = { kind: 'ended', run: imported.run };
    else all.say(`${placeOf(pair, pairs)}  ${inWords(imported)}`);
  };
  for (;;) {
    const isFull = running.size >= atOnce || ending.kind !== 'done';
    const next = isFull ? undefined : nextOf(pairs, { done, running, here: arrivals.here });
    if (next !== undefined) running.set(next.name, carryOut(next));
    else if (running.size > 0) await whicheverIsFirst(running, arrivals);
    else return { imported: pairs.flatMap(({ name }) => done.get(name) ?? []), ending };
  }
}

/** Where one fails, the others are seen to their end first, whatever arrives with them: nobody would hear of them any more. */
async function whicheverIsFirst(
  running: ReadonlyMap<string, Promise<void>>,
  arrivals: Pick<Arrivals, 'next'>,
): Promise<void> {
  try {
    await Promise.race([...running.values(), arrivals.next()]);
  } catch (error) {
    await Promise.allSettled(running.values());
    throw error;
  }
}

/** The pairs whose master's records are all here, as far as they could be had. What is left of their walks holds up nobody. */
class Arrivals {
  readonly here = new Set<string>();
  #next = Promise.withResolvers<undefined>();

  note(pair: string): void {
    if (this.here.has(pair)) return;
    this.here.add(pair);
    this.#next.resolve(undefined);
    this.#next = Promise.withResolvers();
  }

  next(): Promise<undefined> {
    return this.#next.promise;
  }
}

type Names = Pick<ReadonlyMap<string, unknown>, 'has'>;

/** What points to a pair that comes after it, or to itself, does not wait for that. */
function nextOf(
  pairs: readonly Pair[],
  { done, running, here }: Readonly<Record<'done' | 'running' | 'here', Names>>,
): Pair | undefined {
  return pairs.find(({ name, pointsTo }, index) => {
    const before = new Set(pairs.slice(0, index).map((pair) => pair.name));
    const isFree = pointsTo.every((target) => here.has(target) || !before.has(target));
    return isFree && !done.has(name) && !running.has(name);
  });
}

async function importOne(
  all: ImportAll,
  { name, master, replica }: Pair,
  arrivals: Pick<Arrivals, 'note'>,
): Promise<{ readonly imported: Imported; readonly isDetached: boolean }> {
  const before = await walkOf(all.api, name);
  if (before?.state === 'done' && !all.again) {
    return { imported: { pair: name, isSkipped: true, run: before }, isDetached: false };
  }
  const systems = { master: master.system, replica: replica.system };
  const onLook = (run: CensusRunView): void => {
    if (isImport(run) && !readingMaster.includes(run.phase)) arrivals.note(name);
  };
  const { run, isDetached } = await walk(before, {
    begin: () => all.api.call('POST', `${pathOf(name)}/census`, censusRun, { mode: 'backfill', dryRun: false }),
    follow: (walked) => all.follow(walked, systems, onLook),
  });
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

const readingMaster: readonly CensusRunView['phase'][] = ['master', 'between'];

const isImport = ({ dryRun, mode }: CensusRunView): boolean => !dryRun && (mode === 'census' || mode === 'backfill');

interface Walking {
  readonly begin: () => Promise<CensusRunView>;
  readonly follow: (run: CensusRunView) => Promise<Followed>;
}

/** What is under way already is followed: it may be an import that somebody had begun, or one that a missing webhook has asked for. */
async function walk(before: CensusRunView | undefined, { begin, follow }: Walking): Promise<Followed> {
  if (before !== undefined && isOpen(before)) {
    const followed = await follow(before);
    if (followed.isDetached || followed.run.state !== 'done' || isImport(followed.run)) return followed;
  }
  return follow(await begin());
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
