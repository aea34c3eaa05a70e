import { seededRandom } from '../../seeded-random.ts';

/** Choices that are the same for the same seed. */
export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  of<T>(choices: readonly T[]): T {
    const found = choices[Math.floor(this.#random() * choices.length)];
    if (found === undefined) throw new RangeError('There is nothing to choose from');
    return found;
  }

  /** Rising ids with gaps, of which the one at `index` is `id`. */
  idsAround(id: number, index: number, count: number): number[] {
    const ids = [id];
    while (ids.length <= index) ids.unshift((ids[0] ?? id) - this.between(1, 7));
    while (ids.length < count) ids.push((ids.at(-1) ?? id) + this.between(1, 7));
    return ids.slice(0, count);
  }
}

/** Whether the n-th of all is one of so many that are spread evenly. */
export const isSpread = (index: number, chosen: number, all: number): boolean => (index * chosen) % all < chosen;
