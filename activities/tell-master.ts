import { ConnectorError } from '../connectors/errors.ts';
import type { SyncStatus } from '../engine/status.ts';
import type { LinkChanges } from '../store/link-rows.ts';
import type { Pass } from './pass.ts';
import { needsStatusWrite, statusSentChanges, wantedStatus } from './status-write.ts';
import { sendUpdate } from './write.ts';

/**
 * Shows in the master's record what is the matter, if it does not show it already. A master that can't be told now is
 * told at the next failure: the message stands in the link in any case.
 */
export async function tellMasterIfNew(
  pass: Pass,
  status: Pick<SyncStatus, 'state' | 'attempts' | 'message'>,
): Promise<LinkChanges> {
  const shown = pass.seen.master?.attributes;
  if (shown === undefined) return {};
  const wanted = wantedStatus(pass, status);
  // The number that a person entered stays as it is: the question is about it.
  const { [pass.pair.status.replicaId]: _number, ...rest } = wanted;
  if (!needsStatusWrite(pass, { ...shown, ...rest }, shown)) return {};
  try {
    const answer = await sendUpdate(pass, 'master', rest);
    return statusSentChanges(pass, { ...shown, ...rest }, answer.attributes);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    pass.deps.observer.onProblem('The status could not be shown in the master', {
      code: error.code,
      system: error.system,
    });
    return {};
  }
}
