import { AmbiguousWrite, ConnectorError, DuplicateSuspected, Rejected } from '../connectors/errors.ts';
import { question } from '../engine/question.ts';
import { creationWaitMs, decideRetry, type Failure, type FailureCode, type RetryDecision } from '../engine/retry.ts';
import type { SettledRow } from '../store/ledger-rows.ts';
import type { Link, LinkChanges } from '../store/link-rows.ts';
import type { NewNotification } from '../store/notification-rows.ts';
import { CreationInProgress, LeaseLost, PairPaused, PartnerBusy } from '../store/pass-errors.ts';
import type { StoredFailure } from '../store/schema.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { ask } from './ask.ts';
import { finish } from './conclude.ts';
import { failureText } from './failure-text.ts';
import { fingerprint } from './fingerprint.ts';
import type { Pass } from './pass.ts';
import { nextLookAtParked, rememberingUntold } from './tell-later.ts';
import { changesOf, nextLook, tellMasterIfNew, type Told } from './tell-master.ts';

/** How soon to look again after a partner's pass that is in the way. */
const partnerWaitMs = 1_000;

/** Turns whatever ended a pass into a stored outcome. @throws what the store itself throws: then Temporal tries again. */
export async function fail(pass: Pass, error: unknown): Promise<PassSummary> {
  if (error instanceof PairPaused) return holdPaused(pass);
  try {
    return await outcomeOf(pass, error);
  } catch (nested) {
    // A question could not be shown any more: the next look asks it.
    if (nested instanceof PairPaused) return holdPaused(pass);
    // It was lost while the failure was being told or stored.
    if (nested instanceof LeaseLost) return giveWay(pass);
    throw nested;
  }
}

async function outcomeOf(pass: Pass, error: unknown): Promise<PassSummary> {
  if (error instanceof LeaseLost) return giveWay(pass);
  if (error instanceof CreationInProgress || error instanceof PartnerBusy) return waitForOther(pass, error);
  const openCreation = pass.open.find(({ action }) => action === 'create');
  if (
    error instanceof AmbiguousWrite &&
    openCreation !== undefined &&
    pass.connector(openCreation.side).find.by === 'id'
  ) {
    return ask(pass, question('maybe_created', openCreation.side));
  }
  if (error instanceof DuplicateSuspected && openCreation !== undefined) {
    return ask(pass, question('look_alikes', openCreation.side, { ids: error.ids }));
  }
  const failure = failureOf(pass, error);
  const history = { attempts: pass.link.attempts, waits: pass.link.waits };
  const decision = decideRetry(failure, history, pass.deps.retry, pass.deps.random());
  const system = error instanceof ConnectorError ? error.system : null;
  const message = failureText(pass, error, { code: failure.code, decision, now: pass.deps.now() });
  return carryOut(pass, decision, { ...failure, system, message, error });
}

/** Nothing is counted; what was not sent is planned anew when the pair goes on, from what both sides show then. */
async function holdPaused(pass: Pass): Promise<PassSummary> {
  await finish(pass, { changes: {}, hints: { kind: 'kept' }, rows: rowsNotSent(pass, null) });
  return pass.summary({ kind: 'paused' });
}

/** Another pass has this record now. If this one has written, that may have landed after the other had looked. */
async function giveWay(pass: Pass): Promise<PassSummary> {
  const { masterId, replicaId, pair } = pass.link;
  const [side, recordId] = masterId === null ? (['replica', replicaId] as const) : (['master', masterId] as const);
  if (pass.hasWritten && recordId !== null) {
    await pass.deps.hints.add([{ pair, side, recordId, trigger: 'look_again' }], pass.deps.now());
  }
  return pass.summary({ kind: 'nothing' });
}

async function waitForOther(pass: Pass, error: CreationInProgress | PartnerBusy): Promise<PassSummary> {
  const waitMs = error instanceof PartnerBusy ? partnerWaitMs : waitForCreation(pass, error);
  await finish(pass, { changes: {}, hints: { kind: 'postponed', at: later(pass, waitMs) } });
  return pass.summary({ kind: 'waiting', code: error.code, system: null, retryInMs: waitMs });
}

const waitForCreation = ({ deps }: Pass, { since }: CreationInProgress): number =>
  creationWaitMs(deps.now().getTime() - since.getTime(), deps.random());

interface FailureInWords extends Failure {
  readonly system: string | null;
  readonly message: string;
  readonly error: unknown;
}

async function carryOut(pass: Pass, decision: RetryDecision, failure: FailureInWords): Promise<PassSummary> {
  const { code, system } = failure;
  if (code === 'unexpected') pass.deps.observer.onProblem('A pass failed unexpectedly', problemOf(pass, failure.error));
  // Telling is a write too: what was in flight is known before it only.
  const rows = rowsNotSent(pass, failure.error);
  switch (decision.kind) {
    case 'circuit':
    case 'hand_back': {
      const isKept = decision.kind === 'hand_back' || isParked(pass);
      const changes: LinkChanges = isKept ? {} : { failure: storedFailure(pass, failure), nextAttemptAt: null };
      await finish(pass, { changes, hints: { kind: 'kept' }, rows });
      return pass.summary({ kind: 'held_back', code, system });
    }
    case 'wait': {
      const at = later(pass, decision.waitMs);
      const failing = failed(pass, decision, failure);
      const told = decision.told ? await tell(pass, 'failed', decision, failure) : notTold;
      const changes = { ...failing, ...changesOf(told), ...unparked(pass.link), nextAttemptAt: at };
      await finish(pass, { changes, hints: nextLook(pass, told, { kind: 'due', at }), rows });
      return pass.summary({ kind: 'waiting', code, system, retryInMs: decision.waitMs });
    }
    case 'give_up':
      return giveUp(pass, decision, failure, rows);
    case 'stop_pair':
      await pass.deps.pairStops.stop(
        pass.pair.name,
        { ...notificationOf(pass, failure), kind: 'pair_stopped' },
        pass.deps.now(),
      );
      await finish(pass, {
        changes: isParked(pass) ? {} : failed(pass, decision, failure),
        hints: { kind: 'kept' },
        rows,
      });
      pass.deps.observer.onProblem('The pair was stopped', { pair: pass.pair.name, code, system });
      return pass.summary({ kind: 'paused' });
  }
}

async function giveUp(
  pass: Pass,
  decision: RetryDecision & { readonly kind: 'give_up' },
  inWords: FailureInWords,
  rows: readonly SettledRow[],
): Promise<PassSummary> {
  const { attempts } = decision.history;
  const failing = failed(pass, decision, inWords);
  const told = await tell(pass, 'permanently_failed', decision, inWords);
  const nextAttemptAt = decision.reviveInMs === null ? null : later(pass, decision.reviveInMs);
  const failure = rememberingUntold(failing.failure, told, { state: 'permanently_failed', attempts });
  const { recheckAt = pass.link.recheckAt } = failing;
  await finish(pass, {
    changes: { ...failing, failure, ...changesOf(told), state: 'parked', nextAttemptAt },
    hints: nextLook(pass, told, nextLookAtParked(pass, { failure, nextAttemptAt, recheckAt })),
    rows,
    notification: notificationOf(pass, inWords),
  });
  return pass.summary({ kind: 'parked', code: inWords.code, system: inWords.system });
}

/** What a parked record asks must still be known when its system or its pair goes on: what holds up everybody is no answer. */
const isParked = ({ link }: Pass): boolean => link.state === 'parked';

const notTold: Told = { kind: 'not_shown' };

/** Somebody had set it going again: it goes on by itself now. */
const unparked = ({ state, syncedAt }: Link): LinkChanges =>
  state === 'parked' ? { state: syncedAt === null ? 'new' : 'linked' } : {};

const later = (pass: Pass, ms: number): Date => new Date(pass.deps.now().getTime() + ms);

/** Taken before anything is told: it is about what the attempt was made from. */
function failed(
  pass: Pass,
  { history }: RetryDecision,
  failure: FailureInWords,
): LinkChanges & { readonly failure: StoredFailure } {
  const mayArriveLate = failure.code === 'ambiguous_write';
  return {
    ...history,
    failure: storedFailure(pass, failure),
    ...(mayArriveLate && { recheckAt: later(pass, pass.deps.retry.recheckAfterMs) }),
  };
}

const storedFailure = (pass: Pass, { code, system, message }: FailureInWords): StoredFailure => ({
  code,
  system,
  message,
  at: pass.deps.now().toISOString(),
  seen: fingerprint(pass),
});

/** Where the pair was paused meanwhile the failure is known all the same, as where the master can't be reached. */
async function tell(
  pass: Pass,
  state: 'failed' | 'permanently_failed',
  { history }: RetryDecision,
  { message }: FailureInWords,
): Promise<Told> {
  try {
    return await tellMasterIfNew(pass, { state, attempts: history.attempts, message });
  } catch (error) {
    if (error instanceof PairPaused) return { kind: 'not_shown' };
    throw error;
  }
}

/** An explicit no: the write that was refused took no effect. */
const refusals: readonly FailureCode[] = [
  'rate_limited',
  'unavailable',
  'auth_failed',
  'forbidden',
  'rejected',
  'stale_version',
];

/** Refused or never sent: nothing took effect. Everything else is settled by the next look. */
function rowsNotSent(pass: Pass, error: unknown): readonly SettledRow[] {
  const isRefused = error instanceof ConnectorError && refusals.includes(error.code);
  return isRefused || !pass.isWriteInFlight ? pass.open.map(({ id }) => ({ id, state: 'dropped' as const })) : [];
}

/** Whose failure it is: what a whole system does to everybody is not the record's, and a pass that took too long is. */
function failureOf({ deps, attempt }: Pass, error: unknown): Failure {
  if (!(error instanceof ConnectorError)) return { code: 'unexpected', settleMs: null };
  const { code, system } = error;
  const settleMs = error instanceof AmbiguousWrite ? error.settleMs : null;
  if (code === 'record_failed' && deps.breaker.hasBlamed(system)) return { code: 'unavailable', settleMs };
  if (code === 'stopped' && isTimedOut(attempt.signal)) return { code: 'record_failed', settleMs };
  return { code, settleMs };
}

const isTimedOut = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && reason instanceof DOMException && reason.name === 'TimeoutError';

/** What somebody should hear of when it ends here. */
const notificationOf = ({ pair, link }: Pass, { system, code, message, error }: FailureInWords): NewNotification => ({
  kind: 'permanently_failed',
  pair: pair.name,
  linkId: link.id,
  system,
  code,
  field: error instanceof Rejected ? error.field : null,
  message,
});

const problemOf = (pass: Pass, error: unknown) => ({
  pair: pass.pair.name,
  link: pass.link.id,
  error: error instanceof Error ? error.name : typeof error,
  at: error instanceof Error ? placeOf(error) : null,
});

/** Where it was thrown. The lines of a stack before that are the message, which may quote a record. */
const placeOf = ({ stack = '' }: Error): string | null =>
  stack
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line.startsWith('at ')) ?? null;
