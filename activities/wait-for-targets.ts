import type { WaitingField } from '../engine/plan.ts';
import { targetInWords } from '../engine/reference.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { finish } from './conclude.ts';
import { fingerprint } from './fingerprint.ts';
import type { Pass } from './pass.ts';
import { refOfTarget, targetsOf } from './targets.ts';

/**
 * The record can't be created before those that it has to point to. No attempt, nobody's failure: whoever makes one of them a
 * couple has it looked at again.
 */
export async function waitForTargets(pass: Pass, waiting: readonly WaitingField[]): Promise<PassSummary> {
  const { deps, link } = pass;
  const targets = targetsOf(waiting);
  const code = 'waits_for';
  const message = deps.messages.waitsFor(targets.map(targetInWords));
  const failure = { code, system: null, message, at: deps.now().toISOString(), seen: fingerprint(pass) } as const;
  const unparked = link.state === 'parked' ? ({ state: link.syncedAt === null ? 'new' : 'linked' } as const) : {};
  await finish(pass, {
    changes: { ...unparked, failure, attempts: 0, waits: 0, nextAttemptAt: null },
    waitsFor: targets.map(refOfTarget),
  });
  return pass.summary({ kind: 'waiting', code, system: null, retryInMs: null });
}
