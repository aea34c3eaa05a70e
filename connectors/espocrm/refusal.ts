import { z } from 'zod';
import {
  AuthFailed,
  type ConnectorError,
  DuplicateSuspected,
  Forbidden,
  Misconfigured,
  RateLimited,
  Rejected,
  StaleVersion,
  Unavailable,
} from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { retryAfterMs } from '../retry-after.ts';

/** Header and value as observed on EspoCRM 9.2.7: the reason is English text, sometimes empty. */
export const statusReason = (answer: HttpAnswer): string | null => answer.header('x-status-reason');

/** Whether EspoCRM says of this very record that it is not there (any more), as opposed to an unknown route. */
export function saysGone(answer: HttpAnswer, id: string): boolean {
  const gone = /^Record (\S+) (?:does not exist|not found)\.?$/.exec(statusReason(answer) ?? '');
  return answer.status === 404 && gone?.[1] === id;
}

/**
 * The error for an answer that is no success. Texts of EspoCRM itself are quoted only in forms that name fields,
 * because a reason that an administrator's formula wrote may contain a record's values.
 * @param id the record that was asked for, null where there is none yet
 */
export function refusal(answer: HttpAnswer, id: string | null, nowMs: number): ConnectorError {
  const { system } = answer;
  if (id !== null && saysGone(answer, id)) return new StaleVersion(text(answer, 'the record is gone'), { system });
  switch (answer.status) {
    case 400:
      return invalid(answer);
    case 401:
      return new AuthFailed(text(answer, 'the credentials were refused (401)'), { system });
    case 403:
      return forbidden(answer);
    case 404:
      return new Misconfigured(text(answer, 'no such address; check the URL and the name of the entity'), { system });
    case 409:
      return conflict(answer);
    case 429:
      return new RateLimited(text(answer, 'asked for a pause (429)'), {
        system,
        retryAfterMs: retryAfterMs(answer.header('retry-after'), nowMs),
      });
    default:
      return answer.status >= 500 ? failed(answer) : rejected(answer, `refused (${answer.status})`);
  }
}

const text = (answer: HttpAnswer, reason: string): string => `${answer.system}: ${answer.request}: ${reason}`;

function rejected(answer: HttpAnswer, reason: string, field: string | null = null): Rejected {
  return new Rejected(text(answer, reason), { system: answer.system, field });
}

const validationFailure = z.object({
  messageTranslation: z.object({ data: z.object({ field: z.string(), type: z.string() }) }),
});
const reasonOfValidation = /field: (\w{1,100}), type: (\w{1,100})/;
const reasonOfUnknownAttribute = /^Not existing attribute '(\w{1,100})'/;

function invalid(answer: HttpAnswer): Rejected {
  const body = validationFailure.safeParse(answer.json);
  const inReason = reasonOfValidation.exec(statusReason(answer) ?? '');
  const { field, type } = body.success
    ? body.data.messageTranslation.data
    : { field: inReason?.[1] ?? null, type: inReason?.[2] ?? null };
  if (field !== null)
    return rejected(answer, `the value of ${field} is not accepted (${type ?? 'unknown rule'})`, field);
  const unknown = reasonOfUnknownAttribute.exec(statusReason(answer) ?? '')?.[1];
  return unknown === undefined
    ? rejected(answer, `refused for a reason that only the log of ${answer.system} names (400)`)
    : rejected(answer, `there is no attribute ${unknown}`, unknown);
}

const accessReason = /^No (?:'?\w+'? )?access\.?$/;

/**
 * A lock of our address comes without the header, a missing right with it, though the text may be empty (observed on
 * 9.2.7). What stands in front of EspoCRM may refuse a single request like that too: only the health call tells.
 */
export function mayLockAddress(answer: HttpAnswer): boolean {
  const hasTranslation = z.object({ messageTranslation: z.unknown() }).safeParse(answer.json).success;
  return answer.status === 403 && statusReason(answer) === null && !hasTranslation;
}

function forbidden(answer: HttpAnswer): ConnectorError {
  const { system } = answer;
  const reason = statusReason(answer);
  if (mayLockAddress(answer)) {
    const advice =
      'refused without a reason (403): after repeated wrong credentials EspoCRM locks an IP address; wait 60 s';
    return new AuthFailed(text(answer, advice), { system });
  }
  const quoted = accessReason.test(reason ?? '') ? `: ${reason ?? ''}` : '';
  return new Forbidden(text(answer, `the API user's role does not allow this (403)${quoted}`), { system });
}

/** The error for a 403 without a reason while the health call is well: it concerns this request and nobody else's. */
export const forbiddenWithoutReason = (answer: HttpAnswer): Forbidden =>
  new Forbidden(
    text(answer, 'refused without a reason (403), though our user is accepted: perhaps by a firewall in front of it'),
    { system: answer.system },
  );

const matches = z.array(z.object({ id: z.string() }));
const currentVersion = z.object({ versionNumber: z.unknown() });

function conflict(answer: HttpAnswer): ConnectorError {
  const { system } = answer;
  const reason = statusReason(answer);
  if (reason === 'modified' || (reason === null && currentVersion.safeParse(answer.json).success)) {
    return new StaleVersion(text(answer, 'the record has changed since it was read'), { system });
  }
  const alike = matches.safeParse(answer.json);
  if (!alike.success || (reason !== null && reason !== 'duplicate')) return rejected(answer, 'refused (409)');
  const ids = alike.data.map(({ id }) => id);
  const count = ids.length === 1 ? '1 record looks alike' : `${ids.length} records look alike`;
  return new DuplicateSuspected(text(answer, `${count}: ${ids.join(', ')}`), { system, ids });
}

/** The reason that EspoCRM gives in maintenance mode, also set during upgrades (observed on 9.2.7). */
const maintenance = /maintenance/i;

function failed(answer: HttpAnswer): ConnectorError {
  const { status } = answer;
  if (status === 503 && maintenance.test(statusReason(answer) ?? '')) {
    return new Unavailable(text(answer, 'in maintenance'), { system: answer.system });
  }
  return answer.failed(`failed (${status})`);
}
