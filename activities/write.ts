import type { RemoteRecord } from '../connectors/connector.ts';
import { creationKey } from '../engine/identity.ts';
import { attributesFor, type FieldWrite } from '../engine/plan.ts';
import { snapshotAfterWrite } from '../engine/snapshot.ts';
import { type Attributes, otherSide, type Side } from '../engine/values.ts';
import type { LinkChanges, NewLedgerRow, SettledRow } from '../store/passes.ts';
import { baseOf, type Pass } from './pass.ts';

/** Stores what is about to be written. Nothing has been sent yet; from here on a crash can be explained. */
export async function planWrites(pass: Pass, writes: readonly FieldWrite[], creation: Side | null): Promise<void> {
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
  await pass.deps.passes.confirm(pass.link, pass.attempt.token);
  const answer = await pass.connector(side).update(pass.entity(side), current, changes, pass.context);
  pass.seen[side] = answer;
  return answer;
}

export async function sendCreate(pass: Pass, side: Side, attributes: Attributes): Promise<RemoteRecord> {
  await pass.deps.passes.confirm(pass.link, pass.attempt.token);
  const answer = await pass.connector(side).create(pass.entity(side), attributes, pass.context);
  pass.seen[side] = answer;
  return answer;
}

/** Names the fields of a write that was answered, for the summary. */
export function tellFields(pass: Pass, side: Side, writes: readonly FieldWrite[]): void {
  for (const write of writes) if (write.side === side) pass.fieldsWritten.add(write.field);
}

/** What the link learns from one side's answer: its snapshot moves for the written fields only. */
export function learned(
  pass: Pass,
  side: Side,
  view: { readonly planned: Attributes; readonly answer: RemoteRecord; readonly writes: readonly FieldWrite[] },
): LinkChanges {
  const written = Object.keys(attributesFor(side, view.writes));
  const seen = snapshotAfterWrite(pass.pair, side, {
    planned: view.planned,
    answer: view.answer.attributes,
    written,
  });
  const snapshot = { ...baseOf(pass.link)[side], ...only(seen, written) };
  const { id, version } = view.answer;
  return side === 'master'
    ? { masterId: id, baseMaster: snapshot, versionMaster: version }
    : { replicaId: id, baseReplica: snapshot, versionReplica: version, ...statusUntold };
}

/** The replica has a new version that the master's status does not show yet. */
export const statusUntold: LinkChanges = { statusSent: null };

export const openRowsOf = (pass: Pass, side: Side, state: SettledRow['state']): SettledRow[] =>
  pass.open.filter((row) => row.side === side).map(({ id }) => ({ id, state }));

const only = (attributes: Attributes, names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)));

function setRow(pass: Pass, write: FieldWrite): NewLedgerRow {
  const { field, side, attribute, oldValue, newValue, losingValue, rule } = write;
  return { ...rowOrigin(pass), action: 'set', side, field, attribute, oldValue, newValue, losingValue, rule };
}

function creationRow(pass: Pass, side: Side): NewLedgerRow {
  const existing = pass.seen[otherSide(side)]?.attributes ?? {};
  const key = creationKey(pass.pair, otherSide(side), existing);
  return { ...rowOrigin(pass), action: 'create', side, rule: 'created', creationKey: key };
}

const rowOrigin = (pass: Pass) => ({
  trigger: pass.trigger,
  runId: pass.attempt.token,
  state: 'planned' as const,
  plannedAt: pass.deps.now(),
});
