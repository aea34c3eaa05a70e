import type { QuestionCode } from './question.ts';
import type { FailureCode } from './retry.ts';

/** What the record's owner reads in the master: what is the matter and what to do. Never a value of the record. */
export interface Subject {
  /** The system that is meant, as people call it. */
  readonly system: string;
  readonly ids: readonly string[];
  readonly fields: readonly string[];
  /** The system's own reason, free of values. */
  readonly reason: string;
}

const questions: Readonly<Record<QuestionCode, (subject: Subject) => string>> = {
  look_alikes: ({ system, ids }) =>
    `${system} has records that may be the same (${ids.join(', ')}). Enter the number of the right one, or of a new one that you make there.`,
  gone: ({ system, ids }) =>
    `The record ${ids.join(', ')} does not exist in ${system} any more. Nothing was deleted on the other side: answer with delete, keep or create.`,
  gone_but_edited: ({ system, ids }) =>
    `The record ${ids.join(', ')} does not exist in ${system} any more, while this one was edited: answer with delete, keep or create.`,
  deletion_held: ({ system, ids }) =>
    `The record ${ids.join(', ')} does not exist in ${system} any more, like unusually many others. Nothing more is deleted until somebody has looked at them.`,
  delete_by_hand: ({ system, ids }) =>
    `The partner of ${ids.join(', ')} is to be deleted, which ${system} does not do for other programs. Delete it there by hand, or answer with keep.`,
  may_not_create: ({ system }) => `There is no such record in ${system}, and this pair does not create any there.`,
  number_taken: ({ ids }) =>
    `The number ${ids.join(', ')} belongs to another record. Clear it here to have a new one created, or correct the other one.`,
  number_changed: ({ ids }) =>
    `The number was changed to ${ids.join(', ')} by hand. The stored connection stands: put the old number back.`,
  number_unknown: ({ system, ids }) =>
    `${system} has no record ${ids.join(', ')}. Correct the number, or clear it to create a new one.`,
  maybe_created: ({ system }) =>
    `${system} did not answer when this record was created, and it may exist there. Look it up in ${system} and enter its number here.`,
  loop: ({ fields }) =>
    `${fields.join(', ')} went back and forth between the systems. Nothing more is written until somebody has found out who changes it and asks for a check.`,
};

const failures: Readonly<Record<FailureCode, (subject: Subject) => string>> = {
  rate_limited: ({ system }) => `${system} asks for a pause. It goes on by itself.`,
  unavailable: ({ system }) => `${system} can't be reached. It goes on by itself.`,
  auth_failed: ({ system }) => `${system} refuses Tandem's login. An administrator has to correct it.`,
  forbidden: ({ system, reason }) => `${system} does not let Tandem use this record: ${reason}`,
  record_failed: ({ system, reason }) => `${system} failed on this record: ${reason}`,
  rejected: ({ system, reason }) => `${system} refuses this record: ${reason}`,
  stale_version: ({ system }) => `The record is being changed in ${system} all the time. It goes on by itself.`,
  ambiguous_write: ({ system }) => `${system} did not answer a write. It is checked again by itself.`,
  misconfigured: ({ system, reason }) => `The connection to ${system} is not set up correctly: ${reason}`,
  unexpected: ({ reason }) => `An unexpected error: ${reason}`,
};

export const conflictText = (fields: readonly string[]): string =>
  `${fields.join(', ')}: changed in both systems. Somebody has to decide which value stays; everything else is equal.`;

export const partedText = (system: string): string =>
  `The record was deleted in ${system}. This one stays and is not kept equal with anything.`;

export const questionText = (code: QuestionCode, subject: Subject): string => questions[code](subject);
export const failureText = (code: FailureCode, subject: Subject): string => failures[code](subject);
