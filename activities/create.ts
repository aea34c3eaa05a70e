import { attributesFor, type CreatePlan } from '../engine/plan.ts';
import { baseAtCreation } from '../engine/settled-writes.ts';
import { type Attributes, otherSide, type Side } from '../engine/values.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { conclude } from './conclude.ts';
import { agreement, type Planned } from './agreement.ts';
import type { Pass } from './pass.ts';
import { clean, statusSentChanges, wantedStatus } from './status-write.ts';
import { wordIsKept } from './settle-unsettled.ts';
import { learned, openRowsOf, planWrites, sendCreate, sendUpdate, tellFields } from './write.ts';

/**
 * Creates the missing record and tells the master's record about it, in one write if the master is the new one.
 * @returns null if a master without a status was created: what its answer shows goes to the replica in the same pass
 */
export async function create(pass: Pass, plan: CreatePlan): Promise<PassSummary | null> {
  const { side, writes } = plan;
  const existing = pass.seen[otherSide(side)];
  const planned: Planned = { master: {}, replica: {}, [otherSide(side)]: existing?.attributes ?? {} };
  await planWrites(pass, writes, plan);
  if (side === 'master') pass.moveLink([], { replicaId: existing?.id ?? null });
  const status = side === 'master' ? wantedStatus(pass, clean) : {};
  const answer = await sendCreate(pass, side, { ...attributesFor(side, writes), ...markerOf(pass, side), ...status });
  tellFields(pass, side, writes);
  startAnew(pass, plan);
  await pass.settle(openRowsOf(pass, side, 'written'), {
    ...learned(pass, side, { planned, answer, writes }),
    ...wordIsKept,
    ...(side === 'master' ? statusSentChanges(pass, status, answer.attributes) : {}),
  });
  if (side === 'replica' && pass.pair.status !== null) await tellMaster(pass);
  if (side === 'master' && pass.pair.status === null) return null;
  return conclude(pass, 'created', agreement(pass, plan, planned), { open: [], waiting: plan.waiting });
}

/** What was agreed on with a record that is gone says nothing of this one. */
function startAnew(pass: Pass, { side, writes }: CreatePlan): void {
  const { master, replica } = baseAtCreation(pass.pair, side, Object.keys(attributesFor(side, writes)));
  pass.moveLink([], { baseMaster: master, baseReplica: replica });
}

/** By this the creation is found again if its answer gets lost; the master's is its number, in the status. */
const markerOf = ({ pair, seen }: Pass, side: Side): Attributes =>
  side === 'master' || pair.marker === null ? {} : { [pair.marker]: seen.master?.id ?? null };

async function tellMaster(pass: Pass): Promise<void> {
  const wanted: Attributes = wantedStatus(pass, clean);
  const answer = await sendUpdate(pass, 'master', wanted);
  pass.moveLink([], statusSentChanges(pass, wanted, answer.attributes));
}
