const everyMs = 500;

/** What came of sending once. */
export interface Delivery {
  /** 0: no connection. */
  readonly statuses: readonly number[];
  /** Records whose event was given up for good. */
  readonly lost: readonly string[];
}

export interface PostOptions {
  /** Sends what is due. */
  readonly deliver: () => Promise<Delivery>;
  readonly pending: () => number;
  readonly onLost: (record: string) => void;
}

/** The job of a system that sends its webhooks. */
export class PostOffice {
  readonly counts = { delivered: 0, failed: 0, givenUp: 0 };
  readonly #options: PostOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PostOptions) {
    this.#options = options;
  }

  open(): void {
    this.#timer = setTimeout(() => {
      void this.#run().finally(() => {
        if (this.#timer !== undefined) this.open();
      });
    }, everyMs);
  }

  get isIdle(): boolean {
    return this.#options.pending() === 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run(): Promise<void> {
    const { statuses, lost } = await this.#options.deliver();
    this.counts.delivered += statuses.filter((status) => status < 300 && status > 0).length;
    this.counts.failed += statuses.filter((status) => status >= 300 || status === 0).length;
    this.counts.givenUp += lost.length;
    for (const record of lost) this.#options.onLost(record);
  }
}
