import { pair } from './systems.ts';
import type { Entry, Journal } from './journal.ts';

/** One person that the campaign is about, known by a number that stands in every name that they ever get. */
export interface Subject {
  readonly number: number;
  crmId: string | null;
  betNr: string | null;
  /** When people could first see that the two records belong together; 0 as long as they can't. */
  coupleSinceMs: number;
  /** Somebody has deleted one of the two records; nobody touches the other one any more. */
  isGone: boolean;
}

const trace = /\bR(\d+)\b/;

/** The number of the subject that a name belongs to. */
export function subjectOfName(name: unknown): number | null {
  const found = typeof name === 'string' ? trace.exec(name)?.[1] : undefined;
  return found === undefined ? null : Number(found);
}

/** Everybody in the campaign, and which records people can see to belong together. */
export class Subjects {
  readonly all: Subject[] = [];
  readonly #byCrmId = new Map<string, Subject>();
  readonly #byBetNr = new Map<string, Subject>();

  constructor(journal: Journal) {
    journal.onEntry((entry) => {
      if (entry.side === 'master' && entry.kind !== 'delete') this.#see(entry);
    });
  }

  next(): Subject {
    const subject = { number: this.all.length + 1, crmId: null, betNr: null, coupleSinceMs: 0, isGone: false };
    this.all.push(subject);
    return subject;
  }

  isInCrm(subject: Subject, id: string): void {
    subject.crmId = id;
    this.#byCrmId.set(id, subject);
  }

  isAtFirm(subject: Subject, betNr: string): void {
    subject.betNr = betNr;
    this.#byBetNr.set(betNr, subject);
  }

  ofRecord(side: Entry['side'], id: string): Subject | undefined {
    return (side === 'master' ? this.#byCrmId : this.#byBetNr).get(id);
  }

  /** EspoCRM shows the partner's number as soon as it is known. */
  #see({ id, changes }: Entry): void {
    const shown = changes[pair.status?.replicaId ?? '']?.after;
    if (typeof shown !== 'string') return;
    const byCrm = this.#byCrmId.get(id);
    const byFirm = this.#byBetNr.get(shown);
    const subject = byCrm ?? byFirm;
    if (subject === undefined || subject.coupleSinceMs > 0) return;
    subject.coupleSinceMs = Date.now();
    this.isAtFirm(subject, shown);
    this.isInCrm(subject, id);
  }
}
