import { losingRules } from '../../engine/rules.ts';
import { type Canonical, otherSide, type Side } from '../../engine/values.ts';
import type { Finding, Rest } from './findings.ts';
import { historiesOf, type History, type Step } from './histories.ts';

/**
 * I3: what a person typed and Tandem wrote over reached the other side before, or stands in the ledger as the loser of
 * a rule, or was no edit: people had put back what both sides had agreed on.
 */
export function lostEdits(rest: Rest): readonly Finding[] {
  return historiesOf(rest).flatMap((history) =>
    history.steps.flatMap((step, index): Finding[] => {
      if (step.author !== 'tandem') return [];
      const edit = history.steps.slice(0, index).findLast((earlier) => isSameLife(earlier, step));
      if (edit?.author !== 'person') return [];
      const isKept = reachedPartner(history, edit) || isLoser(history, edit) || isUndone(history, edit);
      if (isKept) return [];
      const { system } = rest.pair.title[edit.side];
      const what = `${textOf(edit.after)}, typed in ${system}, was overwritten with ${textOf(step.after)}`;
      return [{ kind: 'lost', record: history.record, field: history.field.name, what }];
    }),
  );
}

/** Of one record between two deletions: what somebody typed goes with the record. */
const isSameLife = (one: Step, other: Step): boolean =>
  one.side === other.side && one.id === other.id && one.life === other.life;

const textOf = (value: Canonical): string => (value === null ? 'the clearing' : JSON.stringify(value));

/** The other side held the value when it was typed, or came to hold it. */
function reachedPartner({ steps }: History, edit: Step): boolean {
  const typedAt = steps.indexOf(edit);
  const ofPartner = steps.map((step, at) => ({ ...step, at })).filter(({ side }) => side === otherSide(edit.side));
  if (ofPartner.some(({ at, after }) => at > typedAt && after === edit.after)) return true;
  // A record that does not exist yet holds nothing; one that does began with every field empty.
  const heldThen = ofPartner.findLast(({ at }) => at < typedAt);
  return heldThen === undefined ? false : heldThen.after === edit.after;
}

const isLoser = ({ writes, field }: History, { side, after }: Step): boolean =>
  writes.some(
    (write) =>
      write.side === side &&
      write.state !== 'planned' &&
      (write.losingValue !== null || losingRules.has(write.rule) || write.rule === 'first_sync_fill') &&
      field.codec.toCanonical[side](write.losingValue) === after,
  );

/** A value on which both sides once agreed, and which only people have touched since. */
function isUndone({ steps }: History, edit: Step): boolean {
  const held: Record<Side, Canonical> = { master: null, replica: null };
  let isAgreed = edit.after === null;
  for (const step of steps.slice(0, steps.indexOf(edit) + 1)) {
    held[step.side] = step.after;
    if (held.master === edit.after && held.replica === edit.after) isAgreed = true;
    else if (step.author === 'tandem') isAgreed = false;
  }
  return isAgreed;
}
