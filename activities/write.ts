import type { RemoteRecord } from '../connectors/connector.ts';
import { creationKey } from '../engine/identity.ts';
import { notesFromAnswer } from '../engine/field-notes.ts';
import { attributesOfFields, project } from '../engine/pair.ts';
import { attributesFor, type CreatePlan, type FieldWrite } from '../engine/plan.ts';
import { baseBetweenWrites, withMoved } from '../engine/settled-writes.ts';
import { snapshotAfterWrite } from '../engine/snapshot.ts';
import { type Attributes, otherSide, type PerSide, type Side } from '../engine/values.ts';
import type { NewLedgerRow, SettledRow } from '../store/ledger-rows.ts';
import type { LinkChanges } from '../store/link-rows.ts';
import { baseOf, type Pass } from './pass.ts';

/** Stores what is about to be written. Nothing has been sent yet; from here on a crash can be explained. */
export async function planWrites(
  pass: Pass,
  writes: readonly FieldWrite[],
  creation: Pick<CreatePlan, 'side' | 'rule'> | null,
): Promise<void> {
  const rows = [
    ...(creation === null ? [] : [creationRow(pass, creation)]),
    ...writes.map((write) => setRow(pass, write)),
  ];
  if (rows.length === 0) return;
  const ids = await pass.deps.passes.plan(pass.link, pass.attempt.token, rows);
  pass.open = ids.map((id, index) => ({
    id,
    side: rows[index]?.side ?? 'replica',
    action: rows[index]?.action ?? 'set',
  }));
}

/** Writes one side's fields and whatever else travels with them; the caller settles what was learned. */
export async function sendUpdate(pass: Pass, side: Side, changes: Attributes): Promise<RemoteRecord> {
  const current = pass.seen[side];
  if (current === undefined) throw new Error(`The ${side} record was not read before it was written`);
  const answer = await pass.connector(side).update(pass.entity(side), current, changes, pass.context);
  took(pass, side, answer);
  return answer;
}

export async function sendCreate(pass: Pass, side: Side, attributes: Attributes): Promise<RemoteRecord> {
  const partnerId = pass.seen[otherSide(side)]?.id;
  const context = partnerId === undefined ? pass.context : { ...pass.context, partnerId };
  const answer = await pass.connector(side).create(pass.entity(side), attributes, context);
  took(pass, side, answer);
  return answer;
}

function took(pass: Pass, side: Side, answer: RemoteRecord): void {
  pass.seen[side] = answer;
  pass.written.add(side);
}

/** Names the fields of a write that was answered, for the summary. */
export function tellFields(pass: Pass, side: Side, writes: readonly FieldWrite[]): void {
  for (const write of writes) if (write.side === side) pass.fieldsWritten.add(write.field);
}

/**
 * What the link learns from one side's answer: both snapshots move, for the written fields only. The other side's moves
 * to the value that was written: should the pass end now, what that side shows later is measured against it, and a value
 * that it should have got too is still on its way.
 */
export function learned(
  pass: Pass,
  side: Side,
  view: {
    readonly planned: PerSide<Attributes>;
    readonly answer: RemoteRecord;
    readonly writes: readonly FieldWrite[];
  },
): LinkChanges {
  const { planned, answer, writes } = view;
  const source = otherSide(side);
  const written = writes.filter((write) => write.side === side);
  const fromSource = written
    .map(({ field }) => field)
    .filter((field) => !writes.some((one) => one.side === source && one.field === field));
  const attributes = Object.keys(attributesFor(side, writes));
  const seen = snapshotAfterWrite(pass.pair, side, {
    planned: planned[side],
    answer: answer.attributes,
    written: attributes,
  });
  const base = baseOf(pass.link);
  const moved = {
    master: {},
    replica: {},
    [side]: only(seen, attributes),
    [source]: only(project(pass.pair, source, planned[source]), attributesOfFields(pass.pair, source, fromSource)),
  };
  const between = baseBetweenWrites(pass.pair, side, writes, answer.attributes);
  const next = withMoved(withMoved(base, moved), between);
  const { id, version } = answer;
  return {
    baseMaster: next.master,
    baseReplica: next.replica,
    fieldNotes: {
      ...pass.link.fieldNotes,
      ...notesFromAnswer(pass.pair, side, writes, answer.attributes, pass.deps.now().toISOString()),
    },
    ...(side === 'master'
      ? { masterId: id, versionMaster: version }
      : { replicaId: id, versionReplica: version, ...statusUntold }),
  };
}

/** The replica has a new version that the master's status does not show yet. */
export const statusUntold: LinkChanges = { statusSent: null };

export const openRowsOf = (pass: Pass, side: Side, state: SettledRow['state']): SettledRow[] =>
  pass.open.filter((row) => row.side === side).map(({ id }) => ({ id, state }));

const only = (attributes: Attributes, names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)));

function setRow(pass: Pass, write: FieldWrite): NewLedgerRow {
  const { field, side, attribute, oldValue, newValue, losingValue, rule } = write;
  const conflictId = rule.startsWith('decided_') ? conflictOf(pass, field) : null;
  return {
    ...rowOrigin(pass),
    seenVersion: pass.seen[side]?.version ?? null,
    action: 'set',
    side,
    field,
    attribute,
    oldValue,
    newValue,
    losingValue,
    rule,
    conflictId,
  };
}

const conflictOf = ({ known }: Pass, field: string): number | null =>
  known.conflicts.find((conflict) => conflict.field === field)?.id ?? null;

function creationRow(pass: Pass, { side, rule }: Pick<CreatePlan, 'side' | 'rule'>): NewLedgerRow {
  const existing = pass.seen[otherSide(side)]?.attributes ?? {};
  const key = creationKey(pass.pair, otherSide(side), existing);
  return { ...rowOrigin(pass), action: 'create', side, rule, creationKey: key };
}

export const rowOrigin = (pass: Pass) => ({
  trigger: pass.trigger,
  runId: pass.attempt.token,
  state: 'planned' as const,
  plannedAt: pass.deps.now(),
});
