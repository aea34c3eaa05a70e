import { attributesFor, type FieldWrite, type MergePlan } from '../engine/plan.ts';
import type { Attributes } from '../engine/values.ts';
import type { PassSummary, PassVerdict } from '../workflows/contract.ts';
import { type Agreement, agreement, type Planned } from './agreement.ts';
import { conclude } from './conclude.ts';
import type { Pass } from './pass.ts';
import { clean, needsStatusWrite, statusSentChanges, undecided, wantedStatus } from './status-write.ts';
import { learned, openRowsOf, planWrites, sendUpdate, tellFields } from './write.ts';

/**
 * Carries out a merge: the replica first, then the master with its fields and its status in one write.
 * @returns null if the master's answer shows more than was written: then it is planned once more, from that answer
 */
export async function merge(
  pass: Pass,
  plan: MergePlan,
  planned: Planned,
  verdict: PassVerdict,
): Promise<PassSummary | null> {
  await planWrites(pass, plan.writes, null);
  await writeReplica(pass, plan.writes, planned);
  await writeMaster(pass, plan);
  const agreed = agreement(pass, plan, planned);
  if (!mayFollow(pass, agreed)) return conclude(pass, verdict, agreed, plan);
  await follow(pass, agreed);
  return null;
}

/** So often a master's answer is planned from instead of a further read. */
const mostFollowed = 2;

/**
 * A master without a status is written to for its fields only, and answers with what follows from them: numbers, times, what
 * somebody edited meanwhile. That is as good as a read, and the replica gets it in the same pass.
 */
const mayFollow = (pass: Pass, { strayed }: Agreement): boolean =>
  strayed && pass.pair.status === null && pass.followed < mostFollowed;

export async function follow(pass: Pass, { base }: Agreement): Promise<void> {
  pass.followed += 1;
  const rows = [...openRowsOf(pass, 'master', 'written'), ...openRowsOf(pass, 'replica', 'written')];
  await pass.settle(rows, { baseMaster: base.master, baseReplica: base.replica });
}

/**
 * Two records that have just met are one couple before anything is written: no other record can claim either.
 * @returns whether rows of unknown fate came with the partner: then it is looked at anew
 */
export async function storeCouple(pass: Pass): Promise<boolean> {
  const masterId = pass.seen.master?.id ?? pass.link.masterId;
  const replicaId = pass.seen.replica?.id ?? pass.link.replicaId;
  const { link } = pass.known;
  if (link.masterId !== masterId || link.replicaId !== replicaId) await pass.settle([], { masterId, replicaId });
  return pass.unsettled.length > 0;
}

async function writeReplica(pass: Pass, writes: readonly FieldWrite[], planned: Planned): Promise<void> {
  const changes = { ...attributesFor('replica', writes), ...markerOwed(pass) };
  if (Object.keys(changes).length === 0) return;
  const answer = await sendUpdate(pass, 'replica', changes);
  tellFields(pass, 'replica', writes);
  const rows = openRowsOf(pass, 'replica', 'written');
  await pass.settle(rows, learned(pass, 'replica', { planned, answer, writes }));
}

/** Where the master does not name its partner, the replica names the master as soon as that one exists. */
function markerOwed({ pair: { marker, status }, seen: { master, replica } }: Pass): Attributes {
  if (status !== null || marker === null || master === undefined || replica === undefined) return {};
  return marker in replica.attributes && replica.attributes[marker] === null ? { [marker]: master.id } : {};
}

async function writeMaster(pass: Pass, { writes, open }: MergePlan): Promise<void> {
  const fields = attributesFor('master', writes);
  const wanted = wantedStatus(pass, open.length === 0 ? clean : undecided(pass, open));
  const shown = pass.seen.master?.attributes ?? {};
  const changes = { ...fields, ...wanted };
  if (Object.keys(changes).length === 0 || (writes.length === 0 && !needsStatusWrite(pass, wanted, shown))) return;
  const answer = await sendUpdate(pass, 'master', changes);
  tellFields(pass, 'master', writes);
  pass.moveLink([], statusSentChanges(pass, wanted, answer.attributes));
}
