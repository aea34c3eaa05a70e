import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { FieldNotes } from '../engine/field-notes.ts';
import type { FieldWrite } from '../engine/plan.ts';
import type { CreationRule } from '../engine/rules.ts';
import type { Attributes, Json, PerSide, Side } from '../engine/values.ts';
import type { Database } from './database.ts';
import { insertMany } from './insert-many.ts';
import { ringWaiting } from './reference-waits.ts';
import { ledger, links } from './schema.ts';

/** A record and the one that was created for it, in one transaction with this. */
export interface NewCouple {
  readonly ids: PerSide<string>;
  readonly versions: PerSide<string | null>;
  readonly base: PerSide<Attributes>;
  readonly notes: FieldNotes;
  /** The side on which it was created, with what. */
  readonly created: {
    readonly side: Side;
    readonly rule: CreationRule;
    readonly writes: readonly Pick<FieldWrite, 'field' | 'newValue'>[];
  };
}

export interface CouplesOrigin {
  readonly pair: string;
  readonly trigger: string;
  /** What created them. */
  readonly runId: string;
}

/**
 * Remembers many couples at once, with one entry of the history for each. One that somebody else has remembered by now is
 * left out.
 * @returns the couples' numbers by the master's id
 */
export async function storeNewCouples(
  tx: Database,
  { pair, trigger, runId }: CouplesOrigin,
  couples: readonly NewCouple[],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  // In one order for everybody: two that store the same couples would wait for each other for ever.
  const ordered = [...couples].sort((one, other) => (one.ids.master < other.ids.master ? -1 : 1));
  const given = ordered.map((couple) => ({ pair, ...linkOf(couple), syncedAt: now, updatedAt: now }));
  const answer = await tx.execute(
    sql`${insertMany(links, given)} returning ${links.id} as number, ${links.masterId} as id`,
  );
  const numbers = new Map(numbered.parse(answer).rows.map(({ id, number }) => [id, number]));
  const stored = ordered.flatMap((couple) => {
    const linkId = numbers.get(couple.ids.master);
    return linkId === undefined ? [] : [{ linkId, ...couple }];
  });
  if (stored.length === 0) return numbers;
  const origin = { pair, trigger, runId, state: 'written', plannedAt: now, settledAt: now } as const;
  await tx.execute(
    insertMany(
      ledger,
      stored.map(({ linkId, created }) => ({ linkId, ...origin, ...entryOf(created) })),
    ),
  );
  const together = stored.map(({ ids }) => ({ pair, masterId: ids.master, replicaId: ids.replica }));
  await ringWaiting(tx, together, now);
  return numbers;
}

/** Numbers come as text where they could be larger than JavaScript's. */
const numbered = z.object({ rows: z.array(z.object({ id: z.string(), number: z.coerce.number() })) });

const linkOf = ({ ids, versions, base, notes }: NewCouple) => ({
  masterId: ids.master,
  replicaId: ids.replica,
  state: 'linked' as const,
  versionMaster: versions.master,
  versionReplica: versions.replica,
  baseMaster: base.master,
  baseReplica: base.replica,
  fieldNotes: notes,
  lastVerdict: 'created',
});

/** One entry says what every field was created with: a row for each would be most of the database after a first import. */
const entryOf = ({ side, rule, writes }: NewCouple['created']) => ({
  action: 'create' as const,
  side,
  rule,
  newValue: Object.fromEntries(writes.map(({ field, newValue }): [string, Json] => [field, newValue])),
});
