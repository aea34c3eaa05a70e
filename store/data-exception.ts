/**
 * Whether a statement failed because of a value that no column can hold, such as text with a NUL: PostgreSQL's class 22,
 * "data exception". Both drivers tell the class, somewhere below the error that the query builder throws.
 */
export function isDataException(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^22[0-9A-Z]{3}$/.test(cause.code)) return true;
  }
  return false;
}
