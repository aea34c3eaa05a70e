import { attributesFor, type FieldWrite, type Plan } from '../engine/plan.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { agreement, type Planned } from './agreement.ts';
import { conclude } from './conclude.ts';
import type { Pass } from './pass.ts';
import { clean, needsStatusWrite, statusSentChanges, wantedStatus } from './status-write.ts';
import { learned, openRowsOf, planWrites, sendUpdate, tellFields } from './write.ts';

/** Carries out a merge: the replica first, then the master with its fields and its status in one write. */
export async function merge(pass: Pass, plan: Plan & { kind: 'merge' }, planned: Planned): Promise<PassSummary> {
  await planWrites(pass, plan.writes, null);
  await writeReplica(pass, plan.writes, planned);
  const masterId = pass.seen.master?.id ?? pass.link.masterId;
  const replicaId = pass.seen.replica?.id ?? pass.link.replicaId;
  pass.moveLink([], { masterId, replicaId });
  await writeMaster(pass, plan.writes);
  return conclude(pass, plan.verdict, agreement(pass, plan, planned));
}

async function writeReplica(pass: Pass, writes: readonly FieldWrite[], planned: Planned): Promise<void> {
  const changes = attributesFor('replica', writes);
  if (Object.keys(changes).length === 0) return;
  const answer = await sendUpdate(pass, 'replica', changes);
  tellFields(pass, 'replica', writes);
  const rows = openRowsOf(pass, 'replica', 'written');
  await pass.settle(rows, learned(pass, 'replica', { planned: planned.replica, answer, writes }));
}

async function writeMaster(pass: Pass, writes: readonly FieldWrite[]): Promise<void> {
  const fields = attributesFor('master', writes);
  const wanted = wantedStatus(pass, clean);
  const shown = pass.seen.master?.attributes ?? {};
  if (writes.length === 0 && !needsStatusWrite(pass, wanted, shown)) return;
  const answer = await sendUpdate(pass, 'master', { ...fields, ...wanted });
  tellFields(pass, 'master', writes);
  pass.moveLink([], statusSentChanges(pass, wanted, answer.attributes));
}
