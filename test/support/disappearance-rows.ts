import type { DeletePolicy, DeletionRules } from '../../engine/deletion.ts';
import type { Answer, QuestionCode } from '../../engine/question.ts';
import type { CreationRule, RemovalRule } from '../../engine/rules.ts';

/** What becomes of the record that is left. */
export type DisappearanceOutcome =
  | { readonly kind: 'removed'; readonly by: 'deleting' | 'archiving'; readonly rule: RemovalRule }
  | { readonly kind: 'partner created'; readonly rule: CreationRule }
  | { readonly kind: 'parted' }
  | { readonly kind: 'left alone' }
  | { readonly kind: 'asked'; readonly code: QuestionCode }
  /** The record that the answer names is read, and the couple planned anew. */
  | { readonly kind: 'looked at' };

/** One record of a couple is gone; the same holds for either side. The tests plan it; docs/decision-table.md shows it. */
export interface DisappearanceRow {
  readonly situation: string;
  /** Of the side of the record that is left. */
  readonly policy: DeletePolicy['kind'];
  /** Whether the record that is left was edited since both last agreed. */
  readonly edited: 'no' | 'yes' | 'not known';
  /** Whether the system says so while it can be read otherwise. Default: yes. */
  readonly proven?: false;
  /** Default: restore. */
  readonly whenEdited?: DeletionRules['whenEdited'];
  /** Whose absence was known and dealt with before: of the same record, the other one, or both. */
  readonly parted?: 'same' | 'other' | 'both';
  readonly answer?: Answer;
  readonly mayNotCreate?: true;
  readonly outcome: DisappearanceOutcome;
}

const removed = (by: 'deleting' | 'archiving', rule: RemovalRule = 'partner_deleted'): DisappearanceOutcome => ({
  kind: 'removed',
  by,
  rule,
});
const created = (rule: CreationRule): DisappearanceOutcome => ({ kind: 'partner created', rule });
const asked = (code: QuestionCode): DisappearanceOutcome => ({ kind: 'asked', code });
const parted: DisappearanceOutcome = { kind: 'parted' };

export const disappearanceRows: readonly DisappearanceRow[] = [
  { situation: 'The deletion is passed on', policy: 'delete', edited: 'no', outcome: removed('deleting') },
  {
    situation: 'The record that is left is marked instead',
    policy: 'archive',
    edited: 'no',
    outcome: removed('archiving'),
  },
  { situation: 'The record that is left stays, alone', policy: 'unlink', edited: 'no', outcome: parted },
  { situation: 'A person decides', policy: 'ask', edited: 'no', outcome: asked('gone') },
  { situation: 'The edit beats the deletion', policy: 'delete', edited: 'yes', outcome: created('edit_beats_delete') },
  {
    situation: 'The edit beats the archiving',
    policy: 'archive',
    edited: 'yes',
    outcome: created('edit_beats_delete'),
  },
  {
    situation: 'The pair says that a deletion beats an edit',
    policy: 'delete',
    edited: 'yes',
    whenEdited: 'delete',
    outcome: removed('deleting'),
  },
  {
    situation: 'The pair says that an archiving beats an edit',
    policy: 'archive',
    edited: 'yes',
    whenEdited: 'delete',
    outcome: removed('archiving'),
  },
  {
    situation: 'The edit would win, but nothing may be created there',
    policy: 'delete',
    edited: 'yes',
    mayNotCreate: true,
    outcome: asked('may_not_create'),
  },
  { situation: 'It stays, alone, edited or not', policy: 'unlink', edited: 'yes', outcome: parted },
  {
    situation: 'A person decides and is told of the edit',
    policy: 'ask',
    edited: 'yes',
    outcome: asked('gone_but_edited'),
  },
  {
    situation: 'There is no snapshot: a person decides as ever',
    policy: 'ask',
    edited: 'not known',
    outcome: asked('gone'),
  },
  {
    situation: 'There is no snapshot: nobody can say whether an edit would be lost',
    policy: 'delete',
    edited: 'not known',
    outcome: asked('gone'),
  },
  {
    situation: 'There is no snapshot: nobody can say whether an edit would be lost',
    policy: 'archive',
    edited: 'not known',
    outcome: asked('gone'),
  },
  { situation: 'It stays, alone, and nothing is lost', policy: 'unlink', edited: 'not known', outcome: parted },
  {
    situation: 'It may be a permission or a path: nothing is deleted',
    policy: 'delete',
    edited: 'no',
    proven: false,
    outcome: asked('gone'),
  },
  {
    situation: 'It may be a permission or a path: nothing is created',
    policy: 'delete',
    edited: 'yes',
    proven: false,
    outcome: asked('gone_but_edited'),
  },
  {
    situation: 'It may be a permission or a path: the couple is not parted',
    policy: 'unlink',
    edited: 'no',
    proven: false,
    outcome: asked('gone'),
  },
  {
    situation: 'The person answers that this record go too',
    policy: 'archive',
    edited: 'yes',
    answer: { kind: 'delete' },
    outcome: removed('deleting', 'deleted_by_hand'),
  },
  {
    situation: 'The person answers that this record stay',
    policy: 'ask',
    edited: 'yes',
    answer: { kind: 'keep' },
    outcome: parted,
  },
  {
    situation: 'The person answers that the partner be created',
    policy: 'ask',
    edited: 'no',
    answer: { kind: 'create' },
    outcome: created('recreated_by_hand'),
  },
  {
    situation: 'The person names another partner',
    policy: 'ask',
    edited: 'no',
    answer: { kind: 'link', id: 'x7' },
    outcome: { kind: 'looked at' },
  },
  {
    situation: 'The couple was parted because of this very record',
    policy: 'delete',
    edited: 'yes',
    parted: 'same',
    outcome: { kind: 'left alone' },
  },
  {
    situation: 'Both were gone, and the record that is left has come back',
    policy: 'delete',
    edited: 'no',
    parted: 'both',
    outcome: created('restored'),
  },
  {
    situation: 'The other record was gone and has come back; now this one is',
    policy: 'delete',
    edited: 'no',
    parted: 'other',
    outcome: removed('deleting'),
  },
];
