import { definitionText } from '../engine/definition-text.ts';
import { Stopped } from '../connectors/errors.ts';
import type { PassSummary, RecordInput } from '../workflows/contract.ts';
import type { Attempt, SyncDependencies } from './dependencies.ts';
import { fail } from './fail.ts';
import { look } from './look.ts';
import { Pass } from './pass.ts';

/**
 * One look at one record: reads both systems, decides, writes the minimum and remembers. State-based, so that running
 * it again is always safe, whatever became of an earlier attempt.
 * @throws only what the store throws, AttemptGivenUp included; every failure of a record is an outcome.
 */
export async function reconcile(deps: SyncDependencies, record: RecordInput, attempt: Attempt): Promise<PassSummary> {
  const pair = deps.pairs.find(({ name }) => name === record.pair);
  if (pair === undefined) return unknownPair(deps, record);
  const rules = { definition: definitionText(pair), loopWindowMs: pair.loop.windowMs };
  const start = await deps.passes.begin(record, attempt, rules, deps.now);
  if (start.kind !== 'begun') return notBegun(start);
  const pass = new Pass({ deps, attempt, pair, hints: start.hints, known: start });
  return attempt.isOurs() ? look(pass) : handBack(pass);
}

/** It was given up while it took the record: nothing has been asked yet, and nobody should wait for the lease to end. */
async function handBack(pass: Pass): Promise<PassSummary> {
  const { system } = pass.pair.title.master;
  return fail(
    pass,
    new Stopped(`${system}: stopped before it was asked, as another attempt may be at work`, { system }),
  );
}

/** A hint of a pair that was taken out of the configuration: kept, until the pair is back or its hints are removed. */
function unknownPair({ observer }: SyncDependencies, { pair }: RecordInput): PassSummary {
  observer.onProblem('Hints of a pair that is not configured are left alone', { pair });
  return { outcome: { kind: 'paused' }, again: false, fields: [], calls: {}, tookMs: 0 };
}

function notBegun(
  start: Exclude<Awaited<ReturnType<SyncDependencies['passes']['begin']>>, { kind: 'begun' }>,
): PassSummary {
  const nothing = { again: false, fields: [], calls: {}, tookMs: 0 };
  switch (start.kind) {
    case 'moved':
      return { ...nothing, outcome: { kind: 'moved', key: start.key } };
    case 'busy':
      return { ...nothing, outcome: { kind: 'waiting', code: 'busy', system: null, retryInMs: 1_000 } };
    case 'paused':
      return { ...nothing, outcome: { kind: 'paused' } };
    case 'held_back':
      return { ...nothing, outcome: start };
    case 'nothing':
      return { ...nothing, outcome: { kind: 'nothing' } };
  }
}
