import { DateTime } from 'luxon';
import { german } from './messages-de.ts';
import { english } from './messages-en.ts';
import type { QuestionCode } from './question.ts';
import type { FailureCode } from './retry.ts';
import type { Subject, WaitCode, Wording } from './wording.ts';

/** What follows a failure. */
export type NextTry =
  /** A failure that counts: it is tried again at this time. */
  | { readonly kind: 'again'; readonly at: Date; readonly attempt: number; readonly of: number }
  /** Nothing more happens until somebody does something. */
  | { readonly kind: 'gaveUp' }
  /** A wait that does not count. */
  | { readonly kind: 'byItself' };

/**
 * What the record's owner reads in the master: what is the matter and what to do. Each text is one line and has no value
 * of the record.
 */
export interface Messages {
  failure(code: FailureCode, subject: Subject, next: NextTry): string;
  question(code: QuestionCode, subject: Subject): string;
  /** It can't be created before the records that it points to. */
  waitsFor(records: readonly string[]): string;
  /** Fields that both sides changed wait for a person. */
  conflict(fields: readonly string[]): string;
  /** The partner was deleted, and this record stays alone. */
  parted(system: string): string;
  /** A whole system is waited for. */
  waiting(wait: { readonly system: string; readonly since: Date; readonly code: WaitCode }): string;
  /** It answers again. */
  recovered(system: string, since: Date): string;
}

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

const wordings: Readonly<Record<Language, Wording>> = { en: english, de: german };

/** @param timeZone the IANA name of the zone that the texts' times are in: `Europe/Berlin` */
export function messagesIn(language: Language, timeZone: string): Messages {
  const words = wordings[language];
  const shown = (time: Date, format: string): string =>
    DateTime.fromJSDate(time, { zone: timeZone }).setLocale(language).toFormat(format);
  const clock = (time: Date): string => shown(time, 'HH:mm');
  const day = (time: Date): string => shown(time, words.dayAndTime);
  const following = (next: NextTry): string =>
    next.kind === 'again' ? words.again(clock(next.at), next.attempt, next.of) : words[next.kind];
  return {
    failure: (code, subject, next) => oneLine(words.failures[code](subject, following(next))),
    question: (code, subject) => oneLine(words.questions[code](subject)),
    waitsFor: (records) => oneLine(words.waitsFor(records)),
    conflict: (fields) => oneLine(words.conflict(fields)),
    parted: (system) => oneLine(words.parted(system)),
    waiting: ({ system, since, code }) => oneLine(words.waiting(system, day(since), words.waits[code])),
    recovered: (system, since) => oneLine(words.recovered(system, day(since))),
  };
}

const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
