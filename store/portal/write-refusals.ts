import { isDataException } from '../data-exception.ts';
import { UnfitValue } from './column-values.ts';
import type { Entity } from './entities.ts';

export interface RefusedWrite {
  readonly kind: 'refused';
  /** Null where the database does not say which. */
  readonly attribute: string | null;
  readonly reason: string;
}

const foreignKeyViolation = '23503';
const uniqueViolation = '23505';

/** What the owner of the data should be told, if a statement failed because of a value. @returns null for anything else */
export function refusedWrite(entity: Entity, error: unknown): RefusedWrite | null {
  if (error instanceof UnfitValue) return { kind: 'refused', attribute: error.attribute, reason: error.message };
  const broken = brokenConstraint(error, foreignKeyViolation);
  if (broken !== null) {
    const attribute = attributeBehind(entity, broken);
    return { kind: 'refused', attribute, reason: `the portal has no such record for ${attribute ?? 'a reference'}` };
  }
  return isDataException(error)
    ? { kind: 'refused', attribute: null, reason: 'a value contains what no column can hold, such as a NUL' }
    : null;
}

/** Whether the marker is taken. */
export const isMarkerTaken = ({ own }: Entity, error: unknown): boolean =>
  brokenConstraint(error, uniqueViolation) === own.productiveId.uniqueName;

function brokenConstraint(error: unknown, code: string): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === code && 'constraint' in cause) return String(cause.constraint);
  }
  return null;
}

/** Foreign keys are named after their table and column. */
const attributeBehind = ({ columns }: Entity, constraint: string): string | null =>
  [...columns].find(([, { column, kind }]) => kind === 'reference' && constraint.includes(`_${column.name}_`))?.[0] ??
  null;
