import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { PageAhead } from '../../activities/census/page-ahead.ts';
import { stepCensus } from '../../activities/census/step-census.ts';
import type { CensusRun, NewCensus } from '../../store/census-runs.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { HintStore } from '../../store/hints.ts';
import type { CensusStep, PassSummary } from '../../workflows/contract.ts';

/** What a walk needs of a house or of two offices. */
export interface Walked {
  readonly deps: WorkerDependencies;
  readonly database: OpenDatabase;
  now(): Date;
  pass(key: string): Promise<PassSummary>;
}

/** Rings for everything that is due, and looks, until nothing is. @returns how many looks it took */
export async function dealWithInbox(walked: Walked, limit = 500): Promise<number> {
  const hints = new HintStore(walked.database.db);
  let looks = 0;
  for (;;) {
    const due = await hints.takeDue(walked.now(), limit);
    if (due.length === 0) return looks;
    for (const { key } of await hints.owners(due)) {
      looks += 1;
      await walked.pass(key);
    }
  }
}

const unaborted = new AbortController().signal;

export async function begin(walked: Walked, given: Partial<NewCensus> = {}): Promise<CensusRun> {
  const pair = walked.deps.pairs[0]?.name ?? '';
  return walked.deps.censusRuns.begin(
    { pair, mode: 'census', dryRun: false, startedBy: 'anna', ...given },
    walked.now(),
  );
}

export const step = async (
  { deps }: Pick<Walked, 'deps'>,
  { id, pair }: Pick<CensusRun, 'id' | 'pair'>,
): Promise<CensusStep> =>
  stepCensus(deps, { pair, runId: id }, { signal: unaborted, ahead: new PageAhead(() => false) });

export async function found(walked: Pick<Walked, 'deps'>, { id }: Pick<CensusRun, 'id'>): Promise<CensusRun> {
  const run = await walked.deps.censusRuns.find(id);
  if (run === null) throw new Error('no such run');
  return run;
}

/** Carries a run to its end; the inbox is dealt with whenever it waits. @param between called after every step */
export async function carryOn(
  walked: Walked,
  run: CensusRun,
  between: (last: CensusStep) => void | Promise<void> = () => undefined,
): Promise<CensusRun> {
  for (let steps = 0; steps < 2_000; steps += 1) {
    const last = await step(walked, run);
    if (last.kind === 'ended') return found(walked, run);
    if (last.kind === 'paused') throw new Error('it was paused');
    await between(last);
    if (last.kind === 'wait') await dealWithInbox(walked);
  }
  throw new Error('it does not end');
}

/** A whole walk, and whatever it has handed over. */
export async function walk(
  walked: Walked,
  given: Partial<NewCensus> = {},
  between?: (last: CensusStep) => void | Promise<void>,
): Promise<CensusRun> {
  const run = await carryOn(walked, await begin(walked, given), between);
  await dealWithInbox(walked);
  return run;
}

/** The same parts, with lists that show so many rows on a page at most. */
export function withPagesOf(walked: Walked, longestPage: number): Walked {
  const connectors = Object.fromEntries(
    Object.entries(walked.deps.connectors).map(([name, connector]) => {
      const { list } = connector;
      return [name, { ...connector, list: list === null ? null : { ...list, longestPage } }];
    }),
  );
  return {
    deps: { ...walked.deps, connectors },
    database: walked.database,
    now: () => walked.now(),
    pass: (key) => walked.pass(key),
  };
}
