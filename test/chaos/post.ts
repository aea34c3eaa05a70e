import type { EspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import type { Desk } from './desk.ts';

const everyMs = 500;

/** EspoCRM's scheduled job, which sends the webhooks. What it gives up for good is told to the administrator's desk. */
export class Post {
  readonly counts = { delivered: 0, failed: 0, givenUp: 0 };
  readonly #crm: EspoCrm;
  readonly #desk: Desk;
  #timer: NodeJS.Timeout | undefined;

  constructor(crm: EspoCrm, desk: Desk) {
    this.#crm = crm;
    this.#desk = desk;
  }

  open(): void {
    this.#timer = setTimeout(() => {
      void this.#run().finally(() => {
        if (this.#timer !== undefined) this.open();
      });
    }, everyMs);
  }

  get isIdle(): boolean {
    return this.#crm.webhooks.pending() === 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run(): Promise<void> {
    const { statuses, lostIds } = await this.#crm.webhooks.deliver();
    this.counts.delivered += statuses.filter((status) => status < 300 && status > 0).length;
    this.counts.failed += statuses.filter((status) => status >= 300 || status === 0).length;
    this.counts.givenUp += lostIds.length;
    for (const id of lostIds) this.#desk.check(id);
  }
}
