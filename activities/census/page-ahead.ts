import type { RecordPage } from '../../connectors/connector.ts';
import type { Side } from '../../engine/values.ts';
import type { Asked } from './asked.ts';

/** Where a page of a list begins. */
export interface Place {
  readonly side: Side;
  /** The record behind which the page begins; null: none. */
  readonly position: string | null;
}

/**
 * The page behind the one that lands, asked for meanwhile: to land many new records takes about as long as to read them.
 * At most one, and only for the steps of one activity: one that nobody takes was read in vain.
 */
export class PageAhead {
  readonly #mayAsk: () => boolean;
  #asked: (Place & { readonly page: Promise<Asked<RecordPage>> }) | null = null;

  /** @param mayAsk whether another step will follow that can take it */
  constructor(mayAsk: () => boolean) {
    this.#mayAsk = mayAsk;
  }

  get isThere(): boolean {
    return this.#asked !== null;
  }

  /** Asks for the page at once, if there is time for it. What goes wrong is told to whoever takes it. */
  ask(place: Place, read: () => Promise<Asked<RecordPage>>): void {
    if (!this.#mayAsk()) return;
    const page = read();
    page.catch(() => undefined);
    this.#asked = { ...place, page };
  }

  /** @returns null if it was not asked for */
  take({ side, position }: Place): Promise<Asked<RecordPage>> | null {
    const asked = this.#asked;
    this.#asked = null;
    return asked?.side === side && asked.position === position ? asked.page : null;
  }
}
