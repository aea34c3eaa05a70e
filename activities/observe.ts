import type { FindCapability, RemoteRecord } from '../connectors/connector.ts';
import { Misconfigured } from '../connectors/errors.ts';
import type { Candidate } from '../engine/identity.ts';
import { canonicalOf } from '../engine/pair.ts';
import type { Question, Seen } from '../engine/plan.ts';
import { equalsSnapshot } from '../engine/snapshot.ts';
import { replicaIdIn } from '../engine/status.ts';
import { type Attributes, type Json, otherSide, type PerSide, type Side, sides } from '../engine/values.ts';
import { baseOf, type Pass } from './pass.ts';
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
  if (master.kind === 'gone') return { kind: 'seen', seen: { master, replica: unknown } };
  const number = await replicaNumber(pass);
  if (number.kind === 'ask') return number;
  const replica = await lookAt(pass, 'replica', number.id);
  if (replica.kind === 'gone' && pass.link.replicaId === null) {
    return { kind: 'ask', question: { code: 'number_unknown', side: 'replica', ids: [replica.id] } };
  }
  return { kind: 'seen', seen: { master, replica } };
}

function onlyHintedSide(pass: Pass): Side | null {
  const hinted = sides.filter((side) => pass.hints.some((hint) => hint.side === side));
  return hinted.length === 1 && !pass.isFullLook ? (hinted[0] ?? null) : null;
}

/** Nothing is planned, waiting, failed or asked: only then may one side's look speak for both. */
function isQuiet({ link, open }: Pass): boolean {
  return link.state === 'linked' && link.failure === null && link.nextAttemptAt === null && open.length === 0;
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
  const result = await pass.connector(side).read(pass.entity(side), id, pass.context);
  if (result.kind === 'gone') return { kind: 'gone', id };
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

type ReplicaNumber =
  { readonly kind: 'known'; readonly id: string | null } | { readonly kind: 'ask'; readonly question: Question };

/** The replica's id: the link's, else the one that the master's record names, unless these contradict each other. */
async function replicaNumber({ pair, link, seen, deps }: Pass): Promise<ReplicaNumber> {
  const named = seen.master === undefined ? null : replicaIdIn(pair, seen.master.attributes);
  if (link.replicaId !== null) {
    if (named === null || named === link.replicaId) return { kind: 'known', id: link.replicaId };
    return { kind: 'ask', question: { code: 'number_changed', side: 'master', ids: [named] } };
  }
  if (named === null) return { kind: 'known', id: null };
  const taken = await deps.links.taken(pair.name, 'replica', [named], link.id);
  return taken.has(named)
    ? { kind: 'ask', question: { code: 'number_taken', side: 'master', ids: [named] } }
    : { kind: 'known', id: named };
}

/** Looks for the partner of a record that stands alone, where the other system can be searched. */
export async function withCandidates(pass: Pass, seen: PerSide<Seen>): Promise<PerSide<Seen>> {
  const missing = sides.find((side) => seen[side].kind === 'unknown');
  const existing = missing === undefined ? undefined : pass.seen[otherSide(missing)];
  if (missing === undefined || existing === undefined) return seen;
  return { ...seen, [missing]: { kind: 'unknown', candidates: await findCandidates(pass, missing, existing) } };
}

async function findCandidates(pass: Pass, side: Side, existing: RemoteRecord): Promise<readonly Candidate[]> {
  if (pass.connector(side).find.by === 'id') return [];
  const naming =
    side === 'master' ? await searchUnlinked(pass, side, { [pass.pair.status.replicaId]: existing.id }) : [];
  if (naming.length > 0) return naming.map((record) => ({ ...record, namesPartner: true }));
  const equal = searchTerms(pass, side, existing.attributes);
  if (Object.keys(equal).length === 0) return [];
  return (await searchUnlinked(pass, side, equal)).map((record) => ({ ...record, namesPartner: false }));
}

/** Records of one side that show these values and belong to no other link. */
export async function searchUnlinked(pass: Pass, side: Side, equal: Attributes): Promise<readonly RemoteRecord[]> {
  const found = await pass.connector(side).search(pass.entity(side), equal, pass.context);
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

const isSearchable = (find: FindCapability, attribute: string): boolean =>
  find.by === 'keys' && (find.attributes === 'any' || find.attributes.includes(attribute));
