import { sides } from '../engine/values.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { ask } from './ask.ts';
import { finish } from './conclude.ts';
import type { Pass } from './pass.ts';
import { settleUnsettled } from './settle-unsettled.ts';

/**
 * Neither side shows anything new: nothing is written again. Only what the last attempt has created may be there by now
 * without any record of ours showing it: a booked look searches for it.
 * @returns null if it is there: then the pass should go on.
 */
export async function stayParked(pass: Pass): Promise<PassSummary | null> {
  const missing = sides.find((side) => pass.seen[side] === undefined);
  if (!pass.isFullLook || missing === undefined) return remain(pass);
  const doubt = await settleUnsettled(pass);
  if (doubt !== null) return ask(pass, doubt);
  return pass.seen[missing] === undefined ? remain(pass) : null;
}

/** The time of its revival, if it has one, stays. */
async function remain(pass: Pass): Promise<PassSummary> {
  const { nextAttemptAt: at, failure } = pass.link;
  await finish(pass, { changes: {}, hints: at === null ? { kind: 'done' } : { kind: 'due', at } });
  return pass.summary({ kind: 'parked', code: failure?.code ?? 'unexpected', system: failure?.system ?? null });
}
