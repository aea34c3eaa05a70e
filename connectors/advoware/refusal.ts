import { z } from 'zod';
import {
  AuthFailed,
  type ConnectorError,
  Forbidden,
  Misconfigured,
  RateLimited,
  Rejected,
  StaleVersion,
  Unavailable,
} from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { retryAfterMs } from '../retry-after.ts';
import { canonicalName, knownProperty } from './property-names.ts';

export const system = 'Advoware';

/** The office's own server is not connected: every service says so, whatever the status (known from the vendor's code). */
const officeOffline = /nicht angemeldet/i;
/** Texts of the login services about credentials, licences and users (known from the vendor's code). */
const refusedLogin = /nicht registriert|Falscher Name oder falsches Kennwort|Kennwort ung|freigeschaltet/i;

export const message = (answer: HttpAnswer, reason: string): string => `${system}: ${answer.request}: ${reason}`;

/**
 * Whether a refusal is about the office's server. A success is never searched: a record may contain the same words. Nor is
 * a refusal that may repeat a record's values: there the words must be what it says, not a part of it.
 */
export const saysOffline = (answer: HttpAnswer): boolean =>
  isAboutAccess(answer.status) ? officeOffline.test(answer.text) : answer.status >= 400 && saysNothingElse(answer);

/** From the login, or from the relay that finds nobody behind it. */
const isAboutAccess = (status: number): boolean => [401, 403, 502, 503, 504].includes(status);

/** "Kanzlei X ist nicht angemeldet", and not "Ungültiger Wert: nicht angemeldet". */
const offlineAlone = /^[^:]{0,200}nicht angemeldet[.!]?$/i;
const ownWords = z.union([z.string(), z.looseObject({ message: z.string() }).transform(({ message: words }) => words)]);

function saysNothingElse({ json, text }: HttpAnswer): boolean {
  const words = ownWords.safeParse(json ?? text);
  return words.success && offlineAlone.test(words.data.trim());
}

/** The error for a status of 4xx or 5xx on a record's call. Advoware's own words are never quoted: they may repeat values. */
export function refusal(answer: HttpAnswer, nowMs: number): ConnectorError {
  if (saysOffline(answer)) return offline(answer);
  switch (answer.status) {
    case 401:
      return new AuthFailed(message(answer, 'a fresh token was refused (401)'), { system });
    case 403:
      return refusedLogin.test(answer.text) ? loginRefused(answer) : forbidden(answer);
    case 404:
    case 405:
      return new Misconfigured(message(answer, `no such address (${answer.status}); check ADVOWARE_BASE_PATH`), {
        system,
      });
    case 409:
    case 412:
      return new StaleVersion(message(answer, `the record has changed since it was read (${answer.status})`), {
        system,
      });
    case 429:
      return rateLimited(answer, nowMs);
    default:
      return answer.status >= 500 ? answer.failed(`failed (${answer.status})`) : rejected(answer);
  }
}

/** The error for an answer of the configurator or the security gateway that brings nothing, whatever its status. */
export function loginRefusal(answer: HttpAnswer, nowMs: number): ConnectorError {
  if (officeOffline.test(answer.text)) return offline(answer);
  if (refusedLogin.test(answer.text)) return loginRefused(answer);
  if (answer.status === 429) return rateLimited(answer, nowMs);
  if (answer.status === 404 || answer.status === 405) {
    return new Misconfigured(message(answer, `no such address (${answer.status}); check the URLs of Advoware`), {
      system,
    });
  }
  return answer.status >= 400 && answer.status < 500 ? loginRefused(answer) : answer.lost(`failed (${answer.status})`);
}

const offline = (answer: HttpAnswer): Unavailable =>
  new Unavailable(message(answer, "the office's server is not connected"), { system });

const hints: readonly (readonly [RegExp, string])[] = [
  [/nicht registriert/i, 'the firm or the database is not registered; check ADVOWARE_KANZLEI and ADVOWARE_DATABASE'],
  [/freigeschaltet/i, 'the app or the user is not enabled for this firm; the vendor enables it'],
  [/Kennwort/i, 'user or password are wrong'],
];

function loginRefused(answer: HttpAnswer): AuthFailed {
  const known = hints.find(([pattern]) => pattern.test(answer.text))?.[1] ?? 'the login was refused';
  return new AuthFailed(message(answer, `${known} (${answer.status})`), { system });
}

const forbidden = (answer: HttpAnswer): Forbidden =>
  new Forbidden(message(answer, 'the user may not do this (403)'), { system });

function rateLimited(answer: HttpAnswer, nowMs: number): RateLimited {
  const waitMs = retryAfterMs(answer.header('retry-after'), nowMs);
  return new RateLimited(message(answer, 'asked for a pause (429)'), { system, retryAfterMs: waitMs });
}

function rejected(answer: HttpAnswer): Rejected {
  const field = namedProperty(answer);
  const reason =
    field === null ? `refused (${answer.status})` : `the value of ${field} is not accepted (${answer.status})`;
  return new Rejected(message(answer, reason), { system, field });
}

const problemDetails = z.looseObject({ errors: z.record(z.string(), z.unknown()) });
const plainMessage = z.looseObject({ message: z.string() });
const propertyPath = /^(?:\$\.)?([A-Za-z]{2,40})$/;

/**
 * The shape of a validation error is not documented. The usual one of .NET is understood; a text may repeat values, so a
 * word in quotes counts only if it is the name of a property.
 */
function namedProperty({ json }: HttpAnswer): string | null {
  const details = problemDetails.safeParse(json);
  if (details.success) {
    const path = propertyPath.exec(Object.keys(details.data.errors)[0] ?? '');
    return path?.[1] === undefined ? null : canonicalName(path[1]);
  }
  const text = plainMessage.safeParse(json);
  const quoted = text.success ? [...text.data.message.matchAll(/"([A-Za-z]{2,40})"/g)] : [];
  return quoted.map(([, name]) => knownProperty(name ?? '')).find((name) => name !== null) ?? null;
}
