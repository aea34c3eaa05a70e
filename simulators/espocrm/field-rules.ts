import type { EntityDefinition, FieldDefinition } from './entity-definition.ts';
import { EspoError, invalidField } from './espo-error.ts';
import { espoTime } from './espo-time.ts';

type Rule = (value: unknown) => { store: unknown } | { invalid: string } | { crash: true };
const store = (value: unknown) => ({ store: value });
const invalid = (type: string) => ({ invalid: type });

/** What a sent value becomes when it is stored. @throws EspoError for the first field that is refused */
export function acceptedValues(
  entityType: string,
  definition: EntityDefinition,
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const accepted: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(definition.fields)) {
    if (!(name in sent)) continue;
    const outcome = ruleOf(field)(sent[name]);
    // A null for a not-null column is no validation failure: the database refuses it.
    if ('crash' in outcome) throw new EspoError(500, null);
    if ('invalid' in outcome) throw invalidField(entityType, name, outcome.invalid);
    accepted[name] = outcome.store;
  }
  return accepted;
}

function ruleOf(field: FieldDefinition): Rule {
  switch (field.type) {
    case 'varchar':
      return (value) => varchar(value, field);
    case 'text':
      return (value) => longText(value, field);
    case 'enum':
      return (value) => (isOption(value, field.options) ? store(value) : invalid('valid'));
    case 'int':
      return (value) => int(value, field);
    case 'bool':
      return (value) => (value === null ? { crash: true } : store(value === true));
    case 'date':
      return date;
    case 'datetime':
      return datetime;
    case 'email':
      return (value) =>
        value === null || (typeof value === 'string' && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value))
          ? store(value)
          : invalid('emailAddress');
    case 'phone':
      return phone;
  }
}

function varchar(value: unknown, { maxLength, required }: FieldDefinition & { type: 'varchar' }) {
  const text = value === null || value === undefined ? '' : asText(value).trim();
  if (text === '') return required === true ? invalid('required') : store(null);
  return text.length > maxLength ? invalid('maxLength') : store(text);
}

function longText(value: unknown, { maxLength = Number.POSITIVE_INFINITY }: FieldDefinition & { type: 'text' }) {
  if (value === null) return store(null);
  const text = asText(value);
  return text.length > maxLength ? invalid('maxLength') : store(text);
}

const isOption = (value: unknown, options: readonly string[]): boolean =>
  value === null ? options.includes('') : typeof value === 'string' && options.includes(value);

function int(value: unknown, { min, max }: FieldDefinition & { type: 'int' }) {
  if (value === null) return store(null);
  if (typeof value === 'string' && !/^-?\d+$/.test(value)) return invalid('valid');
  const number = Math.trunc(Number(value));
  if (min !== undefined && number < min) return invalid('min');
  return max !== undefined && number > max ? invalid('max') : store(number);
}

function date(value: unknown) {
  if (value === null) return store(null);
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return invalid('valid');
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) ? store(value) : invalid('valid');
}

function datetime(value: unknown) {
  if (value === null) return store(null);
  if (typeof value !== 'string') return invalid('valid');
  if (/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?$/.test(value)) return store(value.length === 16 ? `${value}:00` : value);
  // ISO 8601 with a zone is converted to UTC; milliseconds, as toISOString() makes them, are refused.
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$/.test(value)) return invalid('valid');
  return store(espoTime(new Date(value)));
}

function phone(value: unknown) {
  if (value === null || value === '') return store(null);
  const digits = asText(value).replaceAll(/[^\d+]/g, '');
  return /^\+\d{7,15}$/.test(digits.replace(/(?!^)\+/g, '')) ? store(digits) : invalid('valid');
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));
