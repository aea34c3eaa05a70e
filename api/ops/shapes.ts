import { z } from 'zod';
import type { LedgerRow } from '../../store/ledger-rows.ts';
import type { Link } from '../../store/link-rows.ts';
import { errorBody } from '../api-error.ts';

export const side = z.enum(['master', 'replica']);
export const time = z.iso.datetime();

/** A value as a system gives or takes it. */
export const json = z.json();
export const perSide = z.object({ master: json, replica: json });

export const pairParams = z.object({ pair: z.string() });
export const recordId = z
  .string()
  .regex(/^(?:replica:)?[A-Za-z0-9_-]{1,100}$/)
  .describe("The master's id, or replica:<id>");
export const recordParams = pairParams.extend({ id: recordId });

/** Why a record failed, for instance `record_failed`. */
export const failureCode = z.string().regex(/^[a-z_]{1,40}$/);

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe('The `next` of the page before'),
});

/** Where the next page begins; null: a page that is not full was the last one. */
export const nextAfter = (page: readonly { readonly id: number }[], limit: number): number | null =>
  page.length === limit ? (page.at(-1)?.id ?? null) : null;

export const pairShape = z.object({
  name: z.string(),
  master: z.object({ system: z.string(), entity: z.string() }),
  replica: z.object({ system: z.string(), entity: z.string() }),
  /** The pairs to whose records its own point. */
  pointsTo: z.array(z.string()),
  paused: z.object({ since: time, reason: z.string() }).nullable(),
  /** What changed in the pair's definition and waits to be accepted, one line each. */
  definitionChanges: z.array(z.string()),
  /** Since when deletions wait for a person, because there were too many. */
  deletionsHeldSince: time.nullable(),
  records: z.object({
    new: z.int(),
    linked: z.int(),
    unlinked: z.int(),
    deleted: z.int(),
    parked: z.int(),
    waiting: z.int(),
  }),
});

export const recordShape = z.object({
  masterId: z.string().nullable(),
  replicaId: z.string().nullable(),
  state: z.enum(['new', 'linked', 'unlinked', 'deleted', 'parked']),
  lastVerdict: z.string().nullable(),
  syncedAt: time.nullable(),
  attempts: z.int(),
  nextAttemptAt: time.nullable(),
  failure: z.object({ code: z.string(), system: z.string().nullable(), message: z.string(), at: time }).nullable(),
  fieldNotes: z.record(
    z.string(),
    z.object({
      kind: z.enum(['not_taken', 'altered', 'waiting']),
      side,
      since: time,
      /** The record that the field points to and that is no couple. */
      waitsFor: z.object({ pair: z.string(), side, id: z.string(), why: z.enum(['unlinked', 'parted']) }).optional(),
    }),
  ),
});

export const historyShape = z.object({
  at: time,
  action: z.enum(['set', 'create', 'delete', 'archive']),
  side,
  field: z.string().nullable(),
  oldValue: json,
  newValue: json,
  losingValue: json,
  rule: z.string(),
  trigger: z.string(),
  /** The conflict whose decision was carried out. */
  conflictId: z.int().nullable(),
  state: z.enum(['planned', 'written', 'dropped', 'asked']),
});

export const outcomeShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), verdict: z.string() }),
  z.object({
    kind: z.literal('waiting'),
    code: z.string(),
    system: z.string().nullable(),
    retryInMs: z.number().nullable(),
  }),
  z.object({ kind: z.literal('held_back'), code: z.string(), system: z.string().nullable() }),
  z.object({ kind: z.literal('parked'), code: z.string(), system: z.string().nullable() }),
  z.object({ kind: z.literal('moved'), key: z.string() }),
  z.object({ kind: z.literal('paused') }),
  z.object({ kind: z.literal('nothing') }),
]);

export const checkShape = z.object({
  outcome: outcomeShape,
  fields: z.array(z.string()),
  calls: z.record(z.string(), z.int()),
  tookMs: z.number(),
  record: recordShape.nullable(),
});
export const pendingShape = z.object({
  pending: z.object({ workflowId: z.string(), reason: z.enum(['still_running', 'not_started']) }),
});

export const problems = { 401: errorBody, 404: errorBody, 429: errorBody, 503: errorBody } as const;
/** The request does not say what it wants in a form that is understood. */
export const badRequest = { 400: errorBody } as const;
/** What was asked for does not fit how things stand. */
export const refused = { 409: errorBody } as const;

export const recordView = (link: Link): z.infer<typeof recordShape> => ({
  masterId: link.masterId,
  replicaId: link.replicaId,
  state: link.state,
  lastVerdict: link.lastVerdict,
  syncedAt: iso(link.syncedAt),
  attempts: link.attempts,
  nextAttemptAt: iso(link.nextAttemptAt),
  failure: link.failure === null ? null : failureView(link.failure),
  fieldNotes: { ...link.fieldNotes },
});

const failureView = ({ code, system, message, at }: NonNullable<Link['failure']>) => ({ code, system, message, at });

export const historyView = (row: LedgerRow): z.infer<typeof historyShape> => ({
  at: (row.settledAt ?? row.plannedAt).toISOString(),
  action: row.action,
  side: row.side,
  field: row.field,
  oldValue: json.parse(row.oldValue),
  newValue: json.parse(row.newValue),
  losingValue: json.parse(row.losingValue),
  rule: row.rule,
  trigger: row.trigger,
  conflictId: row.conflictId,
  state: row.state,
});

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
