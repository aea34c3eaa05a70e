/** One attempt of an activity; it lasts until somebody says how it ends. */
export interface HeldWork<Result> {
  end(result: Result): void;
  fail(error: Error): void;
}

export interface HeldActivity<Result> {
  readonly activity: () => Promise<Result>;
  /** The next attempt that begins, or has begun and was not asked for yet. */
  next(): Promise<HeldWork<Result>>;
}

/** Stands in for outside work, which no history shows anything of but its outcome. */
export function holdActivity<Result>(): HeldActivity<Result> {
  const begun: HeldWork<Result>[] = [];
  const wanted: ((work: HeldWork<Result>) => void)[] = [];
  return {
    activity: () => {
      const { promise, resolve: end, reject: fail } = Promise.withResolvers<Result>();
      const hand = wanted.shift();
      if (hand === undefined) begun.push({ end, fail });
      else hand({ end, fail });
      return promise;
    },
    next: () => {
      const work = begun.shift();
      return work === undefined ? new Promise((resolve) => wanted.push(resolve)) : Promise.resolve(work);
    },
  };
}
