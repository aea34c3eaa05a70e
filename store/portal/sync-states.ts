import { and, eq } from 'drizzle-orm';
import type { FieldNotes } from '../../engine/field-notes.ts';
import { messagesIn } from '../../engine/messages.ts';
import { targetInWords, type UnlinkedTarget } from '../../engine/reference.ts';
import type { Side } from '../../engine/values.ts';
import type { Database } from '../database.ts';
import { isAnyOf } from '../is-any-of.ts';
import { isParted } from '../reference-waits.ts';
import { links } from '../schema.ts';
import { coupleInLinks, type KnownCouple } from './couple-column.ts';
import type { SyncedEntity } from './tables.ts';

/**
 * How a row of the portal stands to Productive. `synced`: as agreed. `pending`: on its way, or about to be looked at.
 * `failed`: refused, given up, or not in Productive any more; nothing happens by itself.
 */
export type SyncStateName = 'synced' | 'pending' | 'failed';

export interface SyncState {
  readonly state: SyncStateName;
  /** Why it failed, or what a pending one waits for, in words; null where there is nothing to tell. */
  readonly reason: string | null;
  /** When both sides were last found or made equal; null: never yet. */
  readonly lastSyncedAt: Date | null;
  /** The id of the record in Productive; null: it has none yet. */
  readonly productiveId: string | null;
  /** Whether Productive was told all that the row says, as far as it can be. One that only waits for what comes from there was. */
  readonly isConfirmed: boolean;
}

export interface StatedRow {
  readonly id: number;
  readonly version: number;
  readonly modifiedAt: Date;
  readonly productiveId: string | null;
}
type Stated = Omit<StatedRow, 'modifiedAt'>;

/** Of rows that were read without their couple, by the row's id. One query. @param entity also the name of the pair */
export async function syncStatesOf(
  db: Database,
  entity: SyncedEntity,
  rows: readonly Stated[],
): Promise<ReadonlyMap<number, SyncState>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map(({ id }) => String(id));
  const found = await db
    .select({ replicaId: links.replicaId, couple: coupleInLinks })
    .from(links)
    .where(and(eq(links.pair, entity), isAnyOf(links.replicaId, ids)));
  const couples = new Map(found.map(({ replicaId, couple }) => [replicaId, couple]));
  return new Map(rows.map((row) => [row.id, syncStateOf(row, couples.get(String(row.id)) ?? null)]));
}

/**
 * Nothing is stored for it: it follows from what passes know.
 * @param couple null: no pass knows of the row, which has just been made
 */
export function syncStateOf(row: Stated, couple: KnownCouple | null): SyncState {
  const { productiveId } = row;
  if (couple === null) {
    return { state: 'pending', reason: null, lastSyncedAt: null, productiveId, isConfirmed: false };
  }
  const known = { lastSyncedAt: couple.syncedAt, productiveId: couple.masterId ?? productiveId };
  const isToBeTold = isUntold(row, couple);
  const { hintedBy, failure } = couple;
  // By somebody else than a pass that has failed: the row was changed since, or a person wants another try.
  const isAskedAnew = hintedBy !== null && hintedBy !== 'retry';
  if (isParted(couple) && !isAskedAnew) return { ...known, state: 'failed', reason: alone, isConfirmed: !isToBeTold };
  const reason = failure?.message ?? whatWaits(couple.fieldNotes);
  if (couple.state === 'parked' && !isAskedAnew) return { ...known, state: 'failed', reason, isConfirmed: false };
  const isOnItsWay = isToBeTold || waiting(couple.fieldNotes).some(({ waitsFor: { why } }) => why === 'unlinked');
  return { ...known, state: isOnItsWay ? 'pending' : 'synced', reason, isConfirmed: !isToBeTold };
}

/**
 * Whether the row says what Productive was not told so far. A failure that is not parked is tried again by itself. Each pass
 * that looks at the row remembers its version, whatever it comes to: no clock has to say which was first.
 */
const isUntold = (
  { version }: Stated,
  { hintedBy, failure, state, versionReplica, fieldNotes }: KnownCouple,
): boolean =>
  hintedBy !== null ||
  failure !== null ||
  state === 'new' ||
  versionReplica !== String(version) ||
  waiting(fieldNotes).some(({ side, waitsFor: { why } }) => side === 'replica' && why === 'unlinked');

interface Waiting {
  readonly side: Side;
  readonly waitsFor: UnlinkedTarget;
}

const waiting = (notes: FieldNotes): readonly Waiting[] =>
  Object.values(notes).flatMap((note) => (note.kind === 'waiting' ? [note] : []));

/** As the portal's API speaks. */
const words = messagesIn('en', 'UTC');
const alone = 'Productive does not have it any more: it is kept here alone, and nothing of it is sent';

function whatWaits(notes: FieldNotes): string | null {
  const named = (why: UnlinkedTarget['why']) =>
    waiting(notes).flatMap(({ waitsFor }) => (waitsFor.why === why ? [targetInWords(waitsFor)] : []));
  const [unlinked, parted] = [named('unlinked'), named('parted')];
  if (unlinked.length > 0) return words.waitsFor(unlinked);
  return parted.length > 0
    ? `Names ${parted.join(', ')}, of which only one side is left: that is not carried over`
    : null;
}
