import { setTimeout as sleep } from 'node:timers/promises';

export interface DeskOptions {
  /** Asks for one check. Resolves with the answer's status; rejects where there is none. */
  readonly ask: (key: string) => Promise<number>;
  readonly atOnce: number;
}

const tryAgainMs = 1_000;

/**
 * Does what an administrator does today where no webhook tells of a change: `tandem sync-check`. What can't be asked
 * because the API is away is remembered and asked again.
 */
export class Desk {
  readonly counts = { asked: 0, answered: 0, postponed: 0 };
  readonly refusals: string[] = [];
  readonly #wanted = new Set<string>();
  readonly #options: DeskOptions;
  #busy = 0;
  #isOpen = true;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** @param key a record's name among those of all pairs */
  check(key: string): void {
    this.#wanted.add(key);
    this.#work();
  }

  get isIdle(): boolean {
    return this.#wanted.size === 0 && this.#busy === 0;
  }

  /** Checks that nobody has begun to ask for. */
  get backlog(): number {
    return this.#wanted.size;
  }

  close(): void {
    this.#isOpen = false;
  }

  #work(): void {
    while (this.#isOpen && this.#busy < this.#options.atOnce) {
      const [key] = this.#wanted;
      if (key === undefined) return;
      this.#wanted.delete(key);
      this.#busy += 1;
      void this.#ask(key).finally(() => {
        this.#busy -= 1;
        this.#work();
      });
    }
  }

  async #ask(key: string): Promise<void> {
    this.counts.asked += 1;
    const status = await this.#options.ask(key).catch(() => null);
    if (status !== null && status < 300) {
      this.counts.answered += 1;
      return;
    }
    // Whoever asked for something impossible would wait for ever.
    if (status !== null && status < 500 && status !== 429) {
      this.refusals.push(`${key} was answered with ${status}`);
      return;
    }
    this.counts.postponed += 1;
    await sleep(tryAgainMs);
    this.#wanted.add(key);
  }
}
