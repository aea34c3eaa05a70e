import type { PassSummary, SyncActivities } from '../../workflows/contract.ts';

/** One attempt of a pass; it lasts until somebody says how it ends. */
export interface HeldPass {
  end(summary: PassSummary): void;
  fail(error: Error): void;
}

export interface HeldPasses {
  readonly activities: SyncActivities;
  /** The next attempt that begins, or has begun and was not asked for yet. */
  next(): Promise<HeldPass>;
}

/** Stands in for the outside work of a pass, which no history shows anything of but its outcome. */
export function holdPasses(): HeldPasses {
  const begun: HeldPass[] = [];
  const wanted: ((pass: HeldPass) => void)[] = [];
  return {
    activities: {
      reconcile: () => {
        const { promise, resolve: end, reject: fail } = Promise.withResolvers<PassSummary>();
        const pass = { end, fail };
        const hand = wanted.shift();
        if (hand === undefined) begun.push(pass);
        else hand(pass);
        return promise;
      },
    },
    next: () => {
      const pass = begun.shift();
      return pass === undefined ? new Promise((resolve) => wanted.push(resolve)) : Promise.resolve(pass);
    },
  };
}
