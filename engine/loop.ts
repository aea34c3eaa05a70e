import { type Json, type Side, textOfJson } from './values.ts';

/** More returning writes of one field than `returns` within the window are no work any more, but a loop. */
export interface LoopLimit {
  readonly windowMs: number;
  readonly returns: number;
}

export const defaultLoopLimit: LoopLimit = { windowMs: 3_600_000, returns: 6 };

/** A write of the recent past, in the order of writing. The caller leaves out what is older than the window. */
export interface RecentWrite {
  readonly field: string;
  readonly side: Side;
  readonly newValue: Json;
}

/**
 * The fields that go back and forth: the number of a field's writes which brought another value to the other side than the
 * write before, or a value that had been written to that side already, exceeds the limit. The writes about to be made count.
 */
export function loopingFields(
  recent: readonly RecentWrite[],
  planned: readonly RecentWrite[],
  { returns }: LoopLimit,
): readonly string[] {
  const fields = new Set(planned.map(({ field }) => field));
  return [...fields].filter((name) => {
    const ofField = (write: RecentWrite): boolean => write.field === name;
    return returnsOf([...recent.filter(ofField), ...planned.filter(ofField)]) > returns;
  });
}

function returnsOf(writes: readonly RecentWrite[]): number {
  const seen = new Set<string>();
  let count = 0;
  let previous: { readonly side: Side; readonly value: string } | undefined;
  for (const { side, newValue } of writes) {
    const value = textOfJson(newValue);
    // A value that both sides get at once, as a combined one, has not come back.
    const isTurn = previous !== undefined && previous.side !== side && previous.value !== value;
    if (isTurn || seen.has(`${side} ${value}`)) count += 1;
    seen.add(`${side} ${value}`);
    previous = { side, value };
  }
  return count;
}
