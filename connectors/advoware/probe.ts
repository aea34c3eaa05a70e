import type { CallContext } from '../connector.ts';
import type { HttpAnswer } from '../http.ts';
import type { AdvowareClient } from './client.ts';
import { notFoundSign } from './not-found.ts';
import { refusal, saysOffline } from './refusal.ts';

/** Largest 32-bit integer: a number that no office reaches, so asking for it shows how a missing record is answered. */
const unusedNumber = 2_147_483_647;

/**
 * Reads a party that should exist, or one that surely does not: that it is not there is an answer too, and one that only
 * the office's server can give. A 500 may mean that only where no party is known.
 * @param known path of a party, or null
 * @throws the error that fits an answer which is neither
 */
export async function probeReading(
  client: AdvowareClient,
  known: string | null,
  context: CallContext,
): Promise<HttpAnswer> {
  const path = known ?? `/Beteiligte/${unusedNumber}`;
  const answer = await client.send({ method: 'GET', path, purpose: 'check' }, context);
  const isAbsence = known === null ? notFoundSign(answer) !== null : answer.status === 404;
  if (saysOffline(answer) || (answer.status >= 300 && !isAbsence)) throw refusal(answer, client.now());
  return answer;
}
