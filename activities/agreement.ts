import { type FieldNotes, nextNotes, notesForStranded, notesFromAnswer } from '../engine/field-notes.ts';
import { project } from '../engine/pair.ts';
import { attributesFor, type FieldWrite, type Plan } from '../engine/plan.ts';
import { differingFields, snapshotAfterWrite } from '../engine/snapshot.ts';
import type { Attributes, PerSide, Side } from '../engine/values.ts';
import type { Pass } from './pass.ts';

/** What both sides showed when the plan was made. */
export type Planned = PerSide<Attributes>;

/** What the pass leaves behind when it has done all it could. */
export interface Agreement {
  readonly base: PerSide<Attributes>;
  readonly notes: FieldNotes;
  /** A field that we did not write has another value in an answer: somebody edited it meanwhile. */
  readonly strayed: boolean;
}

export function agreement(pass: Pass, plan: Plan & { kind: 'merge' | 'create' }, planned: Planned): Agreement {
  const { pair, link, deps } = pass;
  const since = deps.now().toISOString();
  const answers = { master: answerOf(pass, 'master', planned), replica: answerOf(pass, 'replica', planned) };
  const base = {
    master: agreedSnapshot(pass, 'master', plan.writes, planned, answers),
    replica: agreedSnapshot(pass, 'replica', plan.writes, planned, answers),
  };
  const fresh = {
    ...notesForStranded(plan.stranded, since),
    ...notesFromAnswer(pair, 'master', plan.writes, answers.master, since),
    ...notesFromAnswer(pair, 'replica', plan.writes, answers.replica, since),
  };
  return {
    base,
    notes: nextNotes(pair, link.fieldNotes, fresh, base),
    strayed: hasStrayed(pass, 'master', base, answers) || hasStrayed(pass, 'replica', base, answers),
  };
}

const answerOf = (pass: Pass, side: Side, planned: Planned): Attributes => pass.seen[side]?.attributes ?? planned[side];

function agreedSnapshot(
  pass: Pass,
  side: Side,
  writes: readonly FieldWrite[],
  planned: Planned,
  answers: Planned,
): Attributes {
  const written = Object.keys(attributesFor(side, writes));
  return snapshotAfterWrite(pass.pair, side, { planned: planned[side], answer: answers[side], written });
}

const hasStrayed = (pass: Pass, side: Side, base: Planned, answers: Planned): boolean =>
  differingFields(pass.pair, side, base[side], project(pass.pair, side, answers[side])).length > 0;
