import type { PassSummary, PassVerdict } from '../workflows/contract.ts';
import type { HintOutcome, LinkChanges } from '../store/passes.ts';
import type { Agreement } from './agreement.ts';
import type { Pass } from './pass.ts';
import { openRowsOf } from './write.ts';

const settled: LinkChanges = { attempts: 0, waits: 0, nextAttemptAt: null, failure: null };

/** Both sides agree as far as they can: link, base, ledger and hints in the pass's last transaction. */
export async function conclude(pass: Pass, verdict: PassVerdict, agreed: Agreement): Promise<PassSummary> {
  const now = pass.deps.now();
  const { link, seen } = pass;
  const rows = [...openRowsOf(pass, 'master', 'written'), ...openRowsOf(pass, 'replica', 'written')];
  await finish(
    pass,
    {
      ...settled,
      state: 'linked',
      masterId: link.masterId,
      replicaId: link.replicaId,
      baseMaster: agreed.base.master,
      baseReplica: agreed.base.replica,
      versionMaster: seen.master?.version ?? link.versionMaster,
      versionReplica: seen.replica?.version ?? link.versionReplica,
      fieldNotes: agreed.notes,
      statusSent: link.statusSent,
      statusSeen: link.statusSeen,
      lastVerdict: verdict,
      syncedAt: now,
    },
    agreed.strayed ? { kind: 'look_again', at: now } : { kind: 'done' },
    rows,
  );
  return pass.summary({ kind: 'done', verdict }, agreed.strayed);
}

/** The hinted side still shows what was agreed. */
export async function concludeEcho(pass: Pass): Promise<PassSummary> {
  await finish(pass, { lastVerdict: 'no_change' }, { kind: 'done' }, []);
  return pass.summary({ kind: 'done', verdict: 'no_change' });
}

/** The master's record is gone: the link stays, so that the partner is not taken for a stranger later. */
export async function concludeDeleted(pass: Pass): Promise<PassSummary> {
  await finish(pass, { ...settled, state: 'deleted', lastVerdict: 'deleted' }, { kind: 'done' }, []);
  return pass.summary({ kind: 'done', verdict: 'deleted' });
}

export async function finish(
  pass: Pass,
  changes: LinkChanges,
  hints: HintOutcome,
  rows: Parameters<Pass['settle']>[0],
): Promise<void> {
  const { deps, link, attempt } = pass;
  await deps.passes.finish(link, attempt.token, { rows, changes, noted: pass.hints, hints }, deps.now());
}
