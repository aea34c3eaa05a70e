import type { Side } from './values.ts';

/** What a person has to answer. `side`: where the record in question is, or is missing. */
export interface Question {
  readonly code: QuestionCode;
  readonly side: Side;
  /** Records that the question names. */
  readonly ids: readonly string[];
  /** Fields that the question names. */
  readonly fields: readonly string[];
}

export type QuestionCode =
  /** Records that may be the same thing, but not surely. */
  | 'look_alikes'
  /** The partner was deleted, and the pair asks what is to become of this record. */
  | 'gone'
  /** As `gone`, while the record that is left was edited. */
  | 'gone_but_edited'
  /** More deletions than the budget allows: this one waits until somebody has looked at them. */
  | 'deletion_held'
  /** The record is to be deleted in a system that can't do that through its API. */
  | 'delete_by_hand'
  /** The pair does not create records on that side. */
  | 'may_not_create'
  /** The number in the master's status attribute belongs to another record's link. */
  | 'number_taken'
  /** The number in the master's status attribute was changed by hand on a linked record. */
  | 'number_changed'
  /** The number in the master's status attribute does not exist on the other side. */
  | 'number_unknown'
  /** A creation was sent and its answer never came; the other side can't be searched. */
  | 'maybe_created'
  /** The record can't be created without one that it points to, and that one is deleted. */
  | 'target_gone'
  /** A field goes back and forth between the systems. */
  | 'loop';

/** What a person may answer. Whatever it is, it is carried out by a normal pass over what both systems show then. */
export type Answer =
  /** The partner is this record. */
  | { readonly kind: 'link'; readonly id: string }
  /** There is no partner: create it, again if need be. */
  | { readonly kind: 'create' }
  /** The partner is gone: this record goes too. */
  | { readonly kind: 'delete' }
  /** The partner is gone: this record stays, alone. */
  | { readonly kind: 'keep' };

export type AnswerKind = Answer['kind'];

const ofGone: readonly AnswerKind[] = ['delete', 'keep', 'create'];

/** The answers that each question takes. Those with none are answered in the systems: correct it, then check again. */
export const answersTo: Readonly<Record<QuestionCode, readonly AnswerKind[]>> = {
  look_alikes: ['link', 'create'],
  gone: ofGone,
  gone_but_edited: ofGone,
  deletion_held: ofGone,
  delete_by_hand: ['keep', 'create'],
  may_not_create: ['link'],
  number_taken: [],
  number_changed: [],
  number_unknown: [],
  maybe_created: ['link', 'create'],
  target_gone: [],
  loop: [],
};

/** Questions about what is left of a couple. */
export const deletionQuestions: readonly QuestionCode[] = [
  'gone',
  'gone_but_edited',
  'deletion_held',
  'delete_by_hand',
];

export const question = (
  code: QuestionCode,
  side: Side,
  names: { readonly ids?: readonly string[]; readonly fields?: readonly string[] } = {},
): Question => ({ code, side, ids: names.ids ?? [], fields: names.fields ?? [] });
