import { questionText } from '../engine/messages.ts';
import type { SyncState } from '../engine/pair.ts';
import type { Question } from '../engine/plan.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { finish } from './conclude.ts';
import { fingerprint } from './fingerprint.ts';
import type { Pass } from './pass.ts';
import { tellMasterIfNew } from './tell-master.ts';

/** Parks the record with its question: nothing is written but the question itself, until a person or an edit answers it. */
export async function ask(pass: Pass, question: Question): Promise<PassSummary> {
  const { system } = pass.pair.title[question.side];
  const message = questionText(question.code, { system, ids: question.ids, reason: '' });
  const status = await tellMasterIfNew(pass, { state: stateOf(question), attempts: pass.link.attempts, message });
  await finish(
    pass,
    {
      ...status,
      state: 'parked',
      nextAttemptAt: null,
      failure: { code: question.code, system, message, at: pass.deps.now().toISOString(), seen: fingerprint(pass) },
    },
    { kind: 'done' },
    pass.open.map(({ id, action }) => ({ id, state: action === 'create' ? 'asked' : 'dropped' })),
  );
  return pass.summary({ kind: 'parked', code: question.code, system });
}

function stateOf({ code, side }: Question): SyncState {
  if (code === 'gone' && side === 'replica') return 'deleted_in_replica';
  return code === 'maybe_created' ? 'permanently_failed' : 'conflict';
}
