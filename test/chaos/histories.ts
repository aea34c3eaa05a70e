import type { MappedField } from '../../engine/pair.ts';
import { type Canonical, type Json, type Side } from '../../engine/values.ts';
import type { StoredWrite } from './evidence.ts';
import type { Rest } from './findings.ts';
import type { Author } from './journal.ts';

/** One new value of one field on one side, in canonical form. */
export interface Step {
  readonly side: Side;
  readonly id: string;
  readonly author: Author;
  readonly isCreation: boolean;
  /** How often the record had been deleted before. */
  readonly life: number;
  readonly before: Canonical;
  readonly after: Canonical;
}

/** What happened to one field of one couple on both sides, in order, and what the ledger says about it. */
export interface History {
  readonly linkId: number | null;
  /** The couple, as people name it. */
  readonly record: string;
  readonly field: MappedField;
  readonly steps: readonly Step[];
  readonly writes: readonly StoredWrite[];
}

/** Every field of every record that ever was, records of a couple together. */
export function historiesOf(rest: Rest): readonly History[] {
  const coupleOf = couples(rest);
  const writes = Map.groupBy(rest.writes, ({ linkId, field }) => `${linkId}/${field ?? ''}`);
  const lives = new Map<string, number>();
  const histories = new Map<string, History & { steps: Step[] }>();
  for (const { side, id, author, kind, changes } of rest.journal) {
    const life = lives.get(`${side}/${id}`) ?? 0;
    if (kind === 'delete') {
      lives.set(`${side}/${id}`, life + 1);
      continue;
    }
    const { record, linkId } = coupleOf(side, id);
    for (const field of rest.pair.fields) {
      const change = changes[field.attribute[side]];
      if (change === undefined) continue;
      const canonical = (raw: Json): Canonical => field.codec.toCanonical[side](raw);
      const [before, after] = [canonical(change.before), canonical(change.after)];
      if (before === after) continue;
      const key = `${record}/${field.name}`;
      const known = histories.get(key) ?? {
        ...{ linkId, record, field, steps: [] },
        writes: writes.get(`${linkId ?? 0}/${field.name}`) ?? [],
      };
      known.steps.push({ side, id, author, life, isCreation: kind === 'create', before, after });
      histories.set(key, known);
    }
  }
  return [...histories.values()];
}

function couples({ links }: Rest) {
  const byRecord = new Map<string, { record: string; linkId: number }>();
  for (const { id, masterId, replicaId } of links) {
    const couple = { record: masterId ?? `replica:${replicaId ?? ''}`, linkId: id };
    if (masterId !== null) byRecord.set(`master/${masterId}`, couple);
    if (replicaId !== null) byRecord.set(`replica/${replicaId}`, couple);
  }
  return (side: Side, id: string) =>
    byRecord.get(`${side}/${id}`) ?? { record: side === 'master' ? id : `replica:${id}`, linkId: null };
}
