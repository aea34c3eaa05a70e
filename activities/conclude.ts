import type { Gone } from '../engine/deletion.ts';
import { hasWaiting } from '../engine/field-notes.ts';
import type { OpenField, WaitingField } from '../engine/plan.ts';
import type { ConflictOutcome } from '../store/conflict-rows.ts';
import type { HintOutcome } from '../store/hint-rows.ts';
import type { SettledRow } from '../store/ledger-rows.ts';
import type { LinkChanges } from '../store/link-rows.ts';
import type { NewNotification } from '../store/notification-rows.ts';
import type { WaitedFor } from '../store/reference-waits.ts';
import type { PassSummary, PassVerdict } from '../workflows/contract.ts';
import type { Agreement } from './agreement.ts';
import type { Pass } from './pass.ts';
import { refOfTarget, targetsOf } from './targets.ts';
import { openRowsOf } from './write.ts';

const settled: LinkChanges = { attempts: 0, waits: 0, nextAttemptAt: null, failure: null, answer: null };
const noConflicts: ConflictOutcome = { open: [], written: new Set() };

/** What is left of a plan when everything was written that could be. */
export interface Undecided {
  readonly open: readonly OpenField[];
  readonly waiting: readonly WaitingField[];
}

/** Both sides agree as far as they can: link, base, ledger, conflicts and hints in the pass's last transaction. */
export async function conclude(
  pass: Pass,
  verdict: PassVerdict,
  agreed: Agreement,
  { open, waiting }: Undecided,
): Promise<PassSummary> {
  const now = pass.deps.now();
  const { link } = pass;
  const rows = [...openRowsOf(pass, 'master', 'written'), ...openRowsOf(pass, 'replica', 'written')];
  const changes: LinkChanges = {
    ...settled,
    state: 'linked',
    gone: null,
    masterId: link.masterId,
    replicaId: link.replicaId,
    formerReplicaIds: link.formerReplicaIds,
    baseMaster: agreed.base.master,
    baseReplica: agreed.base.replica,
    presumed: null,
    ...versionsSeen(pass),
    ...(pass.written.has('master') && { echoDue: pass.seen.master?.version ?? null }),
    fieldNotes: agreed.notes,
    ...statusOf(pass),
    lastVerdict: verdict,
    syncedAt: now,
  };
  const hints: HintOutcome = agreed.strayed ? { kind: 'look_again', at: now } : { kind: 'done' };
  const conflicts = { open, written: pass.fieldsWritten };
  await finish(pass, { changes, hints, rows, conflicts, ...waitsAfter(pass, waiting) });
  return pass.summary({ kind: 'done', verdict }, agreed.strayed);
}

/** The records to be waited for, where that is anything new. */
function waitsAfter({ known: { link } }: Pass, waiting: readonly WaitingField[]): { waitsFor?: readonly WaitedFor[] } {
  const hasWaited = hasWaiting(link.fieldNotes) || link.failure?.code === 'waits_for';
  return waiting.length === 0 && !hasWaited ? {} : { waitsFor: targetsOf(waiting).map(refOfTarget) };
}

/** What each side was when this pass looked at it, where it did: the store can tell by it whether anybody has touched it since. */
const versionsSeen = ({ link, seen }: Pass): LinkChanges => ({
  versionMaster: seen.master?.version ?? link.versionMaster,
  versionReplica: seen.replica?.version ?? link.versionReplica,
});

/** The hinted side still shows what was agreed. */
export async function concludeEcho(pass: Pass): Promise<PassSummary> {
  await finish(pass, { changes: { ...versionsSeen(pass), lastVerdict: 'no_change' } });
  return pass.summary({ kind: 'done', verdict: 'no_change' });
}

/** What is left of the couple stays alone. The link stays too, so that it is not taken for a stranger later. */
export async function concludeParted(pass: Pass, gone: Gone, rows: readonly SettledRow[] = []): Promise<PassSummary> {
  const nothingLeft = gone === 'both' || pass.link.replicaId === null || pass.link.masterId === null;
  const state = nothingLeft ? 'deleted' : 'unlinked';
  await finish(pass, {
    changes: { ...settled, ...statusOf(pass), ...versionsSeen(pass), state, gone, lastVerdict: 'deleted' },
    ...waitsAfter(pass, []),
    rows,
    conflicts: noConflicts,
  });
  return pass.summary({ kind: 'done', verdict: 'deleted' });
}

const statusOf = ({ link: { statusSent, statusSeen } }: Pass): LinkChanges => ({ statusSent, statusSeen });

/** The couple was parted before, and nothing has come back. */
export async function concludeRest(pass: Pass): Promise<PassSummary> {
  const { gone } = pass.link;
  const state = gone === 'both' ? 'deleted' : 'unlinked';
  await finish(pass, { changes: { ...settled, ...versionsSeen(pass), state, lastVerdict: 'no_change' } });
  return pass.summary({ kind: 'done', verdict: 'no_change' });
}

/**
 * The pass's last transaction. A person who asked for the look has seen what went back and forth: it counts anew. Where a
 * write may still arrive late the record's hint stays until then.
 */
export async function finish(
  { deps, link, attempt, hints: noted, isPersonal, startedAt }: Pass,
  end: {
    readonly changes: LinkChanges;
    readonly hints?: HintOutcome;
    readonly rows?: readonly SettledRow[];
    readonly conflicts?: ConflictOutcome;
    readonly notification?: NewNotification;
    readonly waitsFor?: readonly WaitedFor[];
  },
): Promise<void> {
  const { rows = [], conflicts = null, notification = null } = end;
  const waits = end.waitsFor === undefined ? {} : { waitsFor: end.waitsFor };
  const booked = end.changes.recheckAt ?? link.recheckAt;
  const recheckAt = booked !== null && booked > startedAt ? booked : null;
  const changes = { ...(isPersonal && { loopCountedFrom: startedAt }), ...end.changes, recheckAt };
  const answered: HintOutcome = recheckAt === null ? { kind: 'done' } : { kind: 'look_again', at: recheckAt };
  const hints = end.hints === undefined || end.hints.kind === 'done' ? answered : end.hints;
  const all = { rows, changes, conflicts, noted, hints, notification, ...waits };
  await deps.passes.finish(link, attempt.token, all, deps.now());
}
