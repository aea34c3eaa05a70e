import type { MappedField } from '../../engine/pair.ts';
import type { UnlinkedTarget } from '../../engine/reference.ts';
import { losingRules } from '../../engine/rules.ts';
import { type Canonical, type Json, otherSide, type Side, sides } from '../../engine/values.ts';
import type { LedgerRow } from '../../store/ledger-rows.ts';
import type { Link } from '../../store/link-rows.ts';
import { isTogether } from '../../store/reference-waits.ts';
import type { Change } from './model-system.ts';
import { nameIn, nameOfField, nameOfStored } from './reference-names.ts';
import type { World } from './world.ts';

/** Everything that is known when a campaign has come to rest. */
export interface Rest {
  readonly world: World;
  readonly links: readonly Link[];
  readonly ledger: readonly LedgerRow[];
  /** `link/field` of every open conflict. */
  readonly contested: ReadonlySet<string>;
  /** Of all pairs, by the couple's number. */
  readonly couples: ReadonlyMap<string, Link>;
}

export async function restOf(world: World): Promise<Rest> {
  const conflicts = await world.store.conflicts();
  const all = await Promise.all(world.peers().map((peer) => peer.store.links()));
  return {
    world,
    couples: new Map(all.flat().map((link) => [String(link.id), link])),
    links: await world.store.links(),
    ledger: await world.store.ledger(),
    contested: new Set(
      conflicts.filter(({ closedAt }) => closedAt === null).map(({ linkId, field }) => `${linkId}/${field}`),
    ),
  };
}

const idOn = (link: Link, side: Side): string | null => (side === 'master' ? link.masterId : link.replicaId);

/** I1: every couple agrees on each field, or the link, a conflict or a question says why. */
function unexplainedDifferences({ world, links, contested }: Rest): string[] {
  return links.flatMap((link) => {
    const [master, replica] = [
      world.systems.master.get(link.masterId ?? ''),
      world.systems.replica.get(link.replicaId ?? ''),
    ];
    const isWaiting = link.failure?.code === 'waits_for';
    if (link.state !== 'linked' || isWaiting || master === undefined || replica === undefined) return [];
    return world.pair.fields
      .filter(
        (field) =>
          nameOfField(world, field, 'master', master.attributes) !==
            nameOfField(world, field, 'replica', replica.attributes) &&
          link.fieldNotes[field.name] === undefined &&
          !contested.has(`${link.id}/${field.name}`),
      )
      .map((field) => `${link.masterId ?? ''} ${field.name} differs and nothing says why`);
  });
}

/** I1: every living record is linked, or its link says what it waits for. */
function unexplainedRecords({ world, links }: Rest): string[] {
  return sides.flatMap((side) =>
    world.systems[side]
      .ids()
      .filter((id) => world.systems[side].isLiving(id))
      .filter((id) => {
        const link = links.find((one) => idOn(one, side) === id);
        if (link === undefined) return true;
        const isWaiting = link.failure?.code === 'waits_for';
        const isSettled = link.state === 'linked' || link.state === 'unlinked' || link.state === 'parked' || isWaiting;
        return !isSettled || (link.state === 'parked' && link.failure === null);
      })
      .map((id) => `${id} is in no link that says what is the matter with it`),
  );
}

/** I3: what a person typed reached the other side, was replaced by a person, or stands in the ledger as the loser. */
export function lostEdits(rest: Rest): string[] {
  const { changes } = rest.world;
  return changes.flatMap((change, index) => {
    if (change.author !== 'tandem' || change.action !== 'set') return [];
    const field = fieldOf(rest, change);
    if (field === undefined) return [];
    const canonical = (raw: Json): Canonical => nameIn(rest.world, field, change.side, raw);
    if (canonical(change.before) === canonical(change.after)) return [];
    const edit = changes
      .slice(0, index)
      .findLast((one) => isSameAttribute(one, change) && canonical(one.before) !== canonical(one.after));
    if (edit === undefined || edit.author !== 'person') return [];
    const value = canonical(change.before);
    const isKept =
      reachedPartner(rest, field, edit, value) ||
      isLoser(rest, field, change, value) ||
      isUndone(rest, field, edit, value);
    return isKept ? [] : [`${change.id} ${field.name}: ${String(value)} was lost in step ${change.step}`];
  });
}

function fieldOf({ world }: Rest, { side, attribute }: Change): MappedField | undefined {
  return world.pair.fields.find((field) => field.attribute[side] === attribute);
}

const isSameAttribute = (one: Change, other: Change): boolean =>
  one.side === other.side && one.id === other.id && one.attribute === other.attribute && one.action === 'set';

function reachedPartner(rest: Rest, field: MappedField, edit: Change, value: Canonical): boolean {
  const side = otherSide(edit.side);
  const canonical = (raw: Json): Canonical => nameIn(rest.world, field, side, raw);
  return rest.world.partnersOf(edit.side, edit.id).some((id) => {
    const own = rest.world.changes.filter((one) => one.side === side && one.id === id);
    const startedAt = Math.max(edit.step, own.find(({ action }) => action === 'create')?.step ?? 0);
    const values = own.filter(({ attribute }) => attribute === field.attribute[side]);
    const heldThen = values.filter(({ step }) => step <= startedAt).at(-1)?.after ?? null;
    return [heldThen, ...values.filter(({ step }) => step >= startedAt).map(({ after }) => after)].some(
      (held) => canonical(held) === value,
    );
  });
}

/** People changed it and put it back before anybody looked: a value that both once held, and only people touched since. */
function isUndone(rest: Rest, field: MappedField, edit: Change, value: Canonical): boolean {
  const { changes } = rest.world;
  const partners = rest.world.partnersOf(edit.side, edit.id);
  const held: Record<Side, Canonical> = { master: null, replica: null };
  let onlyPeopleSince = value === null;
  for (const change of changes.slice(0, changes.indexOf(edit) + 1)) {
    const isOwn = change.side === edit.side ? change.id === edit.id : partners.includes(change.id);
    if (!isOwn || change.attribute !== field.attribute[change.side]) continue;
    held[change.side] = nameIn(rest.world, field, change.side, change.after);
    if (held.master === value && held.replica === value) onlyPeopleSince = true;
    else if (change.author === 'tandem') onlyPeopleSince = false;
  }
  return onlyPeopleSince;
}

function isLoser(rest: Rest, field: MappedField, { side }: Change, value: Canonical): boolean {
  const canonical = (raw: Json): Canonical => nameOfStored(rest.world, rest.couples, { field, side, value: raw });
  return rest.ledger.some(
    (row) =>
      row.side === side &&
      row.field === field.name &&
      (row.losingValue !== null || losingRules.has(row.rule) || isFilled(row, value) || isStuck(rest, field)) &&
      row.state !== 'planned' &&
      canonical(row.losingValue) === value,
  );
}

/**
 * A field that one side does not take, whether that is declared or not: what was cleared on the other side could not reach
 * it, and a later edit comes back over the blank. The entry for that edit shows the blank as its old value; that it is
 * also the losing one can't be told from "none", since both are null.
 */
const isStuck = ({ world }: Rest, { attribute, readOnlyOn }: MappedField): boolean =>
  readOnlyOn.length > 0 || sides.some((side) => world.systems[side].traits.ignores.includes(attribute[side]));

/** Where two records meet for the first time, a blank is no edit. */
const isFilled = ({ rule }: LedgerRow, value: Canonical): boolean => rule === 'first_sync_fill' && value === null;

/** I4: one link per id and side, and no two living records that we made of one. */
export function doubles({ world, links, ledger }: Rest): string[] {
  return sides.flatMap((side) => {
    const ids = links.flatMap((link) => idOn(link, side) ?? []);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} stands in two links`);
    const made = world.changes.filter((one) => one.side === side && one.action === 'create' && one.author === 'tandem');
    const orphans = made
      .map(({ id }) => id)
      .filter((id) => world.systems[side].isLiving(id) && !ids.includes(id))
      .map((id) => `${id} was made by us and belongs to nobody`);
    const orphanedByLink = ledger.length === 0 ? ['records were made without an entry'] : [];
    return [...twice, ...orphans, ...(made.length > 0 ? orphanedByLink : [])];
  });
}

/** I5: a record that a person deleted is made again only by an edit, a restore or a person's word. */
export function revivals({ ledger, links, world }: Rest): string[] {
  return links.flatMap((link) =>
    ledger
      .filter(
        (row) => row.linkId === link.id && row.action === 'create' && row.state === 'written' && row.rule === 'created',
      )
      .slice(1)
      .filter(({ side }) => world.changes.some((one) => one.side === side && one.action === 'delete'))
      .filter((row, _index, rows) => rows.filter(({ side }) => side === row.side).length > 1)
      .map((row) => `link ${link.id}: the ${row.side}'s record came back as if new`),
  );
}

/** I6: a record of ours was deleted only after its partner was, by somebody. */
function unfoundedDeletions({ world }: Rest): string[] {
  return world.changes.flatMap((change, index) => {
    if (change.action !== 'delete' || change.author !== 'tandem') return [];
    const partner = otherSide(change.side);
    const ids = world.partnersOf(change.side, change.id);
    const before = world.changes.slice(0, index);
    const isFounded = before.some((one) => one.side === partner && one.action === 'delete' && ids.includes(one.id));
    return isFounded ? [] : [`${change.id} was deleted without its partner being gone`];
  });
}

/** I14: every value that we put into a mapped attribute and that is still there has an entry with a rule. */
export function unexplainedValues(rest: Rest): string[] {
  const { world, ledger } = rest;
  return sides.flatMap((side) =>
    world.systems[side].ids().flatMap((id) =>
      world.pair.fields.flatMap((field) => {
        const last = world.changes.findLast(
          (one) => one.side === side && one.id === id && one.attribute === field.attribute[side],
        );
        if (last?.author !== 'tandem' || last.after === null || !world.systems[side].isLiving(id)) return [];
        // A record that was away when we asked for it could not show what had become of our writes.
        const wasAway = world.changes.some((one) => one.side === side && one.id === id && one.action === 'delete');
        // One that was made and edited while nobody knew of it is not known again, where it names no partner.
        const isUnknown =
          side === 'master' && world.pair.status === null && world.changes.some((one) => isMadeByUs(one, side, id));
        const entry = ledger.find(
          (row) =>
            row.side === side &&
            row.field === field.name &&
            (row.state === 'written' || wasAway || isUnknown) &&
            isSent(rest, field, row, last),
        );
        return entry === undefined ? [`${id} ${field.name} = ${JSON.stringify(last.after)} is not explained`] : [];
      }),
    ),
  );
}

const isMadeByUs = (change: Change, side: Side, id: string): boolean =>
  change.side === side && change.id === id && change.action === 'create' && change.author === 'tandem';

/** The system may have cut or normalised what was sent. */
function isSent({ world, couples }: Rest, field: MappedField, row: LedgerRow, { side, after }: Change): boolean {
  if (field.codec.target !== undefined)
    return nameOfStored(world, couples, { field, side, value: row.newValue }) === nameIn(world, field, side, after);
  const longest = world.systems[side].traits.cuts[field.attribute[side]];
  const sent = typeof row.newValue === 'string' ? row.newValue.trim().slice(0, longest) : row.newValue;
  return sent === after;
}

/** Whoever waits for another record waits for one that is no couple. */
function vainWaits({ links, couples }: Rest): string[] {
  const isThere = ({ pair, side, id }: UnlinkedTarget): boolean =>
    [...couples.values()].some((couple) => couple.pair === pair && idOn(couple, side) === id && isTogether(couple));
  // A record that waits as a whole, as one that has to be made again, was not asked about its fields.
  const asked = links.filter(({ state, failure }) => state === 'linked' && failure?.code !== 'waits_for');
  return asked.flatMap((link) =>
    Object.entries(link.fieldNotes)
      .filter(([, note]) => note.kind === 'waiting' && isThere(note.waitsFor))
      .map(([field]) => `link ${link.id}: ${field} waits for a record that is there`),
  );
}

export const judgements: Readonly<Record<string, (rest: Rest) => string[]>> = {
  'I1 every difference is explained': unexplainedDifferences,
  'I1 every record is somewhere': unexplainedRecords,
  'I3 no edit is lost': lostEdits,
  'I4 nothing is doubled': doubles,
  'I5 nothing deleted comes back': revivals,
  'I6 nothing is deleted without proof': unfoundedDeletions,
  'I14 every value is explained': unexplainedValues,
  'nobody waits in vain': vainWaits,
};
