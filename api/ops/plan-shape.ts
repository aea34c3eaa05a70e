import { z } from 'zod';
import type { Link } from '../../store/link-rows.ts';
import type { Preview } from '../dependencies.ts';
import { json, outcomeShape, perSide, side } from './shapes.ts';

const attributes = z.record(z.string(), json);

/** What a check of the record would do. */
export const planShape = z.object({
  masterId: z.string().nullable(),
  replicaId: z.string().nullable(),
  outcome: outcomeShape,
  /** What the record's owner would be told. */
  message: z.string().nullable(),
  /** The ledger entries that it would make. */
  changes: z.array(
    z.object({
      action: z.enum(['set', 'create', 'delete', 'archive']),
      side,
      field: z.string().nullable(),
      attribute: z.string().nullable(),
      oldValue: json,
      newValue: json,
      losingValue: json,
      rule: z.string(),
    }),
  ),
  /** Everything that it would send, the status in the master included. */
  writes: z.array(z.object({ system: z.string(), action: z.enum(['create', 'update', 'delete']), attributes })),
  /** Fields that would wait for a person. */
  open: z.array(z.object({ field: z.string(), values: perSide, base: perSide })),
});

export const planPage = z.object({
  /** What changed in the pair's definition and waits to be accepted, one line each. */
  definitionChanges: z.array(z.string()),
  /** How many couples were looked at for this page. */
  looked: z.int(),
  /** Those of them that a check would write to, ask about, or could not look at. */
  plans: z.array(planShape),
  next: z.int().nullable(),
});
export type Plan = z.infer<typeof planShape>;

export const planView = (
  { masterId, replicaId }: Pick<Link, 'masterId' | 'replicaId'>,
  { outcome, message, rows, writes, open }: Preview,
): Plan => ({
  masterId,
  replicaId,
  outcome,
  message,
  changes: rows.map(({ action, side: changed, field = null, attribute = null, rule, ...values }) => ({
    ...{ action, side: changed, field, attribute, rule },
    oldValue: json.parse(values.oldValue ?? null),
    newValue: json.parse(values.newValue ?? null),
    losingValue: json.parse(values.losingValue ?? null),
  })),
  writes: writes.map((write) => ({ ...write, attributes: attributes.parse(write.attributes) })),
  open: open.map(({ field, values, base }) => ({ field, values: perSide.parse(values), base: perSide.parse(base) })),
});

/** Whether there is anything to tell: a write, an open field, a question, or a record that could not be looked at. */
export const isWorthTelling = ({ outcome, writes, open }: Plan): boolean =>
  outcome.kind !== 'done' || writes.length > 0 || open.length > 0;
