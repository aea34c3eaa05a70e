import { type PerSide, type Side } from '../../engine/values.ts';

/** One thing that the campaign is about, known by a number that stands in every name or text that it ever gets. */
export interface Subject {
  readonly number: number;
  readonly ids: Record<Side, string | null>;
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

/** Everything that the campaign is about, and which records people can see to belong together. */
export class Subjects {
  readonly all: Subject[] = [];
  readonly #byId: PerSide<Map<string, Subject>> = { master: new Map(), replica: new Map() };

  next(): Subject {
    const ids = { master: null, replica: null };
    const subject = { number: this.all.length + 1, ids, coupleSinceMs: 0, isGone: false };
    this.all.push(subject);
    return subject;
  }

  isAt(subject: Subject, side: Side, id: string): void {
    subject.ids[side] = id;
    this.#byId[side].set(id, subject);
  }

  ofRecord(side: Side, id: string): Subject | undefined {
    return this.#byId[side].get(id);
  }

  /** People can see that these two belong together. */
  areCouple(ids: PerSide<string>): void {
    const subject = this.ofRecord('master', ids.master) ?? this.ofRecord('replica', ids.replica);
    if (subject === undefined || subject.coupleSinceMs > 0) return;
    subject.coupleSinceMs = Date.now();
    this.isAt(subject, 'replica', ids.replica);
    this.isAt(subject, 'master', ids.master);
  }

  /** Whether both sides have known each other for longer than that. */
  static isEstablished({ coupleSinceMs }: Subject, forMs: number): boolean {
    return coupleSinceMs > 0 && Date.now() - coupleSinceMs > forMs;
  }
}
