/** How often it is looked for what was changed. */
export interface CatchUpIntervals {
  /** Milliseconds; null: never. */
  readonly catchUpEveryMs: number | null;
  /** Systems that are asked at other intervals, by name. */
  readonly catchUpEveryMsOf?: Readonly<Record<string, number | null>>;
}

/** The interval for what concerns all of these systems: the longest of theirs. Null: one of them is never asked. */
export function catchUpIntervalMs(
  { catchUpEveryMs, catchUpEveryMsOf = {} }: CatchUpIntervals,
  systems: readonly string[],
): number | null {
  if (catchUpEveryMs === null) return null;
  const intervals = systems.map((system) => {
    const own = catchUpEveryMsOf[system];
    return own === undefined ? catchUpEveryMs : own;
  });
  return intervals.reduce<number | null>(
    (longest, one) => (longest === null || one === null ? null : Math.max(longest, one)),
    0,
  );
}
