import { fieldsInWords } from '../engine/field-in-words.ts';
import type { OpenField } from '../engine/plan.ts';
import type { Attributes } from '../engine/values.ts';
import { onlyStatus, statusAttributes, statusNeedsWrite, statusTime, type SyncStatus } from '../engine/status.ts';
import type { LinkChanges } from '../store/link-rows.ts';
import type { Pass } from './pass.ts';

/** Fields wait for a person; everything else agrees. */
export function undecided(
  { deps, pair }: Pass,
  open: readonly OpenField[],
): Pick<SyncStatus, 'state' | 'attempts' | 'message'> {
  const names = open.map(({ field }) => field);
  return { state: 'conflict', attempts: 0, message: deps.messages.conflict(fieldsInWords(pair, names)) };
}

export const clean: Pick<SyncStatus, 'state' | 'attempts' | 'message'> = { state: 'clean', attempts: 0, message: null };

/** The status that the master should show after this pass, as its attributes. */
export function wantedStatus(pass: Pass, status: Pick<SyncStatus, 'state' | 'attempts' | 'message'>): Attributes {
  const { link, seen, deps } = pass;
  return statusAttributes(pass.pair, {
    ...status,
    replicaId: link.replicaId,
    replicaVersion: seen.replica?.version ?? link.versionReplica,
    lastSync: status.state === 'clean' ? statusTime(deps.now()) : statusTimeOf(link.syncedAt),
  });
}

export function needsStatusWrite(pass: Pass, wanted: Attributes, shown: Attributes): boolean {
  return statusNeedsWrite(pass.pair, wanted, shown, { sent: pass.link.statusSent, seen: pass.link.statusSeen });
}

/** Whether the master already shows what a clean record should show. */
export const isStatusSettled = (pass: Pass, shown: Attributes): boolean =>
  !needsStatusWrite(pass, wantedStatus(pass, clean), shown);

/** What the link remembers of a status write. */
export const statusSentChanges = (pass: Pass, sent: Attributes, answer: Attributes): LinkChanges => ({
  statusSent: onlyStatus(pass.pair, sent),
  statusSeen: onlyStatus(pass.pair, answer),
});

const statusTimeOf = (time: Date | null): string | null => (time === null ? null : statusTime(time));
