import type { Gone } from './deletion.ts';
import { planGone } from './plan-gone.ts';
import { planMerge } from './plan-merge.ts';
import { planMissing } from './plan-missing.ts';
import type { Plan, PlanInput } from './plan.ts';
import { sides } from './values.ts';

/** The only place where it is decided what is written where. Pure and total. */
export function plan(input: PlanInput): Plan {
  const { master, replica } = input.seen;
  if (master.kind === 'present') {
    if (replica.kind === 'present') return planMerge(input, { master: master.record, replica: replica.record });
    if (replica.kind === 'gone') return planGone(input, { ...replica, side: 'replica' }, master.record);
    return planMissing(input, 'replica', master.record, replica.candidates);
  }
  if (replica.kind === 'present') {
    return master.kind === 'gone'
      ? planGone(input, { ...master, side: 'master' }, replica.record)
      : planMissing(input, 'master', replica.record, master.candidates);
  }
  return named(input) ?? parted(input, 'both');
}

/** The record is gone, but a person knows what it had been connected with. */
function named({ seen, answer }: PlanInput): Plan | null {
  const side = sides.find((one) => seen[one].kind === 'unknown');
  return side !== undefined && answer?.kind === 'link' ? { kind: 'adopt', side, id: answer.id } : null;
}

const parted = (input: PlanInput, gone: Gone): Plan =>
  input.parted === gone ? { kind: 'rest', verdict: 'no_change' } : { kind: 'part', verdict: 'deleted', gone };
