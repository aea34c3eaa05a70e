import type { MappedField, PairDefinition } from './pair.ts';
import type { Side } from './values.ts';

/** A field as people of the master know it: `firstName`, or `title (titel)` where the master's attribute has another name. */
export const fieldInWords = ({ name, attribute }: MappedField): string =>
  name === attribute.master ? name : `${name} (${attribute.master})`;

/** The pair's fields of these names; a name that it does not have stays as it is. */
export const fieldsInWords = ({ fields }: PairDefinition, names: readonly string[]): readonly string[] =>
  names.map((name) => inWords(fields.find((field) => field.name === name)) ?? name);

/** The field that a side's attribute belongs to; null for an attribute that the pair does not map. */
export const attributeInWords = ({ fields }: PairDefinition, side: Side, attribute: string): string | null =>
  inWords(fields.find((field) => field.attribute[side] === attribute)) ?? null;

const inWords = (field: MappedField | undefined): string | undefined => field && fieldInWords(field);
