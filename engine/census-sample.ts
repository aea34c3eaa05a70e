import type { MergePlan } from './plan.ts';
import type { PerSide, Side } from './values.ts';

// Aliases, not interfaces: only these are JSON to the compiler, and a report is stored as such.

/** How many, and the first few of them: the master's id, or `replica:<id>`. */
export type Sampled = {
  readonly count: number;
  readonly samples: readonly string[];
};

/** What merging couples would write and leave open. Field names only: no values. */
export type ChangesReport = {
  readonly couples: Sampled;
  /** How many values of each field would be written to each side. */
  readonly fields: Readonly<Record<string, PerSide<number>>>;
  /** Couples with a field that a person would have to decide. */
  readonly conflicts: Sampled;
  readonly openFields: Readonly<Record<string, number>>;
};

/** So many are named. */
export const mostSamples = 5;

export class Sample {
  #count = 0;
  readonly #samples: string[] = [];

  add(name: string): void {
    this.#count += 1;
    if (this.#samples.length < mostSamples) this.#samples.push(name);
  }

  report(): Sampled {
    return { count: this.#count, samples: this.#samples };
  }
}

export class Changes {
  readonly #couples = new Sample();
  readonly #conflicts = new Sample();
  readonly #fields = new Map<string, Record<Side, number>>();
  readonly #open = new Map<string, number>();

  add(name: string, { writes, open }: MergePlan): void {
    if (writes.length > 0) this.#couples.add(name);
    if (open.length > 0) this.#conflicts.add(name);
    for (const { field, side } of writes) {
      const counts = this.#fields.get(field) ?? { master: 0, replica: 0 };
      this.#fields.set(field, counts);
      counts[side] += 1;
    }
    for (const { field } of open) this.#open.set(field, (this.#open.get(field) ?? 0) + 1);
  }

  report(): ChangesReport {
    return {
      couples: this.#couples.report(),
      fields: Object.fromEntries(this.#fields),
      conflicts: this.#conflicts.report(),
      openFields: Object.fromEntries(this.#open),
    };
  }
}

export const perSide = (): PerSide<Sample> => ({ master: new Sample(), replica: new Sample() });
export const reportOf = ({ master, replica }: PerSide<Sample>): PerSide<Sampled> => ({
  master: master.report(),
  replica: replica.report(),
});
