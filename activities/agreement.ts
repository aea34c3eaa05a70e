import {
  type FieldNotes,
  nextNotes,
  notesForStranded,
  notesForWaiting,
  notesFromAnswer,
} from '../engine/field-notes.ts';
import { attributesOfFields, project } from '../engine/pair.ts';
import { attributesFor, type CreatePlan, type MergePlan, type WaitingField } from '../engine/plan.ts';
import { differingFields, snapshotAfterWrite } from '../engine/snapshot.ts';
import type { Attributes, PerSide, Side } from '../engine/values.ts';
import { baseOf, type Pass } from './pass.ts';

/** What both sides showed when the plan was made. */
export type Planned = PerSide<Attributes>;

/** What the pass leaves behind when it has done all it could. */
export interface Agreement {
  readonly base: PerSide<Attributes>;
  readonly notes: FieldNotes;
  /** A field that we did not write has another value in an answer: somebody edited it meanwhile. */
  readonly strayed: boolean;
}

/** What both sides hold now. A field that waits for a person's decision keeps the snapshot that it was contested from. */
export function agreement(pass: Pass, plan: MergePlan | CreatePlan, planned: Planned): Agreement {
  const { pair, link, deps } = pass;
  const since = deps.now().toISOString();
  const answers = { master: answerOf(pass, 'master', planned), replica: answerOf(pass, 'replica', planned) };
  const shown = {
    master: shownAfter(pass, 'master', plan, planned, answers),
    replica: shownAfter(pass, 'replica', plan, planned, answers),
  };
  const fresh = {
    ...notesForStranded(plan.stranded, since),
    ...notesFromAnswer(pair, 'master', plan.writes, answers.master, since),
    ...notesFromAnswer(pair, 'replica', plan.writes, answers.replica, since),
    ...notesForWaiting(plan.waiting, { earlier: link.fieldNotes, since }),
  };
  return {
    base: {
      master: baseAfter(pass, 'master', shown.master, plan),
      replica: baseAfter(pass, 'replica', shown.replica, plan),
    },
    notes: nextNotes(pair, link.fieldNotes, fresh, shown),
    strayed: hasStrayed(pass, 'master', shown, answers) || hasStrayed(pass, 'replica', shown, answers),
  };
}

const answerOf = (pass: Pass, side: Side, planned: Planned): Attributes => pass.seen[side]?.attributes ?? planned[side];

function shownAfter(
  pass: Pass,
  side: Side,
  { writes }: MergePlan | CreatePlan,
  planned: Planned,
  answers: Planned,
): Attributes {
  const written = Object.keys(attributesFor(side, writes));
  return snapshotAfterWrite(pass.pair, side, { planned: planned[side], answer: answers[side], written });
}

function baseAfter({ pair, link }: Pass, side: Side, shown: Attributes, plan: MergePlan | CreatePlan): Attributes {
  const open = plan.kind === 'merge' ? plan.open.map(({ field }) => field) : [];
  const kept = attributesOfFields(pair, side, [...open, ...keptWhileWaiting(side, plan.waiting)]);
  const before = Object.entries(baseOf(link)[side]).filter(([name]) => kept.includes(name));
  const now = Object.entries(shown).filter(([name]) => !kept.includes(name));
  return Object.fromEntries([...now, ...before]);
}

/**
 * A side that names a record which is no couple is remembered as it is, so that it has changed as soon as it is one. What the
 * other side was last agreed on is still to be decided then.
 */
function keptWhileWaiting(side: Side, waiting: readonly WaitingField[]): readonly string[] {
  const onThis = waiting.filter((one) => one.side === side).map(({ field }) => field);
  return waiting.map(({ field }) => field).filter((field) => !onThis.includes(field));
}

const hasStrayed = (pass: Pass, side: Side, shown: Planned, answers: Planned): boolean =>
  differingFields(pass.pair, side, shown[side], project(pass.pair, side, answers[side])).length > 0;
