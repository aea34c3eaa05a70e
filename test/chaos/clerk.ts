import type { Desk } from './desk.ts';
import type { StoredLink } from './evidence.ts';
import { isAboutDeletion, keyOf, nameOf } from './links.ts';

/** What a person does about a question, by its code. Resolves with whether it could be done. */
export type Answers = Readonly<Record<string, (link: StoredLink) => boolean | Promise<boolean>>>;

export interface ClerkOptions {
  readonly answers: Answers;
  readonly desk: Desk;
}

/** As long as a creation may still arrive, nobody looks it up. */
const settleMs = 5_000;

/** The person who answers what Tandem asks, by looking into both systems; and starts again what was given up. */
export class Clerk {
  /** How often each question was asked. */
  readonly asked = new Map<string, number>();
  /** Each time a record was given up, with the reason. */
  readonly givenUp: string[] = [];
  readonly #dealtWith = new Set<string>();
  readonly #options: ClerkOptions;

  constructor(options: ClerkOptions) {
    this.#options = options;
  }

  async look(links: readonly StoredLink[]): Promise<void> {
    for (const link of links) {
      const { failure, state, nextAttemptAt } = link;
      // What waits goes on by itself, also if it had been parked before.
      if (state !== 'parked' || failure === null || nextAttemptAt !== null || isAboutDeletion(link)) continue;
      if (Date.now() - Date.parse(failure.at) < settleMs) continue;
      const occasion = `${link.id} ${failure.at}`;
      if (this.#dealtWith.has(occasion)) continue;
      if (await this.#dealWith(link, failure.code)) this.#dealtWith.add(occasion);
    }
  }

  /** @returns whether it could be done */
  async #dealWith(link: StoredLink, code: string): Promise<boolean> {
    const answer = this.#options.answers[code];
    if (answer === undefined) {
      const system = link.failure?.system;
      this.givenUp.push(`${keyOf(link)}: ${code}${system ? ` (${system})` : ''}`);
      this.#options.desk.check(nameOf(link.pair, keyOf(link)));
      return true;
    }
    if (!(await answer(link))) return false;
    this.asked.set(code, (this.asked.get(code) ?? 0) + 1);
    return true;
  }
}
