import { sides } from '../engine/values.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { ask } from './ask.ts';
import { finish } from './conclude.ts';
import type { Pass } from './pass.ts';
import { settleUnsettled } from './settle-unsettled.ts';
import { nextLookAtParked, tellWhatIsUntold } from './tell-later.ts';
import { changesOf, nextLook } from './tell-master.ts';

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

async function remain(pass: Pass): Promise<PassSummary> {
  const { told, failure } = await tellWhatIsUntold(pass);
  const next = nextLookAtParked(pass, { ...pass.link, failure });
  await finish(pass, { changes: { ...changesOf(told), failure }, hints: nextLook(pass, told, next) });
  return parkedSummary(pass);
}

/** A record that was looked at only to show it something could not be read: that is put off, and nothing else is touched. */
export async function putOff(pass: Pass): Promise<PassSummary> {
  await finish(pass, { changes: {}, hints: nextLookAtParked(pass, pass.link) });
  return parkedSummary(pass);
}

function parkedSummary(pass: Pass): PassSummary {
  const { failure } = pass.link;
  return pass.summary({ kind: 'parked', code: failure?.code ?? 'unexpected', system: failure?.system ?? null });
}
