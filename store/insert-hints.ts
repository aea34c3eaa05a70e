import { inArray, type SQL, sql, type SQLWrapper } from 'drizzle-orm';
import type { Database } from './database.ts';
import { backgroundTriggers, hintTriggers } from './hint-classes.ts';
import type { Hint } from './record-refs.ts';
import { hints } from './schema.ts';

const urgencyOf = (trigger: SQLWrapper | SQL) =>
  sql`array_position(array[${sql.join(
    hintTriggers.map((one) => sql`${one}::text`),
    sql`, `,
  )}], ${trigger})`;

/** What is urgent is not made less so by what else is said of the record. */
export const strongerTrigger = sql`case when ${urgencyOf(hints.trigger)} < ${urgencyOf(sql`excluded.trigger`)} then ${hints.trigger} else excluded.trigger end`;

/**
 * @param rungAt null or `now` for each `given` row; who was told already, and not picked up yet, stays told
 * @param until when they may be rung; null: as soon as possible
 */
export async function insertHints(
  db: Database,
  batch: readonly Hint[],
  now: Date,
  rungAt: SQL,
  until: Date | null = null,
) {
  const rows = withoutRepetition(batch);
  if (rows.length === 0) return [];
  const unheard = sql`(${hints.rungAt} is null or ${hints.notedSeq} = ${hints.seq})`;
  // One parameter for all of them: a statement can't have more than 65,535.
  const given = JSON.stringify(rows.map((hint) => [hint.pair, hint.side, hint.recordId, hint.trigger]));
  const time = sql`${now.toISOString()}::timestamptz`;
  const held = sql`${until?.toISOString() ?? null}::timestamptz`;
  return db
    .insert(hints)
    .select(
      sql`select given->>0, given->>1, given->>2, nextval('hint_seq'), given->>3, ${time}, coalesce(${held}, ${time}), ${held}, ${rungAt}, null::bigint
        from jsonb_array_elements(${given}::jsonb) as given`,
    )
    .onConflictDoUpdate({
      target: [hints.pair, hints.side, hints.recordId],
      set: {
        seq: sql`excluded.seq`,
        trigger: strongerTrigger,
        dueAt:
          until === null
            ? sql`excluded.due_at`
            : sql`case when ${isDue(now)} then ${hints.dueAt} else excluded.due_at end`,
        heldUntil: heldAfter(now, until),
        rungAt: sql`case when ${unheard} then excluded.rung_at else ${hints.rungAt} end`,
      },
    })
    .returning({ pair: hints.pair, side: hints.side, recordId: hints.recordId, rungAt: hints.rungAt });
}

const isDue = (now: Date): SQL =>
  sql`(${hints.dueAt} <= ${now.toISOString()}::timestamptz and (${hints.heldUntil} is null or ${hints.heldUntil} <= ${now.toISOString()}::timestamptz))`;

/** What a row that is there already is held by from now on. */
const heldAfter = (now: Date, until: Date | null): SQL => {
  if (until !== null) return sql`case when ${isDue(now)} then null else excluded.held_until end`;
  const isBackground = inArray(sql`excluded.trigger`, backgroundTriggers);
  return sql`case when ${isBackground} then ${hints.heldUntil} end`;
};

/** One row per record, in one order for all batches: PostgreSQL refuses doubles in one statement, and orders deadlock. */
function withoutRepetition(batch: readonly Hint[]): Hint[] {
  const rows = new Map<string, Hint>();
  for (const hint of batch) {
    const name = JSON.stringify([hint.pair, hint.side, hint.recordId]);
    const known = rows.get(name);
    if (known === undefined || isMoreUrgent(hint, known)) rows.set(name, hint);
  }
  return [...rows.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, hint]) => hint);
}

/** What of two reasons to look at a record counts. */
export const isMoreUrgent = (one: Pick<Hint, 'trigger'>, other: Pick<Hint, 'trigger'>): boolean =>
  hintTriggers.indexOf(one.trigger) < hintTriggers.indexOf(other.trigger);
