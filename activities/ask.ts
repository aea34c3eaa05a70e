import { fieldsInWords } from '../engine/field-in-words.ts';
import type { SyncState } from '../engine/pair.ts';
import type { Question } from '../engine/question.ts';
import type { SettledRow } from '../store/ledger-rows.ts';
import type { WaitedFor } from '../store/reference-waits.ts';
import type { PassSummary } from '../workflows/contract.ts';
import { finish } from './conclude.ts';
import { fingerprint } from './fingerprint.ts';
import type { Pass } from './pass.ts';
import { nextLookAtParked, rememberingUntold } from './tell-later.ts';
import { changesOf, nextLook, tellMasterIfNew } from './tell-master.ts';

/**
 * Parks the record with its question: nothing is written but the question itself, until a person or an edit answers it.
 * @param waits the records whose return would answer it too
 */
export async function ask(
  pass: Pass,
  question: Question,
  waits: { readonly waitsFor?: readonly WaitedFor[] } = {},
): Promise<PassSummary> {
  const { system } = pass.pair.title[question.side];
  const { code, ids } = question;
  const fields = fieldsInWords(pass.pair, question.fields);
  const message = pass.deps.messages.question(code, { system, ids, fields, correctIn: null, reason: '' });
  // What the question was made from, and not what its being shown brings to light.
  const seen = fingerprint(pass);
  const status = { state: stateOf(question), attempts: 0 };
  const told = await tellMasterIfNew(pass, { ...status, message });
  const at = pass.deps.now().toISOString();
  const failure = rememberingUntold({ code, system, message, at, seen }, told, status);
  const { recheckAt } = pass.link;
  await finish(pass, {
    ...waits,
    changes: {
      ...changesOf(told),
      state: 'parked',
      nextAttemptAt: null,
      // What failed before is not what is asked now.
      attempts: 0,
      waits: 0,
      answer: null,
      failure,
    },
    hints: nextLook(pass, told, nextLookAtParked(pass, { failure, nextAttemptAt: null, recheckAt })),
    rows: [
      ...pass.open.map(({ id }) => ({ id, state: code === 'maybe_created' ? 'asked' : 'dropped' }) as const),
      ...doubtful(pass),
    ],
  });
  return pass.summary({ kind: 'parked', code, system });
}

/** The rows of an earlier creation that is asked about stay until its fate is known. */
const doubtful = ({ unsettled }: Pass): readonly SettledRow[] => unsettled.map(({ id }) => ({ id, state: 'asked' }));

function stateOf({ code, side }: Question): SyncState {
  if (side === 'replica' && (code === 'gone' || code === 'gone_but_edited' || code === 'deletion_held'))
    return 'deleted_in_replica';
  const isFailure = code === 'maybe_created' || code === 'target_gone' || code === 'loop';
  return isFailure ? 'permanently_failed' : 'conflict';
}
