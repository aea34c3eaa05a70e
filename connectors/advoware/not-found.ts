import { type ConnectorError, Misconfigured, RecordFailed } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { isEmptyList } from './record.ts';
import { message, system } from './refusal.ts';

/**
 * How Advoware says that a number does not exist. No public source tells; until somebody has seen it, `ask` takes none of
 * these answers for a proof.
 */
export type NotFoundAnswer = '404' | '500' | 'empty' | 'ask';

/** Which of the possible signs of a missing record an answer is, if any. */
export function notFoundSign(answer: HttpAnswer): Exclude<NotFoundAnswer, 'ask'> | null {
  if (answer.status === 404) return '404';
  if (answer.status === 500) return '500';
  return answer.status < 300 && isEmptyList(answer.json) ? 'empty' : null;
}

/** The error for an answer that could mean a missing record, where the setting says otherwise or nothing; null for others. */
export function doubtfulAbsence(answer: HttpAnswer, setting: NotFoundAnswer): ConnectorError | null {
  const sign = notFoundSign(answer);
  if (sign === null || sign === setting) return null;
  if (setting === 'ask') {
    const reason = `${words[sign]}: the record may be gone; once this is known, set ADVOWARE_NOT_FOUND=${sign}`;
    return new RecordFailed(message(answer, reason), { system });
  }
  if (sign === '404') {
    const reason = `no such address (404); check ADVOWARE_BASE_PATH and ADVOWARE_NOT_FOUND=${setting}`;
    return new Misconfigured(message(answer, reason), { system });
  }
  return new RecordFailed(message(answer, words[sign]), { system });
}

const words = { '404': 'not found (404)', '500': 'failed (500)', empty: 'an empty list came' } as const;
