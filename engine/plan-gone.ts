import { planCreation } from './creation.ts';
import type { Plan, PlanInput, RemovePlan, SeenRecord } from './plan.ts';
import { canonicalOf, type MappedField } from './pair.ts';
import { question } from './question.ts';
import { targetOfMark } from './reference.ts';
import { fieldState } from './snapshot.ts';
import { type Attributes, otherSide, type Side } from './values.ts';

/** The record of a couple that does not exist any more. */
export interface GoneRecord {
  readonly side: Side;
  readonly id: string;
  readonly proven: boolean;
}

/** One record of the couple is gone, the other is left: what becomes of it. */
export function planGone(input: PlanInput, gone: GoneRecord, left: SeenRecord): Plan {
  return answered(input, gone.side, left) ?? resting(input, gone.side, left) ?? byPolicy(input, gone, left);
}

function answered({ pair, answer }: PlanInput, gone: Side, left: SeenRecord): Plan | null {
  switch (answer?.kind) {
    case 'create':
      return planCreation(pair, gone, left, 'recreated_by_hand');
    case 'keep':
      return { kind: 'part', verdict: 'deleted', gone };
    case 'delete':
      return removal(gone, { rule: 'deleted_by_hand', how: { by: 'deleting' } });
    case 'link':
      return { kind: 'adopt', side: gone, id: answer.id };
    case undefined:
      return null;
  }
}

/** A couple that was parted stays so; a record that came back after both had been gone gets its partner again. */
function resting({ pair, parted }: PlanInput, gone: Side, left: SeenRecord): Plan | null {
  if (parted === gone) return { kind: 'rest', verdict: 'no_change' };
  return parted === 'both' ? planCreation(pair, gone, left, 'restored') : null;
}

function byPolicy(input: PlanInput, { side: gone, id, proven }: GoneRecord, left: SeenRecord): Plan {
  const { pair } = input;
  const policy = pair.deletion.of[otherSide(gone)];
  if (policy.kind === 'unlink' && proven) return { kind: 'part', verdict: 'deleted', gone };
  const edits = editsSince(input, otherSide(gone), left);
  if (policy.kind === 'unlink' || policy.kind === 'ask' || !proven || edits === 'not_known') {
    const code = edits === 'some' ? 'gone_but_edited' : 'gone';
    return { kind: 'ask', question: question(code, gone, { ids: [id] }) };
  }
  if (edits === 'some' && pair.deletion.whenEdited === 'restore')
    return planCreation(pair, gone, left, 'edit_beats_delete');
  const how: RemovePlan['how'] =
    policy.kind === 'delete' ? { by: 'deleting' } : { by: 'archiving', attributes: policy.attributes };
  return removal(gone, { rule: 'partner_deleted', how });
}

/** Whether the record that is left has been edited since both last agreed. */
function editsSince({ pair, base }: PlanInput, side: Side, left: SeenRecord): 'none' | 'some' | 'not_known' {
  const states = pair.fields
    .filter((field) => !isUnlinked(field, side, base[side]) && !isUnlinked(field, side, left.attributes))
    .map((field) => fieldState(field, side, base[side], left.attributes));
  if (states.includes('changed')) return 'some';
  return states.includes('unknown') ? 'not_known' : 'none';
}

/** A reference that became a couple, or ceased to be one, was not edited. */
const isUnlinked = (field: MappedField, side: Side, attributes: Attributes): boolean =>
  field.codec.target !== undefined && targetOfMark(canonicalOf(field, side, attributes)) !== null;

const removal = (gone: Side, { rule, how }: Pick<RemovePlan, 'rule' | 'how'>): Plan => ({
  kind: 'remove',
  verdict: 'deleted',
  side: otherSide(gone),
  gone,
  rule,
  how,
});
