import type { Side } from '../engine/values.ts';
import type { HintTrigger } from './hint-classes.ts';

/** One record of one side of a pair. */
export interface RecordRef {
  readonly pair: string;
  readonly side: Side;
  readonly recordId: string;
}

export interface Hint extends RecordRef {
  readonly trigger: HintTrigger;
}

/** The workflow that owns a record: the master's id, or `replica:<id>` for a record that only the replica has so far. */
export interface RecordKey {
  readonly pair: string;
  readonly key: string;
}

/** The records of a couple; null: there is none, or it is not known yet. */
export interface CoupleIds {
  readonly masterId: string | null;
  readonly replicaId: string | null;
}

export const replicaKey = (replicaId: string): string => `replica:${replicaId}`;

/** The key of a couple. */
export const keyOf = ({ masterId, replicaId }: CoupleIds): string => masterId ?? replicaKey(replicaId ?? '');

/** The ids of a couple of which only this record is known. */
export const idsOf = ({ side, recordId }: Pick<RecordRef, 'side' | 'recordId'>): CoupleIds => ({
  masterId: side === 'master' ? recordId : null,
  replicaId: side === 'replica' ? recordId : null,
});

/** The side and id that a key was made from. */
export function refOfKey({ pair, key }: RecordKey): RecordRef {
  return key.startsWith('replica:')
    ? { pair, side: 'replica', recordId: key.slice('replica:'.length) }
    : { pair, side: 'master', recordId: key };
}
