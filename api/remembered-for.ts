export interface RememberedForOptions<Key, Answer> {
  /** How old an answer may be that is given, counted from when it was asked for. */
  readonly ms: number;
  /** How many answers are kept; the oldest has to go first. */
  readonly atMost: number;
  /** Milliseconds of a clock that is never put back: a wall clock could keep an answer for hours. */
  readonly nowMs: () => number;
  readonly ask: (key: Key) => Promise<Answer>;
}

interface Asked<Answer> {
  readonly atMs: number;
  readonly answer: Promise<Answer>;
}

/** Answers to a question that everybody asks. Who asks meanwhile waits for the same answer; a failure is told and not kept. */
export class RememberedFor<Key, Answer> {
  readonly #options: RememberedForOptions<Key, Answer>;
  /** The oldest first. */
  readonly #asked = new Map<Key, Asked<Answer>>();

  constructor(options: RememberedForOptions<Key, Answer>) {
    this.#options = options;
  }

  /** @throws what the question throws */
  of(key: Key): Promise<Answer> {
    const nowMs = this.#options.nowMs();
    const known = this.#asked.get(key);
    if (known !== undefined && nowMs - known.atMs < this.#options.ms) return known.answer;
    return this.#askAnew(key, nowMs);
  }

  #askAnew(key: Key, atMs: number): Promise<Answer> {
    const asked = { atMs, answer: this.#options.ask(key) };
    this.#asked.delete(key);
    this.#asked.set(key, asked);
    asked.answer.catch(() => {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
    });
    this.#forgetOldest();
    return asked.answer;
  }

  #forgetOldest(): void {
    if (this.#asked.size <= this.#options.atMost) return;
    const [oldest] = this.#asked.keys();
    if (oldest !== undefined) this.#asked.delete(oldest);
  }
}
