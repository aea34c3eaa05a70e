import type { RecordPage } from '../../connectors/connector.ts';
import type { Side } from '../../engine/values.ts';
import type { Asked } from './asked.ts';

interface Place {
  readonly side: Side;
  readonly position: string | null;
}

type PageAsked = Promise<Asked<RecordPage>>;

/**
 * The page after the one that is just being stored: asked for meanwhile, where storing takes as long as reading. Whoever
 * dies meanwhile reads two pages again instead of one.
 */
export class PageAhead {
  readonly #mayBegin: () => boolean;
  #pending: (Place & { readonly asked: PageAsked }) | null = null;

  /** @param mayBegin whether somebody will still come for it */
  constructor(mayBegin: () => boolean) {
    this.#mayBegin = mayBegin;
  }

  get isPending(): boolean {
    return this.#pending !== null;
  }

  begin(place: Place, ask: () => PageAsked): void {
    if (!this.#mayBegin()) return;
    const asked = ask();
    // Whoever comes for it hears of it.
    asked.catch(() => undefined);
    this.#pending = { ...place, asked };
  }

  /** @returns null if it was not asked for */
  take({ side, position }: Place): PageAsked | null {
    const pending = this.#pending;
    this.#pending = null;
    return pending?.side === side && pending.position === position ? pending.asked : null;
  }
}

/** Where each page is asked for when its turn comes. */
export const nothingAhead = (): PageAhead => new PageAhead(() => false);
