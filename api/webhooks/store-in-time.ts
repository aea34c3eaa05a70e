import type { RecordRef } from '../../store/record-refs.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Announced } from './news.ts';

/** The systems wait ten seconds or so; an answer must come before that, and one that says "again" is better than none. */
const storeWithinMs = 4_000;
/** No limit of a batch, which would lose it: larger ones let others at the database in between. */
const storedAtOnce = 10_000;

/** Stores what is news. @returns who must be told. @throws ApiError 503 if it can't be stored now */
export async function storeInTime(
  deps: ApiDependencies,
  announced: readonly Announced[],
): Promise<readonly RecordRef[]> {
  const late = AbortSignal.timeout(storeWithinMs);
  const storing = storeInPortions(deps, announced, late);
  try {
    return await orLate(storing, late);
  } catch (error) {
    // What is stored all the same is marked as rung for: if it were not, it would wait until the sweeper rings again.
    storing.then(
      (toRing) => ring(deps, toRing),
      () => undefined,
    );
    const reason = error instanceof Error ? error.name : 'unknown';
    deps.log.error({ pair: announced[0]?.pair, reason }, 'A webhook could not be stored');
    throw new ApiError(503, 'not_stored', 'It could not be stored; send it again');
  }
}

/** Never throws. */
export const ring = ({ doorbell }: ApiDependencies, records: readonly RecordRef[]): Promise<boolean> =>
  doorbell.ring(records.map((ref) => ({ ...ref, trigger: 'webhook' })));

async function storeInPortions(
  { store, news, now }: ApiDependencies,
  announced: readonly Announced[],
  late: AbortSignal,
): Promise<readonly RecordRef[]> {
  const hints = await news.among(announced);
  const toRing: RecordRef[] = [];
  for (let start = 0; start < hints.length; start += storedAtOnce) {
    late.throwIfAborted();
    toRing.push(...(await store().hints.add(hints.slice(start, start + storedAtOnce), now())));
  }
  return toRing;
}

async function orLate<T>(promise: Promise<T>, late: AbortSignal): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => {
    reject(new StoreTimedOut());
  };
  late.addEventListener('abort', giveUp);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    late.removeEventListener('abort', giveUp);
  }
}

class StoreTimedOut extends Error {
  readonly code = 'store_timed_out';
  constructor() {
    super('The store took too long');
    this.name = 'StoreTimedOut';
  }
}
