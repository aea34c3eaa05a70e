import { censusRuns } from '../../api/ops/get-census.ts';
import { censusRun, type CensusRunView } from '../../api/ops/census-shape.ts';
import type { ApiClient } from '../api-client.ts';
import { pairsNamed, pathOf } from '../pages.ts';
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

/**
 * The first import of every pair, one after the other in the order in which the service has them: those that others point to
 * first. Called again it goes on where it was.
 * @throws CommandFailed
 */
export async function importAll(all: ImportAll): Promise<{ readonly imported: readonly Imported[]; ending: Ending }> {
  const pairs = await pairsNamed(all.api, undefined);
  const imported: Imported[] = [];
  const width = Math.max(...pairs.map(({ name }) => name.length));
  for (const [index, { name, master, replica }] of pairs.entries()) {
    const place = `${String(index + 1).padStart(String(pairs.length).length)}/${pairs.length}  ${name.padEnd(width)}`;
    const before = await walkOf(all.api, name);
    if (before?.state === 'done' && !all.again) {
      imported.push({ pair: name, isSkipped: true, run: before });
      all.say(`${place}  done before, ${before.endedAt ?? ''}`.trimEnd());
      continue;
    }
    const { run, isDetached } = await walk(all, name, before, { master: master.system, replica: replica.system });
    imported.push({ pair: name, isSkipped: false, run });
    if (isDetached) return { imported, ending: { kind: 'detached' } };
    if (run.state !== 'done') return { imported, ending: { kind: 'ended', run } };
    all.say(`${place}  ${doneInWords(run)}`);
  }
  return { imported, ending: { kind: 'done' } };
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
    const isImport = !followed.run.dryRun && followed.run.mode !== 'rebuild';
    if (followed.isDetached || followed.run.state !== 'done' || isImport) return followed;
  }
  const body = { mode: 'backfill', dryRun: false };
  return all.follow(await all.api.call('POST', `${pathOf(pair)}/census`, censusRun, body), systems);
}

function doneInWords({ startedAt, endedAt, counts, waiting }: CensusRunView): string {
  const tookMs = Date.parse(endedAt ?? startedAt) - Date.parse(startedAt);
  return [
    `${counted(counts.master.seen, 'record')} in ${duration(tookMs)}`,
    ...(waiting === 0 ? [] : [`${waiting} still wait to be looked at`]),
  ].join(', ');
}
