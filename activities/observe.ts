import type { FindCapability, RemoteRecord } from '../connectors/connector.ts';
import { Misconfigured } from '../connectors/errors.ts';
import { hasWaiting } from '../engine/field-notes.ts';
import type { Candidate } from '../engine/identity.ts';
import { canonicalOf, namingAttribute } from '../engine/pair.ts';
import type { Seen } from '../engine/plan.ts';
import { type Question, question } from '../engine/question.ts';
import { equalsSnapshot } from '../engine/snapshot.ts';
import { replicaIdIn } from '../engine/status.ts';
import { type Attributes, type Json, otherSide, type PerSide, type Side, sides } from '../engine/values.ts';
import { baseOf, type Pass } from './pass.ts';
import { isDeletionProven } from './proof.ts';
import { isStatusSettled } from './status-write.ts';

export type Observation =
  /** The only side that was hinted still shows what was agreed: nothing to do, one call. */
  | { readonly kind: 'echo' }
  | { readonly kind: 'seen'; readonly seen: PerSide<Seen> }
  | { readonly kind: 'ask'; readonly question: Question };

const unknown: Seen = { kind: 'unknown', candidates: [] };

/** Looks at both systems, or at one of them where that is enough. */
export async function observe(pass: Pass): Promise<Observation> {
  const only = onlyHintedSide(pass);
  if (only !== null && isQuiet(pass) && (await stillAgrees(pass, only))) return { kind: 'echo' };
  const master = await lookAt(pass, 'master', pass.link.masterId);
  const number = await replicaNumber(pass);
  if (number.kind === 'ask') return number;
  const replica = await lookAt(pass, 'replica', number.id);
  if (replica.kind === 'gone' && pass.link.replicaId === null) {
    return { kind: 'ask', question: question('number_unknown', 'replica', { ids: [replica.id] }) };
  }
  return { kind: 'seen', seen: await withProof(pass, { master, replica }) };
}

/** One of a couple is gone: whether that may be believed is asked once, and only if something could follow from it. */
async function withProof(pass: Pass, seen: PerSide<Seen>): Promise<PerSide<Seen>> {
  const gone = sides.find((side) => seen[side].kind === 'gone');
  if (gone === undefined || seen[otherSide(gone)].kind !== 'present' || pass.link.gone === gone) return seen;
  return { ...seen, [gone]: { ...seen[gone], proven: await isDeletionProven(pass, gone) } };
}

function onlyHintedSide(pass: Pass): Side | null {
  const hinted = sides.filter((side) => pass.hints.some((hint) => hint.side === side));
  return hinted.length === 1 && !pass.isFullLook ? (hinted[0] ?? null) : null;
}

/** Nothing is planned, waiting, failed, contested or asked: only then may one side's look speak for both. */
function isQuiet({ link, unsettled, known }: Pass): boolean {
  const nothingOpen = unsettled.length === 0 && known.conflicts.length === 0;
  const isSettled = link.failure === null && link.nextAttemptAt === null && !hasWaiting(link.fieldNotes);
  return link.state === 'linked' && isSettled && nothingOpen;
}

async function stillAgrees(pass: Pass, side: Side): Promise<boolean> {
  const seen = await lookAt(pass, side, side === 'master' ? pass.link.masterId : pass.link.replicaId);
  if (seen.kind !== 'present') return false;
  const agreed = equalsSnapshot(pass.pair, side, baseOf(pass.link)[side], seen.record.attributes);
  return agreed && (side === 'replica' || isStatusSettled(pass, seen.record.attributes));
}

/** One read per side and look: what was read for the short way is used again. */
export async function lookAt(pass: Pass, side: Side, id: string | null): Promise<Seen> {
  if (id === null) return unknown;
  const known = pass.seen[side];
  if (known !== undefined) return { kind: 'present', record: known };
  if (pass.gone[side] === id) return { kind: 'gone', id, proven: false };
  const result = await pass.connector(side).read(pass.entity(side), id, pass.context);
  if (result.kind === 'gone') {
    pass.gone[side] = id;
    return { kind: 'gone', id, proven: false };
  }
  refuseHidden(pass, side, result.record);
  pass.seen[side] = result.record;
  return { kind: 'present', record: result.record };
}

/** A field that our user may not read looks like an empty one, and the other side's value would be cleared. */
function refuseHidden(pass: Pass, side: Side, { attributes }: RemoteRecord): void {
  const { system, showsEmptyAttributes } = pass.connector(side);
  const hidden = pass.pair.fields.map(({ attribute }) => attribute[side]).filter((name) => !(name in attributes));
  if (!showsEmptyAttributes || hidden.length === 0) return;
  const advice = "the entity lacks it, or the API user's role may not read it";
  throw new Misconfigured(`${system} does not show ${hidden.join(', ')}: ${advice}`, { system });
}

/** While these are asked, a number that a person enters is the answer. */
const lostPartner: readonly string[] = ['gone', 'gone_but_edited', 'maybe_created'];

type ReplicaNumber =
  { readonly kind: 'known'; readonly id: string | null } | { readonly kind: 'ask'; readonly question: Question };

/** The replica's id: the link's, else the one that the master's record names, unless these contradict each other. */
async function replicaNumber({ pair, link, seen, deps }: Pass): Promise<ReplicaNumber> {
  const named = seen.master === undefined ? null : replicaIdIn(pair, seen.master.attributes);
  if (named === null) return { kind: 'known', id: link.replicaId };
  if (link.replicaId !== null) {
    const isOurs = named === link.replicaId || link.formerReplicaIds.includes(named);
    if (isOurs) return { kind: 'known', id: link.replicaId };
    const isLost = link.failure !== null && lostPartner.includes(link.failure.code);
    if (!isLost) return { kind: 'ask', question: question('number_changed', 'master', { ids: [named] }) };
  }
  const taken = await deps.links.taken(pair.name, 'replica', [named], link.id);
  return taken.has(named)
    ? { kind: 'ask', question: question('number_taken', 'master', { ids: [named] }) }
    : { kind: 'known', id: named };
}

/** Looks for the partner of a record that stands alone, where the other system can be searched. */
export async function withCandidates(pass: Pass, seen: PerSide<Seen>): Promise<PerSide<Seen>> {
  const missing = sides.find((side) => seen[side].kind === 'unknown');
  const existing = missing === undefined ? undefined : pass.seen[otherSide(missing)];
  if (missing === undefined || existing === undefined) return seen;
  return { ...seen, [missing]: { kind: 'unknown', candidates: await findCandidates(pass, missing, existing) } };
}

/** Records of one side that may be the partner of this one of the other. */
export async function findCandidates(
  pass: Pass,
  side: Side,
  existing: Pick<RemoteRecord, 'id' | 'attributes'>,
): Promise<readonly Candidate[]> {
  const naming = await searchNaming(pass, side, existing.id);
  if (naming.length > 0) return naming.map((record) => ({ ...record, namesPartner: true }));
  const equal = searchTerms(pass, side, existing.attributes);
  return (await searchUnlinked(pass, side, equal)).map((record) => ({ ...record, namesPartner: false }));
}

/** Records of one side that name this one of the other as their partner. */
export async function searchNaming(pass: Pass, side: Side, partnerId: string): Promise<readonly RemoteRecord[]> {
  const attribute = namingAttribute(pass.pair, side);
  return attribute === null ? [] : searchUnlinked(pass, side, { [attribute]: partnerId });
}

/** Records of one side that show these values, as far as it can be searched by them, and belong to no other link. */
export async function searchUnlinked(pass: Pass, side: Side, equal: Attributes): Promise<readonly RemoteRecord[]> {
  const connector = pass.connector(side);
  const searchable = searchableOf(connector.find, equal);
  if (Object.keys(searchable).length === 0) return [];
  const found = await connector.search(pass.entity(side), searchable, pass.context);
  const ids = found.map(({ id }) => id);
  const taken = await pass.deps.links.taken(pass.pair.name, side, ids, pass.link.id);
  return found.filter(({ id }) => !taken.has(id));
}

/** The first identity key that the record fills and the system can search by, in the words of that system. */
function searchTerms(pass: Pass, side: Side, existing: Attributes): Attributes {
  for (const key of pass.pair.identity) {
    const fields = pass.pair.fields.filter(({ name }) => key.fields.includes(name));
    const values = fields.map((field) => canonicalOf(field, otherSide(side), existing));
    if (values.includes(null)) continue;
    const terms = fields.map((field, index): [string, Json] => [
      field.attribute[side],
      field.codec.fromCanonical[side](values[index] ?? null),
    ]);
    const searchable = searchableOf(pass.connector(side).find, Object.fromEntries(terms));
    if (Object.keys(searchable).length > 0) return searchable;
  }
  return {};
}

/** What of these attributes the system can search by. */
export const searchableOf = (find: FindCapability, attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => isSearchable(find, name)));

export const isSearchable = (find: FindCapability, attribute: string): boolean =>
  find.by === 'keys' && (find.attributes === 'any' || find.attributes.includes(attribute));
