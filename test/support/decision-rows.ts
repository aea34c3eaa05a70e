import type { DecisionSection } from './decision-row.ts';
import { bothMoved, noPast, nobodyMoved, oneMoved, remembered } from './decision-rows-of-edits.ts';
import { decidedByPerson, notTaken, owned, required } from './decision-rows-of-fields.ts';

/** Every situation of a field: the tests plan them, docs/decision-table.md shows them. */
export const decisionSections: readonly DecisionSection[] = [
  { title: 'Nobody moved, or both to the same', rows: nobodyMoved },
  { title: 'One side was edited', rows: oneMoved },
  { title: 'Both sides were edited', rows: bothMoved },
  { title: 'No common past', rows: noPast },
  { title: 'No common past, but the master remembers a sync', rows: remembered },
  { title: 'A field with an owner', rows: owned },
  { title: 'A field that must not be empty', rows: required },
  { title: 'A field that one side does not take', rows: notTaken },
  { title: 'Decided by a person', rows: decidedByPerson },
];
