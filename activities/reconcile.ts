import { StaleVersion } from '../connectors/errors.ts';
import { plan, type Question, type Seen } from '../engine/plan.ts';
import { rememberedSync } from '../engine/status.ts';
import { type PerSide, type Side, sides } from '../engine/values.ts';
import type { LedgerRow } from '../store/passes.ts';
import type { PassSummary, RecordInput } from '../workflows/contract.ts';
import type { Planned } from './agreement.ts';
import { ask } from './ask.ts';
import { concludeDeleted, concludeEcho } from './conclude.ts';
import { create } from './create.ts';
import type { Attempt, SyncDependencies } from './dependencies.ts';
import { fail } from './fail.ts';
import { merge } from './merge.ts';
import { observe, withCandidates } from './observe.ts';
import { baseOf, Pass } from './pass.ts';
import { settleOpen } from './settle-open.ts';
import { stillWaiting } from './still-waiting.ts';

/** How often a record that moves under our hands is planned anew at once. */
const replansAtOnce = 3;

/**
 * One look at one record: reads both systems, decides, writes the minimum and remembers. State-based, so that running
 * it again is always safe, whatever became of an earlier attempt.
 * @throws only what the store throws; every failure of a record is an outcome.
 */
export async function reconcile(deps: SyncDependencies, record: RecordInput, attempt: Attempt): Promise<PassSummary> {
  const pair = deps.pairs.find(({ name }) => name === record.pair);
  if (pair === undefined) return unknownPair(deps, record);
  const start = await deps.passes.begin(record, attempt, deps.now());
  if (start.kind !== 'begun') return notBegun(start);
  const pass = new Pass({ deps, attempt, pair, hints: start.hints, link: start.link });
  pass.open = start.planned;
  try {
    return (await stillWaiting(pass)) ?? (await lookUntilStill(pass, start.planned));
  } catch (error) {
    return fail(pass, error);
  }
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
    case 'nothing':
      return { ...nothing, outcome: { kind: 'nothing' } };
  }
}

async function lookUntilStill(pass: Pass, planned: readonly LedgerRow[]): Promise<PassSummary> {
  for (let replans = 0; ; replans += 1) {
    try {
      return await lookAndAct(pass, replans === 0 ? planned : []);
    } catch (error) {
      if (!(error instanceof StaleVersion) || replans === replansAtOnce) throw error;
      await forgetWhatWasSeen(pass);
    }
  }
}

/** Nothing of the refused write took effect; what was seen is out of date. */
async function forgetWhatWasSeen(pass: Pass): Promise<void> {
  await pass.settle(
    pass.open.map(({ id }) => ({ id, state: 'dropped' })),
    {},
  );
  for (const side of sides) Reflect.deleteProperty(pass.seen, side);
}

async function lookAndAct(pass: Pass, planned: readonly LedgerRow[]): Promise<PassSummary> {
  const observation = await observe(pass);
  if (observation.kind === 'echo') return concludeEcho(pass);
  if (observation.kind === 'ask') return ask(pass, observation.question);
  const unsettled = planned.length > 0 ? await settleOpen(pass, planned) : null;
  if (unsettled !== null) return ask(pass, unsettled);
  const seen = seenNow(pass, observation.seen);
  const doubt = unansweredDoubt(pass, seen);
  return doubt === null ? act(pass, await withCandidates(pass, seen)) : ask(pass, doubt);
}

/** Settling an earlier attempt may have found a record that was not known before. */
function seenNow(pass: Pass, observed: PerSide<Seen>): PerSide<Seen> {
  const now = (side: Side): Seen => {
    const record = pass.seen[side];
    return record === undefined ? observed[side] : { kind: 'present', record };
  };
  return { master: now('master'), replica: now('replica') };
}

/** A creation whose fate is unknown is not repeated until a person has said what became of it. */
function unansweredDoubt({ link }: Pass, seen: PerSide<Seen>): Question | null {
  const missing = sides.find((side) => seen[side].kind === 'unknown');
  return link.failure?.code === 'maybe_created' && missing !== undefined
    ? { code: 'maybe_created', side: missing, ids: [] }
    : null;
}

async function act(pass: Pass, seen: PerSide<Seen>): Promise<PassSummary> {
  const remembered =
    pass.link.syncedAt === null && pass.seen.master !== undefined
      ? rememberedSync(pass.pair, pass.seen.master.attributes)
      : nothingRemembered;
  const decided = plan({ pair: pass.pair, base: baseOf(pass.link), remembered, seen });
  switch (decided.kind) {
    case 'merge':
      return merge(pass, decided, plannedFrom(pass));
    case 'create':
      return create(pass, decided);
    case 'adopt':
      pass.moveLink([], decided.side === 'master' ? { masterId: decided.id } : { replicaId: decided.id });
      return lookAndAct(pass, []);
    case 'ask':
      return ask(pass, decided.question);
    case 'deleted':
      return concludeDeleted(pass);
  }
}

const nothingRemembered = { replicaVersion: null, lastSync: null };

const plannedFrom = ({ seen }: Pass): Planned => ({
  master: seen.master?.attributes ?? {},
  replica: seen.replica?.attributes ?? {},
});
