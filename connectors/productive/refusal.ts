import { z } from 'zod';
import {
  AuthFailed,
  type ConnectorError,
  Forbidden,
  Misconfigured,
  RateLimited,
  Rejected,
  StaleVersion,
} from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { pauseMs } from './pause.ts';

/** Documented; live answers have `status` as a text. Nothing but the status decides what an error is. */
const errorObject = z.looseObject({
  code: z.string().nullish().catch(null),
  title: z.string().nullish().catch(null),
  detail: z.string().nullish().catch(null),
  source: z.looseObject({ pointer: z.string().nullish() }).nullish().catch(null),
  period: z.number().nullish().catch(null),
});
export type ErrorObject = z.infer<typeof errorObject>;
const errorDocument = z.looseObject({ errors: z.array(errorObject) });

function errorsIn({ json }: HttpAnswer): readonly ErrorObject[] {
  const body = errorDocument.safeParse(json);
  return body.success ? body.data.errors : [];
}

/** Whether Productive says of a record that it is not there, as opposed to a route. */
export const saysGone = (answer: HttpAnswer): boolean =>
  answer.status === 410 ||
  (answer.status === 404 && errorsIn(answer).some(({ title }) => /^record not found$/i.test(title ?? '')));

export interface Asked {
  /** A question about many records or the system: an attribute that is refused is our question's fault. */
  readonly isQuestion: boolean;
  /** Relationships of the type that was asked for: errors name `company` where `company_id` was sent. */
  readonly relations: readonly string[];
  readonly nowMs: number;
}

/** The error for an answer that is no success. Productive's own words are not quoted: they may repeat values. */
export function refusal(answer: HttpAnswer, asked: Asked): ConnectorError {
  const { system, status } = answer;
  if (saysGone(answer)) return new StaleVersion(text(answer, `the record is not to be found (${status})`), { system });
  switch (status) {
    case 401:
      return new AuthFailed(text(answer, 'the API token was refused (401)'), { system });
    case 402:
    case 403:
      return forbidden(answer);
    case 404:
    case 405:
    case 406:
    case 415:
      return new Misconfigured(text(answer, `no such address (${status}); check PRODUCTIVE_URL`), { system });
    case 429:
      return rateLimited(answer, asked.nowMs);
    default:
      return status >= 500 ? answer.failed(`failed (${status})`) : invalid(answer, asked);
  }
}

const text = (answer: HttpAnswer, reason: string): string => `${answer.system}: ${answer.request}: ${reason}`;

function forbidden(answer: HttpAnswer): Forbidden {
  const { system, status } = answer;
  const isPlan = errorsIn(answer).some(({ code }) => code === 'webhooks_limit_exceeded');
  const reason = isPlan
    ? "the organization's plan has no webhooks, or no more of them (403)"
    : `the person whom the API token belongs to may not do this (${status})`;
  return new Forbidden(text(answer, reason), { system });
}

function rateLimited(answer: HttpAnswer, nowMs: number): RateLimited {
  const { system } = answer;
  const [error] = errorsIn(answer);
  const isServerTime = /server time/i.test(error?.title ?? '');
  const reason = isServerTime ? "the organization's server time is used up (429)" : 'asked for a pause (429)';
  const period = isServerTime ? (error?.period ?? 3_600) : null;
  return new RateLimited(text(answer, reason), {
    system,
    retryAfterMs: pauseMs({
      reset: answer.header('x-ratelimit-reset'),
      retryAfter: answer.header('retry-after'),
      serverTimePeriodSeconds: period,
      nowMs,
    }),
  });
}

function invalid(answer: HttpAnswer, { isQuestion, relations }: Asked): ConnectorError {
  const { system, status } = answer;
  if (isQuestion) {
    const what = unsupportedPart(answer);
    return new Misconfigured(text(answer, `Productive does not understand ${what} (${status})`), { system });
  }
  const fields = [...new Set(errorsIn(answer).flatMap((error) => fieldOf(error, relations)))];
  const [field = null] = fields;
  const reason = field === null ? `refused (${status})` : `not accepted: ${fields.join(', ')} (${status})`;
  return new Rejected(text(answer, reason), { system, field });
}

/** `Unsupported Filter`, and `Filter 'x' is not supported …` under another title (both observed). */
function unsupportedPart(answer: HttpAnswer): string {
  const words = errorsIn(answer).map(({ title, detail }) => `${title ?? ''} ${detail ?? ''}`);
  const quoted = /\b(filter|sort|include|group)\b[^']{0,20}'([\w.]{1,60})'/i.exec(words.join(' '));
  return quoted === null ? 'the question' : `the ${quoted[1]?.toLowerCase() ?? ''} ${quoted[2] ?? ''}`;
}

function fieldOf({ source }: ErrorObject, relations: readonly string[]): readonly string[] {
  const path = /^\/?data\/(?:attributes|relationships)\/(\w{1,60})/.exec(source?.pointer ?? '');
  const name = path?.[1];
  if (name === undefined) return [];
  return [relations.includes(name) ? `${name}_id` : name];
}
