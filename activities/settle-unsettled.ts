import type { RemoteRecord } from '../connectors/connector.ts';
import { type FieldNotes, notesFromAnswer } from '../engine/field-notes.ts';
import type { FieldWrite } from '../engine/plan.ts';
import { attributesOfFields, type IdentityKey, namingAttribute } from '../engine/pair.ts';
import { type Question, question } from '../engine/question.ts';
import {
  baseAfterCreation,
  baseAfterWrites,
  isShown,
  presumedOurs,
  type Shown,
  type ShownRecord,
  tookEffect,
  type UnsettledWrite,
  withMoved,
} from '../engine/settled-writes.ts';
import { emptyBase } from '../engine/snapshot.ts';
import { attributeOf, type Attributes, type Json, type Side, sides } from '../engine/values.ts';
import type { LedgerRow, SettledRow } from '../store/ledger-rows.ts';
import type { LinkChanges } from '../store/link-rows.ts';
import { asUnsettled } from '../store/links.ts';
import { isSearchable, searchableOf, searchNaming, searchUnlinked } from './observe.ts';
import { withPartedTargets } from './parted-targets.ts';
import { baseOf, type Pass } from './pass.ts';
import { statusUntold } from './write.ts';

/**
 * Settles what an earlier attempt had planned and could not finish, from what the systems show now. A write that took
 * effect moves its side's snapshot, so that our own value is never mistaken for somebody's edit.
 * @returns a question where only a person can tell.
 */
export async function settleUnsettled(pass: Pass): Promise<Question | null> {
  const rows = await withPartedTargets(pass, pass.unsettled);
  if (rows.length === 0) return null;
  expectLateWrite(pass, rows);
  const creation = rows.find(({ action }) => action === 'create');
  if (creation !== undefined && pass.seen[creation.side] === undefined) {
    const fate = answeredFate(pass, creation) ?? (await fateOf(pass, creation.side, rows));
    if (fate.kind === 'ask') return fate.question;
    if (fate.kind === 'named') return null;
  }
  await settleFromWhatIsShown(pass, rows);
  return null;
}

/** What the earlier attempt has sent may still arrive, whatever is found now: the record is looked at once more later. */
function expectLateWrite(pass: Pass, rows: readonly LedgerRow[]): void {
  if (!rows.some(({ state }) => state === 'planned')) return;
  pass.moveLink([], { recheckAt: new Date(pass.startedAt.getTime() + pass.deps.retry.recheckAfterMs) });
}

/** A person's word made one record: should that one be deleted too, it is asked again. */
export const wordIsKept: LinkChanges = { answer: null };

/** Of a record whose id nobody knows: it may not have been made yet. */
const nothing: ShownRecord = { attributes: {}, version: null, modifiedByUs: null };

const shownOn = ({ seen, link }: Pass, side: Side): Shown =>
  seen[side] ?? (link[side === 'master' ? 'masterId' : 'replicaId'] === null ? nothing : null);

async function settleFromWhatIsShown(pass: Pass, rows: readonly LedgerRow[]): Promise<void> {
  const { pair, link } = pass;
  const shown = { master: shownOn(pass, 'master'), replica: shownOn(pass, 'replica') };
  const writes = rows.flatMap((row) => asUnsettled(row, rows));
  const creation = rows.find((row) => row.action === 'create' && isOurs(pass, row));
  const base =
    creation === undefined
      ? baseAfterWrites(pair, baseOf(link), writes, shown)
      : baseAfterCreation(pair, creation.side, writes, shown);
  const settled = rows.map((row): SettledRow => ({
    id: row.id,
    state: row.side === creation?.side || isWritten(pass, row, rows) ? 'written' : 'dropped',
  }));
  await pass.settle(settled, {
    baseMaster: base.master,
    baseReplica: base.replica,
    presumed: withMoved(link.presumed ?? emptyBase, presumedOurs(pair, writes, shown)),
    fieldNotes: notesOf(pass, rows),
    ...idsSeen(pass),
    ...statusUntold,
    ...(creation === undefined ? {} : wordIsKept),
  });
}

type Fate =
  | { readonly kind: 'ask'; readonly question: Question }
  /** A person has named the record: it is read first. */
  | { readonly kind: 'named' }
  /** It was found, or it is certain enough that there is none. */
  | { readonly kind: 'clear' };

/** What a person says of a creation that was asked about. An answer from before the creation was sent says nothing of it. */
function answeredFate({ link }: Pass, { state }: LedgerRow): Fate | null {
  if (state !== 'asked') return null;
  const answer = link.answer?.answer.kind;
  if (answer === 'link') return { kind: 'named' };
  return answer === 'create' ? { kind: 'clear' } : null;
}

/** The creation may or may not have happened: search for its image, or ask where that proves nothing. */
async function fateOf(pass: Pass, side: Side, planned: readonly LedgerRow[]): Promise<Fate> {
  const named = await namedFate(pass, side);
  if (named !== null) return named;
  const writes = planned.flatMap((row) => asUnsettled(row, planned)).filter((write) => write.side === side);
  const image = Object.fromEntries(writes.map(({ attribute, newValue }) => [attribute, newValue]));
  const alike = await searchUnlinked(pass, side, image);
  const found = alike.filter((record) => isImage(pass, record, writes));
  return found.length === 0 ? notFound(pass, side, image, alike) : fateFrom(pass, side, found);
}

/** The new record names its partner, whatever else was edited since; null where it can't or we can't search by it. */
async function namedFate(pass: Pass, side: Side): Promise<Fate | null> {
  const attribute = namingAttribute(pass.pair, side);
  const partnerId = side === 'master' ? pass.link.replicaId : pass.link.masterId;
  if (attribute === null || partnerId === null || !isSearchable(pass.connector(side).find, attribute)) return null;
  return fateFrom(pass, side, await searchNaming(pass, side, partnerId));
}

/** One record is the one that was created; of several only a person can tell. */
function fateFrom(pass: Pass, side: Side, found: readonly RemoteRecord[]): Fate {
  if (found.length > 1) return lookAlikes(side, found);
  const [only] = found;
  if (only !== undefined) pass.seen[side] = only;
  return { kind: 'clear' };
}

/** A system may have stored something else than was sent: the keys still tell whether there is anything like it. */
async function notFound(pass: Pass, side: Side, image: Attributes, alike: readonly RemoteRecord[]): Promise<Fate> {
  const keys = pass.pair.identity.map((key) => keyIn(pass, side, key, image)).filter((terms) => terms !== null);
  if (alike.length > 0) return lookAlikes(side, alike);
  const isSearched = Object.keys(searchableOf(pass.connector(side).find, image)).length > 0;
  if (keys.length === 0 && !isSearched) return { kind: 'ask', question: question('maybe_created', side) };
  for (const terms of [...keys, ...placeIn(pass, side, image)]) {
    const found = await searchUnlinked(pass, side, terms);
    if (found.length > 0) return lookAlikes(side, found);
  }
  return { kind: 'clear' };
}

/**
 * Where records of a master without a status were created: it may have been edited since, and nothing else would tell. Who
 * has none of these references is not looked for.
 */
function placeIn({ pair }: Pass, side: Side, image: Attributes): readonly Attributes[] {
  if (side === 'replica' || pair.status !== null) return [];
  const place = pair.fields.flatMap(({ attribute: { master }, codec, required }): [string, Json][] => {
    const value = codec.target !== undefined && required ? image[master] : null;
    return value == null ? [] : [[master, value]];
  });
  return place.length === 0 ? [] : [Object.fromEntries(place)];
}

/** The part of the image that a key is made of, as far as it can be searched by; null if the key is not filled. */
function keyIn(pass: Pass, side: Side, key: IdentityKey, image: Attributes): Attributes | null {
  const names = attributesOfFields(pass.pair, side, key.fields);
  const terms = Object.fromEntries(names.flatMap((name) => (image[name] == null ? [] : [[name, image[name]]])));
  const searchable = searchableOf(pass.connector(side).find, terms);
  return Object.keys(terms).length === names.length && Object.keys(searchable).length > 0 ? searchable : null;
}

const lookAlikes = (side: Side, found: readonly RemoteRecord[]): Fate => ({
  kind: 'ask',
  question: question('look_alikes', side, { ids: found.map(({ id }) => id) }),
});

const isImage = (pass: Pass, record: RemoteRecord, writes: readonly UnsettledWrite[]): boolean =>
  writes.every((write) => isShown(pass.pair, write, record.attributes));

/** Whether the record is the one that was to be created, where it carries its partner's id; elsewhere it was searched or named. */
function isOurs(pass: Pass, { side }: LedgerRow): boolean {
  const { pair, seen, link } = pass;
  const record = seen[side];
  const naming = namingAttribute(pair, side);
  if (record === undefined) return false;
  if (naming === null) return !isFormer(pass, side, record.id);
  return attributeOf(record.attributes, naming) === (side === 'master' ? link.replicaId : link.masterId);
}

/** The record that was gone when its successor was planned is there again, unless a person has named it. */
function isFormer({ known: { link } }: Pass, side: Side, id: string): boolean {
  const answer = link.answer?.answer;
  const isNamed = answer?.kind === 'link' && answer.id === id;
  return !isNamed && (side === 'master' ? link.masterId : link.replicaId) === id;
}

function isWritten({ pair, seen }: Pass, row: LedgerRow, rows: readonly LedgerRow[]): boolean {
  const record = seen[row.side];
  if (record === undefined) return row.action === 'delete';
  return asUnsettled(row, rows).some((write) => tookEffect(pair, write, record));
}

/** What a system made of values whose write it never answered. */
function notesOf(pass: Pass, rows: readonly LedgerRow[]): FieldNotes {
  const { pair, seen, deps } = pass;
  const since = deps.now().toISOString();
  const notesOn = (side: Side): FieldNotes => {
    const writes = rows.flatMap((row) => (row.side === side && isWritten(pass, row, rows) ? asFieldWrite(row) : []));
    return notesFromAnswer(pair, side, writes, seen[side]?.attributes ?? {}, since);
  };
  return { ...pass.link.fieldNotes, ...notesOn('master'), ...notesOn('replica') };
}

function asFieldWrite({ field, side, attribute, oldValue, newValue, losingValue, rule }: LedgerRow): FieldWrite[] {
  if (field === null || attribute === null) return [];
  return [{ field, side, attribute, oldValue, newValue, losingValue, rule }];
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
