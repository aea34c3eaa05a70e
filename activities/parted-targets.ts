import type { Json } from '../engine/values.ts';
import type { LedgerRow } from '../store/ledger-rows.ts';
import type { Pass } from './pass.ts';
import { shownAs } from './referencing-connector.ts';

/** Rows as what they wrote is shown now: a couple that was parted since is a mark. */
export async function withPartedTargets(
  { pair, deps }: Pass,
  rows: readonly LedgerRow[],
): Promise<readonly LedgerRow[]> {
  const names = new Set(pair.fields.flatMap(({ name, codec }) => (codec.target === undefined ? [] : [name])));
  const isReference = ({ field }: LedgerRow): boolean => field !== null && names.has(field);
  const numbers = rows
    .filter(isReference)
    .flatMap(({ oldValue, newValue }) => [...coupleIn(oldValue), ...coupleIn(newValue)]);
  if (numbers.length === 0) return rows;
  const parted = (await deps.links.couples([...new Set(numbers)])).filter(({ isParted }) => isParted);
  const marks = new Map(parted.map((couple) => [String(couple.id), shownAs(couple)]));
  const shown = (value: Json): Json => (typeof value === 'string' ? (marks.get(value) ?? value) : value);
  return rows.map((row) =>
    isReference(row) ? { ...row, oldValue: shown(row.oldValue), newValue: shown(row.newValue) } : row,
  );
}

/** The couple's number, if the value is one. */
function coupleIn(value: Json): number[] {
  const number = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? [number] : [];
}
