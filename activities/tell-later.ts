import { ConnectorError, isOfOneRecord } from '../connectors/errors.ts';
import { tellAgainInMs } from '../engine/retry.ts';
import type { HintOutcome } from '../store/hint-rows.ts';
import type { Link } from '../store/link-rows.ts';
import type { StoredFailure } from '../store/schema.ts';
import type { Pass } from './pass.ts';
import { type Told, tellMasterIfNew } from './tell-master.ts';

/** What a record that is being parked remembers: no next failure comes, so what was not shown has to be shown later. */
export const rememberingUntold = (
  failure: StoredFailure,
  told: Told,
  { state, attempts }: NonNullable<StoredFailure['untold']>,
): StoredFailure => (told.kind === 'not_shown' ? { ...failure, untold: { state, attempts } } : failure);

/** Shows what the master, as it was read now, could not be shown so far. Nothing is counted. */
export async function tellWhatIsUntold(
  pass: Pass,
): Promise<{ readonly told: Told; readonly failure: StoredFailure | null }> {
  const { failure: stored } = pass.link;
  if (stored?.untold === undefined) return { told: { kind: 'shown', changes: {} }, failure: stored };
  const { untold, ...failure } = stored;
  const told = await tellMasterIfNew(pass, { ...untold, message: failure.message });
  return { told, failure: told.kind === 'not_shown' ? stored : failure };
}

/** The next look at a parked record that nobody asks for: its revival, or another try to show what could not be shown. */
export function nextLookAtParked(
  { deps, startedAt }: Pass,
  { failure, nextAttemptAt, recheckAt }: Pick<Link, 'failure' | 'nextAttemptAt' | 'recheckAt'>,
): HintOutcome {
  const revival: HintOutcome = nextAttemptAt === null ? { kind: 'done' } : { kind: 'due', at: nextAttemptAt };
  if (failure?.untold === undefined) return revival;
  const now = deps.now().getTime();
  const tellAt = new Date(now + tellAgainInMs(now - Date.parse(failure.at), deps.retry));
  const at = nextAttemptAt !== null && nextAttemptAt < tellAt ? nextAttemptAt : tellAt;
  // A look that is booked already serves for this too.
  const isBookedBefore = recheckAt !== null && recheckAt > startedAt && recheckAt <= at;
  return isBookedBefore ? { kind: 'done' } : { kind: 'due', at };
}

/** A look that only was to show something has found the record unreadable: that is no attempt, and answers no question. */
export const isOnlyPutOff = ({ link, hints }: Pass, error: unknown): boolean =>
  link.state === 'parked' &&
  link.failure?.untold !== undefined &&
  hints.every(({ trigger }) => trigger === 'retry') &&
  error instanceof ConnectorError &&
  isOfOneRecord(error.code);
