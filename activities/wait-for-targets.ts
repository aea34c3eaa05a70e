import type { WaitingField } from '../engine/plan.ts';
import { question } from '../engine/question.ts';
import { targetInWords } from '../engine/reference.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { ask } from './ask.ts';
import { finish } from './conclude.ts';
import { fingerprint } from './fingerprint.ts';
import type { Pass } from './pass.ts';
import { refOfTarget, targetsOf } from './targets.ts';

/**
 * The record can't be created before those that it has to point to. No attempt, nobody's failure: whoever makes one of them a
 * couple has it looked at again. One that is deleted will hardly become one: a person is told.
 */
export async function waitForTargets(pass: Pass, waiting: readonly WaitingField[]): Promise<PassSummary> {
  const { deps, link } = pass;
  const targets = targetsOf(waiting);
  const waitsFor = targets.map(refOfTarget);
  const [lost, ...others] = waiting.filter(({ target }) => target.why === 'parted');
  if (lost !== undefined) {
    const ids = targetsOf([lost, ...others]).map(targetInWords);
    return ask(pass, question('target_gone', lost.side, { ids }), { waitsFor });
  }
  const code = 'waits_for';
  const message = deps.messages.waitsFor(targets.map(targetInWords));
  const failure = { code, system: null, message, at: deps.now().toISOString(), seen: fingerprint(pass) } as const;
  const unparked = link.state === 'parked' ? ({ state: link.syncedAt === null ? 'new' : 'linked' } as const) : {};
  await finish(pass, {
    changes: { ...unparked, failure, attempts: 0, waits: 0, nextAttemptAt: null },
    waitsFor,
  });
  return pass.summary({ kind: 'waiting', code, system: null, retryInMs: null });
}
