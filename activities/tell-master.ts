import { ConnectorError } from '../connectors/errors.ts';
import type { SyncStatus } from '../engine/status.ts';
import type { Attributes } from '../engine/values.ts';
import type { HintOutcome } from '../store/hint-rows.ts';
import type { LinkChanges } from '../store/link-rows.ts';
import { differ } from './fingerprint.ts';
import type { Pass } from './pass.ts';
import { needsStatusWrite, statusSentChanges, wantedStatus } from './status-write.ts';
import { sendUpdate } from './write.ts';

/** What became of showing it. */
export type Told =
  | { readonly kind: 'shown'; readonly changes: LinkChanges }
  /** It shows, in a record that somebody has edited since it was read. */
  | { readonly kind: 'edited'; readonly changes: LinkChanges }
  | { readonly kind: 'not_shown' };

export const changesOf = (told: Told): LinkChanges => (told.kind === 'not_shown' ? {} : told.changes);

/** The answer to the status shows an edit that no attempt has seen. */
export const nextLook = (pass: Pass, told: Told, otherwise: HintOutcome): HintOutcome =>
  told.kind === 'edited' ? { kind: 'look_again', at: pass.deps.now() } : otherwise;

/**
 * Shows in the master's record what is the matter, if it does not show it already. A master that can't be told now is
 * told at the next failure, or later if none comes: the message stands in the link in any case.
 */
export async function tellMasterIfNew(
  pass: Pass,
  status: Pick<SyncStatus, 'state' | 'attempts' | 'message'>,
): Promise<Told> {
  const shown = pass.seen.master?.attributes;
  if (shown === undefined || pass.pair.status === null) return { kind: 'shown', changes: {} };
  const rest = withoutSync(pass, wantedStatus(pass, status));
  if (!needsStatusWrite(pass, { ...shown, ...rest }, shown)) return { kind: 'shown', changes: {} };
  try {
    const { attributes } = await sendUpdate(pass, 'master', rest);
    const changes = statusSentChanges(pass, { ...shown, ...rest }, attributes);
    return { kind: differ(pass.pair, 'master', shown, attributes) ? 'edited' : 'shown', changes };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    pass.deps.observer.onProblem('The status could not be shown in the master', {
      code: error.code,
      system: error.system,
    });
    return { kind: 'not_shown' };
  }
}

/**
 * The number that a person entered stays as it is: the question is about it. The version and the time of the last sync
 * stay too, since this is none: where there are no snapshots, what has moved is measured against them.
 */
function withoutSync({ pair }: Pass, wanted: Attributes): Attributes {
  const kept = [pair.status?.replicaId, pair.status?.replicaVersion, pair.status?.lastSync];
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !kept.includes(name)));
}
