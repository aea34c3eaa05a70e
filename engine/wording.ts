import type { CircuitCode } from './circuit.ts';
import type { QuestionCode } from './question.ts';
import type { FailureCode } from './retry.ts';

/** What a text is about. Never a value of the record. */
export interface Subject {
  /** The system that is meant, as people call it. */
  readonly system: string;
  readonly ids: readonly string[];
  /** As people of the master know them (`fieldInWords`). */
  readonly fields: readonly string[];
  /** The system to correct a refused value in; null: the record that shows the text. */
  readonly correctIn: string | null;
  /** The system's own reason, in English and free of values; empty if there is none. */
  readonly reason: string;
}

/** What a whole system is waited for. */
export type WaitCode = CircuitCode;

/** The words of one language. A code without words does not compile. Times come as text: `09:12`, or with their day. */
export interface Wording {
  /** `next`: what follows, in the words of `again`, `gaveUp` or `byItself`. */
  readonly failures: Readonly<Record<FailureCode, (subject: Subject, next: string) => string>>;
  readonly again: (at: string, attempt: number, of: number) => string;
  readonly gaveUp: string;
  readonly byItself: string;
  readonly questions: Readonly<Record<QuestionCode, (subject: Subject) => string>>;
  /** The records are named as their pairs do: `projects 102877`. */
  readonly waitsFor: (records: readonly string[]) => string;
  readonly conflict: (fields: readonly string[]) => string;
  readonly parted: (system: string) => string;
  /** Of a time with its day, in luxon's tokens. */
  readonly dayAndTime: string;
  readonly recovered: (system: string, since: string) => string;
  readonly waiting: (system: string, since: string, reason: string) => string;
  readonly waits: Readonly<Record<WaitCode, string>>;
}

export const listed = (items: readonly string[]): string => items.join(', ');

/** The technical reason, for texts that nobody could act on without it. */
export const inBrackets = (reason: string): string => (reason.trim() === '' ? '' : ` [${reason}]`);
