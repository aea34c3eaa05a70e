import type { Desk } from './desk.ts';
import type { StoredLink } from './evidence.ts';
import { isAboutDeletion, keyOf } from './links.ts';
import type { OpsClient } from './ops-client.ts';
import { subjectOfName } from './subjects.ts';
import { entity, type Systems } from './systems.ts';

export interface ClerkOptions {
  readonly systems: Systems;
  readonly desk: Desk;
  readonly ops: OpsClient;
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
    switch (code) {
      case 'maybe_created':
        this.#count(code);
        this.#enterNumber(link);
        return true;
      case 'look_alikes':
        if (!(await this.#answer(link))) return false;
        this.#count(code);
        return true;
      default:
        this.givenUp.push(`${keyOf(link)}: ${code}${link.failure?.system ? ` (${link.failure.system})` : ''}`);
        this.#options.desk.check(keyOf(link));
        return true;
    }
  }

  #count(code: string): void {
    this.asked.set(code, (this.asked.get(code) ?? 0) + 1);
  }

  /** As the message says: the party's number goes into EspoCRM, and who is not in Advoware is created there first. */
  #enterNumber({ masterId }: StoredLink): void {
    const { crm, firm, journal } = this.#options.systems;
    const record = crm.record(entity, masterId ?? '');
    if (record === undefined || record.deleted || masterId === null) return;
    journal.byPerson(() => {
      const name = String(record['lastName']);
      const betNr = this.#partyOf(subjectOfName(name)) ?? firm.create({ name }).betNr;
      crm.update(entity, masterId, { betnr: String(betNr) });
    });
  }

  async #answer(link: StoredLink): Promise<boolean> {
    const partner = this.#partnerOf(link);
    const status = await this.#options.ops.answer(keyOf(link), partner).catch(() => 503);
    return status < 300 || status === 409;
  }

  #partnerOf({ masterId, replicaId }: StoredLink): string | null {
    const { crm, firm } = this.#options.systems;
    if (masterId !== null)
      return this.#partyOf(subjectOfName(crm.record(entity, masterId)?.['lastName']))?.toString() ?? null;
    const subject = subjectOfName(firm.record(Number(replicaId))?.name);
    const found = crm.records(entity).find((one) => !one.deleted && subjectOfName(one['lastName']) === subject);
    return found?.id ?? null;
  }

  #partyOf(subject: number | null): number | undefined {
    return this.#options.systems.firm.records().find(({ name }) => subjectOfName(name) === subject)?.betNr;
  }
}
