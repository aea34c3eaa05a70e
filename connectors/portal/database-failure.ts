/**
 * Why a statement has no answer. `not_sent`: it can't have reached the database. `refused`: the database says that it did
 * not carry it out. `raced`: the same, because of another transaction. `lost`: it may have taken effect.
 */
export interface DatabaseFailure {
  readonly kind: 'not_sent' | 'refused' | 'raced' | 'lost';
  /** In words, without addresses or values. */
  readonly reason: string;
}

const beforeSending = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'no_database']);
/** Of PostgreSQL: it takes no connection now, has too many, or refuses us. */
const connectionRefused = /^(57P03|53300|08001|08004|28...|3D000)$/;
const raced = /^(40001|40P01|55P03)$/;
/** The server ends the connection; whether the statement was carried out is not known. */
const connectionLost = /^(08...|57P0[124])$/;
const sqlState = /^[0-9A-Z]{5}$/;
/** The driver gives these no code (pg 8.23.1, PGlite 0.5.16). */
const wordsBeforeSending = /when trying to connect|PGlite is closed/;

/** @param error what the query builder or a driver threw */
export function databaseFailure(error: unknown): DatabaseFailure {
  const causes = causesOf(error);
  const code = causes.map(codeOf).find((found) => found !== null) ?? null;
  const reason = code === null ? 'the database does not answer' : `the database does not answer (${code})`;
  if (code === null) return { kind: causes.some(isBeforeSending) ? 'not_sent' : 'lost', reason };
  if (beforeSending.has(code) || connectionRefused.test(code)) return { kind: 'not_sent', reason };
  if (raced.test(code)) return { kind: 'raced', reason: `another transaction was in the way (${code})` };
  if (connectionLost.test(code) || !sqlState.test(code)) return { kind: 'lost', reason };
  return { kind: 'refused', reason: `the database refuses the statement (${code})` };
}

const isBeforeSending = ({ message }: Error): boolean => wordsBeforeSending.test(message);

const codeOf = (error: Error): string | null =>
  'code' in error && typeof error.code === 'string' && /^\w{1,60}$/.test(error.code) ? error.code : null;

function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause);
  return causes;
}
