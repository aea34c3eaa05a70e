import { AmbiguousWrite, ConnectorError, DuplicateSuspected, RateLimited, Rejected } from '../connectors/errors.ts';
import { question } from '../engine/question.ts';
import { decideRetry, type Failure, type FailureCode, type RetryDecision } from '../engine/retry.ts';
import type { LinkChanges } from '../store/link-rows.ts';
import type { NewNotification } from '../store/notification-rows.ts';
import { CreationInProgress, LeaseLost, PartnerBusy } from '../store/pass-errors.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { ask } from './ask.ts';
import { finish } from './conclude.ts';
import { failureText } from './failure-text.ts';
import { fingerprint } from './fingerprint.ts';
import type { Pass } from './pass.ts';
import { tellMasterIfNew } from './tell-master.ts';

/** How soon to look again after another record's pass that is in the way. */
const otherPassWaitMs = 1_000;

/** Turns whatever ended a pass into a stored outcome. @throws what the store itself throws: then Temporal tries again. */
export async function fail(pass: Pass, error: unknown): Promise<PassSummary> {
  if (error instanceof LeaseLost) return pass.summary({ kind: 'nothing' });
  if (error instanceof CreationInProgress || error instanceof PartnerBusy) return waitForOther(pass, error.code);
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
  const failure = failureOf(error);
  const history = { attempts: pass.link.attempts, waits: pass.link.waits };
  return store(pass, error, failure, decideRetry(failure, history, pass.deps.retry, pass.deps.random()));
}

async function waitForOther(pass: Pass, code: string): Promise<PassSummary> {
  const at = new Date(pass.deps.now().getTime() + otherPassWaitMs);
  await finish(pass, { changes: {}, hints: { kind: 'due', at } });
  return pass.summary({ kind: 'waiting', code, system: null, retryInMs: otherPassWaitMs });
}

async function store(pass: Pass, error: unknown, failure: Failure, decision: RetryDecision): Promise<PassSummary> {
  const now = pass.deps.now();
  const system = error instanceof ConnectorError ? error.system : null;
  const message = failureText(pass, error, { code: failure.code, decision, now });
  if (failure.code === 'unexpected') pass.deps.observer.onProblem('A pass failed unexpectedly', problemOf(pass, error));
  const stored = { code: failure.code, system, message, at: now.toISOString(), seen: fingerprint(pass) };
  const told = await tell(pass, decision, message);
  const common: LinkChanges = { ...decision.history, ...told, failure: stored };
  const notification = notificationOf(pass, error, { code: failure.code, message });
  const rows = takenForSure(failure.code) ? pass.open.map(({ id }) => ({ id, state: 'dropped' as const })) : [];

  switch (decision.kind) {
    case 'wait': {
      const at = new Date(now.getTime() + decision.waitMs);
      await finish(pass, { changes: { ...common, nextAttemptAt: at }, hints: { kind: 'due', at }, rows });
      return pass.summary({ kind: 'waiting', code: failure.code, system, retryInMs: decision.waitMs });
    }
    case 'give_up':
      await finish(pass, { changes: { ...common, state: 'parked', nextAttemptAt: null }, rows, notification });
      return pass.summary({ kind: 'parked', code: failure.code, system });
    case 'stop_pair':
      await pass.deps.pairStops.stop(pass.pair.name, { ...notification, kind: 'pair_stopped' }, now);
      await finish(pass, { changes: common, hints: { kind: 'due', at: now }, rows });
      pass.deps.observer.onProblem('The pair was stopped', { pair: pass.pair.name, code: failure.code, system });
      return pass.summary({ kind: 'paused' });
  }
}

/** What somebody should hear of when it ends here. */
const notificationOf = (
  { pair, link }: Pass,
  error: unknown,
  { code, message }: { readonly code: FailureCode; readonly message: string },
): NewNotification => ({
  kind: 'permanently_failed',
  pair: pair.name,
  linkId: link.id,
  system: error instanceof ConnectorError ? error.system : null,
  code,
  field: error instanceof Rejected ? error.field : null,
  message,
});

async function tell(pass: Pass, decision: RetryDecision, message: string): Promise<LinkChanges> {
  if (decision.kind === 'stop_pair' || (decision.kind === 'wait' && !decision.told)) return {};
  const state = decision.kind === 'wait' ? 'failed' : 'permanently_failed';
  return tellMasterIfNew(pass, { state, attempts: decision.history.attempts, message });
}

/** Refused or never sent: nothing took effect. Everything else is settled by the next look. */
function takenForSure(code: FailureCode): boolean {
  return !['ambiguous_write', 'record_failed', 'unexpected', 'misconfigured'].includes(code);
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof ConnectorError)) return { code: 'unexpected', retryAfterMs: null, settleMs: null };
  return {
    code: error.code,
    retryAfterMs: error instanceof RateLimited ? error.retryAfterMs : null,
    settleMs: error instanceof AmbiguousWrite ? error.settleMs : null,
  };
}

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
