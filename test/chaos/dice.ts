import { seededRandom } from '../../simulators/seeded-random.ts';

/** Chance that is the same for the same seed. */
export interface Dice {
  /** Between 0 and 1. */
  fraction(): number;
  /** At least the first, less than the second. */
  between(least: number, below: number): number;
  /** @throws RangeError for an empty list */
  pick<T>(from: readonly T[]): T;
  happens(probability: number): boolean;
  shuffled<T>(list: readonly T[]): T[];
}

/** @param purpose gives each part of a run its own chance, so that one part does not move the others */
export function createDice(seed: number, purpose: number): Dice {
  const fraction = seededRandom(seed * 7_919 + purpose);
  const between = (least: number, below: number): number => least + fraction() * (below - least);
  const pick = <T>(from: readonly T[]): T => {
    const [one] = from.slice(Math.floor(fraction() * from.length));
    if (one === undefined) throw new RangeError('There is nothing to pick from');
    return one;
  };
  return {
    fraction,
    between,
    pick,
    happens: (probability) => fraction() < probability,
    shuffled: (list) =>
      list
        .map((item) => ({ item, order: fraction() }))
        .sort((one, other) => one.order - other.order)
        .map(({ item }) => item),
  };
}
