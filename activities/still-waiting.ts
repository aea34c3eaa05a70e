import { type Side, sides } from '../engine/values.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { finish } from './conclude.ts';
import { differsFromFailure } from './fingerprint.ts';
import { lookAt } from './observe.ts';
import type { Pass } from './pass.ts';

/**
 * A record that waits or is parked is looked at again early only for a person, or if the hinted side really shows
 * something else than when it failed: one read instead of a whole pass, and our own failure message revives nothing.
 * A person's wish also begins the count of attempts anew.
 * @returns null when the pass should go on.
 */
export async function stillWaiting(pass: Pass): Promise<PassSummary | null> {
  if (pass.isPersonal) pass.moveLink([], { attempts: 0, waits: 0 });
  const { link } = pass;
  const isEarly = link.nextAttemptAt !== null && link.nextAttemptAt > pass.deps.now();
  const isRevived = link.state === 'parked' && link.nextAttemptAt !== null && !isEarly;
  if (isRevived) pass.moveLink([], { attempts: 0, waits: 0 });
  const isHeld = isEarly || (link.state === 'parked' && !isRevived);
  if (link.failure === null || pass.isFullLook || !isHeld) return null;
  if (await anyHintedSideMoved(pass)) {
    pass.moveLink([], { attempts: 0, waits: 0 });
    return null;
  }
  return link.state === 'parked' ? stayParked(pass) : keepWaiting(pass, link.nextAttemptAt ?? pass.deps.now());
}

async function anyHintedSideMoved(pass: Pass): Promise<boolean> {
  for (const side of sides.filter((candidate) => pass.hints.some((hint) => hint.side === candidate))) {
    const seen = await lookAt(pass, side, idOf(pass, side));
    if (seen.kind !== 'present' || differsFromFailure(pass, side, seen.record.attributes)) return true;
  }
  return false;
}

const idOf = ({ link }: Pass, side: Side): string | null => (side === 'master' ? link.masterId : link.replicaId);

/** The time of its revival, if it has one, stays. */
async function stayParked(pass: Pass): Promise<PassSummary> {
  const at = pass.link.nextAttemptAt;
  await finish(pass, { changes: {}, hints: at === null ? { kind: 'done' } : { kind: 'due', at } });
  return pass.summary({ kind: 'parked', ...reasonOf(pass) });
}

async function keepWaiting(pass: Pass, at: Date): Promise<PassSummary> {
  await finish(pass, { changes: {}, hints: { kind: 'due', at } });
  const retryInMs = at.getTime() - pass.deps.now().getTime();
  return pass.summary({ kind: 'waiting', ...reasonOf(pass), retryInMs });
}

const reasonOf = ({ link }: Pass) => ({
  code: link.failure?.code ?? 'unexpected',
  system: link.failure?.system ?? null,
});
