import { planCreation } from './creation.ts';
import { type Candidate, matchIdentity } from './identity.ts';
import type { Plan, PlanInput, SeenRecord } from './plan.ts';
import { question } from './question.ts';
import type { Side } from './values.ts';

/** One record has no partner: finds it by the pair's keys, creates it, or asks. Never a guess. */
export function planMissing(
  { pair, answer }: PlanInput,
  side: Side,
  existing: SeenRecord,
  candidates: readonly Candidate[],
): Plan {
  if (answer?.kind === 'link') return { kind: 'adopt', side, id: answer.id };
  if (answer?.kind === 'create') return planCreation(pair, side, existing, 'recreated_by_hand');
  const match = matchIdentity(pair, side, existing.attributes, candidates);
  if (match.kind === 'same') return { kind: 'adopt', side, id: match.id };
  if (match.kind === 'look_alikes') return { kind: 'ask', question: question('look_alikes', side, { ids: match.ids }) };
  return planCreation(pair, side, existing, 'created');
}
