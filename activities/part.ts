import type { Gone } from '../engine/deletion.ts';
import { project } from '../engine/pair.ts';
import type { RemovePlan } from '../engine/plan.ts';
import { question } from '../engine/question.ts';
import { otherSide, type Side } from '../engine/values.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { ask } from './ask.ts';
import { concludeParted } from './conclude.ts';
import type { Pass } from './pass.ts';
import { changesOf, tellMasterIfNew } from './tell-master.ts';
import { openRowsOf, rowOrigin, sendUpdate } from './write.ts';

/** Leaves the record that is left alone; where that is the master's, it says so. */
export async function part(pass: Pass, gone: Gone): Promise<PassSummary> {
  if (gone === 'replica') {
    const message = pass.deps.messages.parted(pass.pair.title.replica.system);
    pass.moveLink([], changesOf(await tellMasterIfNew(pass, { state: 'deleted_in_replica', attempts: 0, message })));
  }
  return concludeParted(pass, gone);
}

/** Takes away what is left of a couple. The ledger keeps the values that go with it. */
export async function remove(pass: Pass, plan: RemovePlan): Promise<PassSummary> {
  const { side, gone, how } = plan;
  const left = pass.seen[side];
  if (left === undefined) throw new Error(`The ${side} record was not read before it was removed`);
  const { remove: send } = pass.connector(side);
  if (how.by === 'deleting' && send === null) return ask(pass, question('delete_by_hand', side, { ids: [left.id] }));
  if (!(await planRemoval(pass, plan))) return askHeld(pass, otherSide(side));
  if (how.by === 'archiving') {
    await sendUpdate(pass, side, how.attributes);
    return concludeParted(pass, gone, openRowsOf(pass, side, 'written'));
  }
  await send?.(pass.entity(side), left.id, pass.context);
  return concludeParted(pass, 'both', openRowsOf(pass, side, 'written'));
}

/** The record that is left stays as it is until somebody has looked at so many deletions. */
async function askHeld(pass: Pass, gone: Side): Promise<PassSummary> {
  const id = pass.link[`${gone}Id`];
  return ask(pass, question('deletion_held', gone, { ids: id === null ? [] : [id] }));
}

/** @returns whether the budget allows it */
async function planRemoval(pass: Pass, { side, rule, how }: RemovePlan): Promise<boolean> {
  const { deps, pair, link, attempt } = pass;
  const action = how.by === 'deleting' ? 'delete' : 'archive';
  const oldValue = project(pair, side, pass.seen[side]?.attributes ?? {});
  const row = { ...rowOrigin(pass), action, side, rule, oldValue } as const;
  // What a person has answered is approved; what the policy says is counted.
  const budget = rule === 'deleted_by_hand' ? null : pair.deletion.budget;
  const id = await deps.passes.planRemoval(link, attempt.token, row, budget, deps.now());
  if (id === null) return false;
  pass.open = [{ id, side, action }];
  return true;
}
