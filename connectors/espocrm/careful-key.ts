import pLimit from 'p-limit';
import type { CallContext } from '../connector.ts';
import type { HttpAnswer } from '../http.ts';
import { inTurn } from '../in-turn.ts';
import { createRefusedCredentials } from '../refused-credentials.ts';

/**
 * Requests at a time. EspoCRM locks an address with its eleventh refused attempt within 60 s (observed on 9.2.7), so a key
 * that is revoked while they are under way must not be shown by as many. Other processes are told by the system's circuit.
 */
const mostAtATime = 8;

/** Our credentials, shown to EspoCRM so that wrong ones never lock out everybody at our address. */
export interface CarefulKey {
  /**
   * Sends a request: one at a time until one was answered well, few at a time after that, none for a minute after a refusal.
   * @throws AuthFailed, Stopped without any call; whatever `send` throws
   */
  show(context: CallContext, send: () => Promise<HttpAnswer>): Promise<HttpAnswer>;
  /** They were refused: shown again after a minute, one at a time. */
  refused(): void;
}

export function createCarefulKey(system: string, now: () => number): CarefulKey {
  const limit = pLimit(1);
  const refusals = createRefusedCredentials(system, now);
  const refused = (): void => {
    limit.concurrency = 1;
    refusals.remember();
  };
  return {
    refused,
    show: (context, send) =>
      inTurn(limit, { system, context }, async () => {
        refusals.check();
        const answer = await send();
        if (answer.status === 401) refused();
        if (answer.status < 300) limit.concurrency = mostAtATime;
        return answer;
      }),
  };
}
