/**
 * What can go wrong when a system is called, one class per condition. `code` is stable: it is stored, counted and
 * shown; the retry rules (`engine/retry.ts`) are written in these codes. No message carries a record's values.
 */
export type ConnectorErrorCode =
  | 'rate_limited'
  | 'unavailable'
  | 'auth_failed'
  | 'forbidden'
  | 'record_failed'
  | 'rejected'
  | 'stale_version'
  | 'ambiguous_write'
  | 'misconfigured'
  | 'budget_spent'
  | 'stopped';

const codesOfOneRecord: readonly string[] = ['record_failed', 'rejected', 'forbidden'];

/** Whether a read that ended so says something about its record only. Anything else may be everybody's. */
export const isOfOneRecord = (code: string): boolean => codesOfOneRecord.includes(code);

export interface ConnectorErrorOptions {
  readonly system: string;
  readonly cause?: unknown;
}

export abstract class ConnectorError extends Error {
  abstract readonly code: ConnectorErrorCode;
  readonly system: string;

  constructor(message: string, options: ConnectorErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.system = options.system;
  }
}

/** The system asks for a pause. Never an attempt of the record. */
export class RateLimited extends ConnectorError {
  readonly code = 'rate_limited';
  readonly retryAfterMs: number | null;

  constructor(message: string, options: ConnectorErrorOptions & { readonly retryAfterMs: number | null }) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The system as a whole can't be reached: no connection, maintenance, the office server is offline. Nothing took effect. */
export class Unavailable extends ConnectorError {
  readonly code = 'unavailable';
}

/** The system refuses our credentials. Concerns every record, so it is no attempt of this one. */
export class AuthFailed extends ConnectorError {
  readonly code = 'auth_failed';
}

/** The system knows us, but does not let us touch this record. Nobody else has to wait for it. */
export class Forbidden extends ConnectorError {
  readonly code = 'forbidden';
}

/** A 5xx, a time-out of a read or an answer that can't be understood, on one record's request. */
export class RecordFailed extends ConnectorError {
  readonly code = 'record_failed';
}

/** Validation or a business rule: the data's owner has to change something. `field` is the system's attribute, if it named one. */
export class Rejected extends ConnectorError {
  readonly code = 'rejected';
  readonly field: string | null;

  constructor(message: string, options: ConnectorErrorOptions & { readonly field: string | null }) {
    super(message, options);
    this.field = options.field;
  }
}

/** A creation was refused because records that look alike exist already; `ids` are theirs. */
export class DuplicateSuspected extends Rejected {
  readonly ids: readonly string[];

  constructor(message: string, options: ConnectorErrorOptions & { readonly ids: readonly string[] }) {
    super(message, { ...options, field: null });
    this.ids = options.ids;
  }
}

/** The record has moved since it was read: read and plan again. Nothing was written. */
export class StaleVersion extends ConnectorError {
  readonly code = 'stale_version';
}

/**
 * A write was sent and its fate is unknown (time-out, reset, cut or unreadable answer).
 * `settleMs`: how long to leave the record alone, since the system may still be working on it.
 */
export class AmbiguousWrite extends ConnectorError {
  readonly code = 'ambiguous_write';
  readonly settleMs: number;

  constructor(message: string, options: ConnectorErrorOptions & { readonly settleMs: number }) {
    super(message, options);
    this.settleMs = options.settleMs;
  }
}

/** The set-up can't be right (wrong base path, unknown entity, a PUT that empties what it should keep). Stops the pair. */
export class Misconfigured extends ConnectorError {
  readonly code = 'misconfigured';
}

/** We gave up ourselves before anything was sent: a shutdown, a deadline, a lease that can't be trusted. Says nothing about the system. */
export class Stopped extends ConnectorError {
  readonly code = 'stopped';
}

/** Our own budget for this system's calls is used up for the moment. Nothing was sent. */
export class BudgetSpent extends ConnectorError {
  readonly code = 'budget_spent';
}
