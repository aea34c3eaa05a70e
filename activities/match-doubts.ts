import { matchIdentity } from '../engine/identity.ts';
import { namingAttribute } from '../engine/pair.ts';
import type { SeenRecord } from '../engine/plan.ts';
import { type Question, question } from '../engine/question.ts';
import { replicaIdIn } from '../engine/status.ts';
import { otherSide, type Side } from '../engine/values.ts';
import { findCandidates, lookAt } from './observe.ts';
import { askAboutCreations, mayHaveMade } from './open-creation.ts';
import type { Pass } from './pass.ts';

/**
 * Why a record that matches by a key may still not be the partner: a partner is being created for it at this moment, or
 * may have been; it may have been made for another record; it names another one itself; or, seen from there, other records
 * match as well, and one of several is a guess.
 * @throws CreationInProgress while the other record's pass is still finding out
 */
export async function doubtAbout(pass: Pass, side: Side, id: string): Promise<Question | null> {
  const doubt = await askAboutCreations(pass, side, ({ of }) => of === id);
  if (doubt !== null) return doubt;
  const partner = await lookAt(pass, side, id);
  if (partner.kind !== 'present') return null;
  const { record } = partner;
  const own = pass.seen[otherSide(side)]?.id ?? '';
  const claimed = await claimOf(pass, side, record);
  if (claimed !== null) return claimed;
  const named = side === 'master' ? replicaIdIn(pass.pair, record.attributes) : null;
  if (named !== null) return named === own ? null : question('look_alikes', side, { ids: [id] });
  const rivals = await otherMatches(pass, otherSide(side), record);
  return rivals.includes(own) ? question('look_alikes', otherSide(side), { ids: rivals }) : null;
}

/** The record may have been made for another one, which has not heard of it: that one it names, if it names any. */
async function claimOf(pass: Pass, side: Side, { attributes }: SeenRecord): Promise<Question | null> {
  if (namingAttribute(pass.pair, side) === null) return null;
  return askAboutCreations(pass, otherSide(side), (creation) => mayHaveMade(pass.pair, side, creation, attributes));
}

async function otherMatches(pass: Pass, side: Side, partner: SeenRecord): Promise<readonly string[]> {
  const match = matchIdentity(pass.pair, side, partner.attributes, await findCandidates(pass, side, partner));
  return match.kind === 'look_alikes' ? match.ids : [];
}
