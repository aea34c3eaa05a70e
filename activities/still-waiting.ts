import { type Side, sides } from '../engine/values.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { finish } from './conclude.ts';
import { differsFromFailure } from './fingerprint.ts';
import { lookAt } from './observe.ts';
import type { Pass } from './pass.ts';
import { putOff, stayParked } from './stay-parked.ts';
import { isOnlyPutOff } from './tell-later.ts';

/**
 * A record that waits or is parked is looked at again early only for a person, or if the hinted side really shows
 * something else than when it failed: one read instead of a whole pass, and our own failure message revives nothing.
 * Nobody looks at all before a write of unknown fate has had its time.
 * A booked look ends a wait; of a parked record it looks at both sides.
 * A person's wish also begins the count of attempts anew.
 * @returns null when the pass should go on.
 */
export async function stillWaiting(pass: Pass): Promise<PassSummary | null> {
  const settledAt = settlesAt(pass);
  if (settledAt !== null) return letItArrive(pass, settledAt);
  if (pass.isPersonal) pass.moveLink([], { attempts: 0, waits: 0 });
  const { link } = pass;
  const isEarly = link.nextAttemptAt !== null && link.nextAttemptAt > pass.deps.now();
  const isRevived = link.state === 'parked' && link.nextAttemptAt !== null && !isEarly;
  if (isRevived) pass.moveLink([], { attempts: 0, waits: 0 });
  const isHeld = isEarly || (link.state === 'parked' && !isRevived);
  if (link.failure === null || isAsked(pass) || !isHeld) return null;
  const moved = await anySideMoved(pass);
  if (moved === 'not_read') return putOff(pass);
  if (moved === 'yes') {
    pass.moveLink([], { attempts: 0, waits: 0 });
    return null;
  }
  return link.state === 'parked' ? stayParked(pass) : keepWaiting(pass, link.nextAttemptAt ?? pass.deps.now());
}

/**
 * When the write of unknown fate that this record waits for can't take effect any more; null: there is none, or it can't. What
 * is read before may be planned from, and then it is undone by what arrives late.
 */
function settlesAt({ link: { failure, nextAttemptAt }, deps }: Pass): Date | null {
  if (failure?.code !== 'ambiguous_write') return null;
  const timeoutMs = deps.connectors[failure.system ?? '']?.timeoutMs ?? 0;
  const timedOutMs = Date.parse(failure.at) + timeoutMs;
  const at = new Date(Math.min(timedOutMs, nextAttemptAt?.getTime() ?? timedOutMs));
  return at > deps.now() ? at : null;
}

/** Whoever hinted is heard then: what a person asked for is not forgotten. */
async function letItArrive(pass: Pass, at: Date): Promise<PassSummary> {
  await finish(pass, { changes: {}, hints: { kind: 'postponed', at } });
  return waitingUntil(pass, at);
}

/** Somebody wants the whole look, whatever is waited for. A look that we have booked ourselves revives no parked record. */
const isAsked = ({ isPersonal, isFullLook, link }: Pass): boolean =>
  isPersonal || (isFullLook && link.state !== 'parked');

/** What the master could not be shown needs it to be read, whichever side was hinted. */
async function anySideMoved(pass: Pass): Promise<'yes' | 'no' | 'not_read'> {
  const isRead = (side: Side): boolean =>
    pass.isFullLook || isHinted(pass, side) || (side === 'master' && pass.link.failure?.untold !== undefined);
  try {
    for (const side of sides.filter(isRead)) {
      if (await hasMoved(pass, side)) return 'yes';
    }
    return 'no';
  } catch (error) {
    if (isOnlyPutOff(pass, error)) return 'not_read';
    throw error;
  }
}

const isHinted = ({ hints }: Pass, side: Side): boolean => hints.some((hint) => hint.side === side);

/** A record that was never known, or was gone already, has not moved by being missing, unless somebody says so. */
async function hasMoved(pass: Pass, side: Side): Promise<boolean> {
  const seen = await lookAt(pass, side, side === 'master' ? pass.link.masterId : pass.link.replicaId);
  if (seen.kind === 'present') return differsFromFailure(pass, side, seen.record.attributes);
  const wasThere = pass.link.failure?.seen[side] !== undefined;
  return wasThere || (isHinted(pass, side) && !pass.isFullLook);
}

async function keepWaiting(pass: Pass, at: Date): Promise<PassSummary> {
  await finish(pass, { changes: {}, hints: { kind: 'due', at } });
  return waitingUntil(pass, at);
}

const waitingUntil = (pass: Pass, at: Date): PassSummary =>
  pass.summary({ kind: 'waiting', ...reasonOf(pass), retryInMs: at.getTime() - pass.deps.now().getTime() });

const reasonOf = ({ link }: Pass) => ({
  code: link.failure?.code ?? 'unexpected',
  system: link.failure?.system ?? null,
});
