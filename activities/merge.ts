import { attributesFor, type FieldWrite, type MergePlan } from '../engine/plan.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { agreement, type Planned } from './agreement.ts';
import { conclude } from './conclude.ts';
import type { Pass } from './pass.ts';
import { clean, needsStatusWrite, statusSentChanges, undecided, wantedStatus } from './status-write.ts';
import { learned, openRowsOf, planWrites, sendUpdate, tellFields } from './write.ts';

/** Carries out a merge: the replica first, then the master with its fields and its status in one write. */
export async function merge(pass: Pass, plan: MergePlan, planned: Planned): Promise<PassSummary> {
  await planWrites(pass, plan.writes, null);
  await writeReplica(pass, plan.writes, planned);
  await writeMaster(pass, plan);
  return conclude(pass, plan.verdict, agreement(pass, plan, planned), plan.open);
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
  const changes = attributesFor('replica', writes);
  if (Object.keys(changes).length === 0) return;
  const answer = await sendUpdate(pass, 'replica', changes);
  tellFields(pass, 'replica', writes);
  const rows = openRowsOf(pass, 'replica', 'written');
  await pass.settle(rows, learned(pass, 'replica', { planned, answer, writes }));
}

async function writeMaster(pass: Pass, { writes, open }: MergePlan): Promise<void> {
  const fields = attributesFor('master', writes);
  const wanted = wantedStatus(pass, open.length === 0 ? clean : undecided(pass, open));
  const shown = pass.seen.master?.attributes ?? {};
  if (writes.length === 0 && !needsStatusWrite(pass, wanted, shown)) return;
  const answer = await sendUpdate(pass, 'master', { ...fields, ...wanted });
  tellFields(pass, 'master', writes);
  pass.moveLink([], statusSentChanges(pass, wanted, answer.attributes));
}
