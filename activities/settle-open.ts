import type { RemoteRecord } from '../connectors/connector.ts';
import type { Question } from '../engine/plan.ts';
import { attributeOf, type Attributes, type Side, sides } from '../engine/values.ts';
import type { LedgerRow, LinkChanges, SettledRow } from '../store/passes.ts';
import { searchableOf, searchUnlinked } from './observe.ts';
import { baseOf, type Pass } from './pass.ts';
import { statusUntold } from './write.ts';

/**
 * Settles what an earlier attempt had planned and could not finish, from what the systems show now. A write that took
 * effect moves its side's snapshot, so that our own value is never mistaken for somebody's edit.
 * @returns a question where only a person can tell.
 */
export async function settleOpen(pass: Pass, planned: readonly LedgerRow[]): Promise<Question | null> {
  const creation = planned.find(({ action }) => action === 'create');
  if (creation !== undefined && pass.seen[creation.side] === undefined) {
    const question = await settleCreation(pass, creation.side, planned);
    if (question !== null) return question;
  }
  const rows: SettledRow[] = [];
  const base = { master: { ...baseOf(pass.link).master }, replica: { ...baseOf(pass.link).replica } };
  for (const row of planned) {
    const shown = shownBy(pass, row);
    if (shown !== undefined && row.attribute !== null) base[row.side][row.attribute] = shown;
    rows.push({ id: row.id, state: tookEffect(pass, row) ? 'written' : 'dropped' });
  }
  const changes = { baseMaster: base.master, baseReplica: base.replica, ...idsSeen(pass), ...statusUntold };
  await pass.settle(rows, changes);
  return null;
}

/** The creation may or may not have happened: search for its image, or ask where the system can't be searched. */
async function settleCreation(pass: Pass, side: Side, planned: readonly LedgerRow[]): Promise<Question | null> {
  const image = imageOf(side, planned);
  const searchable = searchableOf(pass.connector(side).find, image);
  if (Object.keys(searchable).length === 0) return { code: 'maybe_created', side, ids: [] };
  const found = (await searchUnlinked(pass, side, searchable)).filter((record) => isImage(pass, side, record, image));
  if (found.length > 1) return { code: 'look_alikes', side, ids: found.map(({ id }) => id) };
  const [only] = found;
  if (only !== undefined) pass.seen[side] = only;
  return null;
}

const imageOf = (side: Side, planned: readonly LedgerRow[]): Attributes =>
  Object.fromEntries(
    planned.flatMap((row) =>
      row.side === side && row.action === 'set' && row.attribute !== null ? [[row.attribute, row.newValue]] : [],
    ),
  );

function isImage(pass: Pass, side: Side, record: RemoteRecord, image: Attributes): boolean {
  return pass.pair.fields
    .filter((field) => image[field.attribute[side]] !== undefined)
    .every((field) => canonicalEqual(pass, side, field.attribute[side], record.attributes, image));
}

function tookEffect(pass: Pass, row: LedgerRow): boolean {
  const record = pass.seen[row.side];
  if (record === undefined) return false;
  if (row.action === 'create' || row.attribute === null) return true;
  return canonicalEqual(pass, row.side, row.attribute, record.attributes, { [row.attribute]: row.newValue });
}

/** The raw value that the system shows for a write that took effect. */
const shownBy = (pass: Pass, row: LedgerRow) =>
  row.attribute !== null && tookEffect(pass, row)
    ? attributeOf(pass.seen[row.side]?.attributes ?? {}, row.attribute)
    : undefined;

function canonicalEqual(pass: Pass, side: Side, attribute: string, one: Attributes, other: Attributes): boolean {
  const field = pass.pair.fields.find((candidate) => candidate.attribute[side] === attribute);
  if (field === undefined) return false;
  const canonical = field.codec.toCanonical[side];
  return canonical(attributeOf(one, attribute)) === canonical(attributeOf(other, attribute));
}

/** An adopted creation gives the link its missing id at once, so that it can't be adopted twice. */
function idsSeen(pass: Pass): LinkChanges {
  const ids: Partial<Record<Side, string>> = {};
  for (const side of sides) {
    const id = pass.seen[side]?.id;
    if (id !== undefined) ids[side] = id;
  }
  return { masterId: ids.master ?? pass.link.masterId, replicaId: ids.replica ?? pass.link.replicaId };
}
