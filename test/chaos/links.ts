import { deletionQuestions } from '../../engine/question.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { targetOfMark } from '../../engine/reference.ts';
import { sides } from '../../engine/values.ts';
import type { StoredLink } from './evidence.ts';

/** The name under which the API knows the record. */
export const keyOf = ({ masterId, replicaId }: Pick<StoredLink, 'masterId' | 'replicaId'>): string =>
  masterId ?? `replica:${replicaId ?? ''}`;

/** The record's name among those of all pairs. */
export const nameOf = (pair: string, key: string): string => `${pair}/${key}`;

/** @returns pair and key of a name */
export function partsOf(name: string): readonly [pair: string, key: string] {
  const at = name.indexOf('/');
  return [name.slice(0, at), name.slice(at + 1)];
}

/** Whether a person says what is to become of a record whose partner was deleted. */
export const asksAboutDeletions = ({ deletion }: Pick<PairDefinition, 'deletion'>): boolean =>
  sides.some((side) => deletion.of[side].kind === 'ask');

/**
 * A record that was made on one side, below another one that was deleted before it was sent: it waits until somebody takes
 * that one out of the bin, and nobody sees it until then.
 */
export const waitsForDeleted = ({ failure }: Pick<StoredLink, 'failure'>): boolean =>
  failure?.code === 'waits_for' &&
  Object.values(failure.seen).some((seen) =>
    Object.values(seen).some((value) => typeof value === 'string' && targetOfMark(value)?.why === 'parted'),
  );

/** The pair asks what is to become of a couple of which somebody has deleted a record: that is its end state. */
export const isAboutDeletion = ({ failure }: Pick<StoredLink, 'failure'>): boolean =>
  failure !== null && (deletionQuestions as readonly string[]).includes(failure.code);
