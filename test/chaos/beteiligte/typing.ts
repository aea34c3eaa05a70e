import type { Attributes, Canonical, Side } from '../../../engine/values.ts';
import type { Dice } from '../dice.ts';
import { pair } from './offices.ts';

/** Fields that both sides take. The first one must never be empty. */
const taken = [
  'lastName',
  'firstName',
  'salutation',
  'title',
  'letterSalutation',
  'nameSuffix',
  'dateOfBirth',
  'legalForm',
] as const;
/** Advoware ignores these when we write them, so only lawyers fill them in. */
const onlyOfFirm = ['shortName', 'birthName'] as const;

type FieldName = (typeof taken | typeof onlyOfFirm)[number];
const fields: readonly FieldName[] = taken;

const firstDay = Date.UTC(1930, 0, 1);
const dayMs = 86_400_000;

/** What somebody types: the number of the edit stands in each value, so that it can be traced wherever it goes. */
function typed(field: FieldName, edit: number, subject: number): Canonical {
  switch (field) {
    case 'lastName':
      return `Name R${subject} E${edit}`;
    case 'firstName':
      return `Vorname R${subject} E${edit}`;
    case 'salutation':
      return edit % 2 === 0 ? 'Herr' : 'Frau';
    case 'legalForm':
      return ['GmbH', 'AG', 'natürliche Person', 'e.V.'][edit % 4] ?? null;
    case 'dateOfBirth':
      return new Date(firstDay + (edit % 27_000) * dayMs).toISOString().slice(0, 10);
    case 'title':
    case 'letterSalutation':
    case 'nameSuffix':
    case 'shortName':
    case 'birthName':
      return `${field} E${edit}`;
  }
}

export interface Typing {
  readonly side: Side;
  readonly subject: number;
  /** The number of the edit. */
  readonly edit: number;
}

function asAttributes(side: Side, values: Readonly<Record<string, Canonical>>): Attributes {
  const named = pair.fields.flatMap(({ name, attribute, codec }) => {
    const value = values[name];
    return value === undefined ? [] : [[attribute[side], codec.fromCanonical[side](value)] as const];
  });
  return Object.fromEntries(named);
}

/** A new record, with a name and some of the rest. */
export function newRecord(dice: Dice, { side, subject, edit }: Typing): Attributes {
  const others = fields.slice(1).filter(() => dice.happens(0.4));
  const names: FieldName[] = ['lastName', 'firstName', ...others];
  return asAttributes(side, Object.fromEntries(names.map((name) => [name, typed(name, edit, subject)])));
}

/** One to three fields get a new value, or are cleared. */
export function edited(dice: Dice, { side, subject, edit }: Typing): Attributes {
  const open = side === 'replica' ? [...fields, ...onlyOfFirm] : fields;
  const chosen = dice.shuffled(open).slice(0, dice.pick([1, 1, 1, 2, 3]));
  const newValue = (name: FieldName): Canonical =>
    name !== 'lastName' && dice.happens(0.12) ? null : typed(name, edit, subject);
  return asAttributes(side, Object.fromEntries(chosen.map((name) => [name, newValue(name)])));
}

/** The same field on both sides, with different values. */
export function contested(dice: Dice, subject: number, edits: Readonly<Record<Side, number>>) {
  const field = dice.pick(fields.filter((name) => name !== 'salutation' && name !== 'legalForm'));
  const on = (side: Side): Attributes => asAttributes(side, { [field]: typed(field, edits[side], subject) });
  return { master: on('master'), replica: on('replica') };
}
