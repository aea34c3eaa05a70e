export type PlainRow = Readonly<Record<string, unknown>>;

/** The rows that a statement of plain SQL answered with: both drivers give an object that has them. */
export function rowsIn(result: unknown): readonly PlainRow[] {
  if (typeof result !== 'object' || result === null || !('rows' in result) || !Array.isArray(result.rows)) {
    throw new TypeError('the database answered without rows');
  }
  return result.rows.filter(isPlainRow);
}

const isPlainRow = (row: unknown): row is PlainRow => typeof row === 'object' && row !== null;
