import { deletionQuestions } from '../../engine/question.ts';
import type { StoredLink } from './evidence.ts';

/** The name under which the API knows the record. */
export const keyOf = ({ masterId, replicaId }: Pick<StoredLink, 'masterId' | 'replicaId'>): string =>
  masterId ?? `replica:${replicaId ?? ''}`;

/** The pair asks what is to become of a couple of which somebody has deleted a record: that is its end state. */
export const isAboutDeletion = ({ failure }: Pick<StoredLink, 'failure'>): boolean =>
  failure !== null && (deletionQuestions as readonly string[]).includes(failure.code);
