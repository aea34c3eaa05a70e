import { keyOf } from './identity.ts';
import { namingAttribute, type PairDefinition } from './pair.ts';
import { replicaIdIn } from './status.ts';
import { type Attributes, attributeOf, otherSide, type PerSide, type Side, sides } from './values.ts';

/** A record without a partner, reduced to what it can be matched by. */
export interface LoneRecord {
  readonly id: string;
  /** One text per identity key that the record fills, by the key's place in the pair's definition. */
  readonly keys: ReadonlyMap<number, string>;
  /** The partner's id, as the record itself names it. */
  readonly names: string | null;
}

export const loneRecordOf = (pair: PairDefinition, side: Side, id: string, attributes: Attributes): LoneRecord => ({
  id,
  keys: new Map(
    pair.identity.flatMap((key, place): [number, string][] => {
      const value = keyOf(pair, key, side, attributes);
      return value === null ? [] : [[place, value]];
    }),
  ),
  names: namedPartner(pair, side, attributes),
});

function namedPartner(pair: PairDefinition, side: Side, attributes: Attributes): string | null {
  if (side === 'master') return replicaIdIn(pair, attributes);
  const attribute = namingAttribute(pair, side);
  const value = attribute === null ? null : attributeOf(attributes, attribute);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** What `matchIdentity` comes to, and by which keys. */
export type PopulationMatch =
  | { readonly kind: 'none' }
  | { readonly kind: 'same'; readonly id: string; readonly by: readonly string[] }
  | { readonly kind: 'look_alikes'; readonly ids: readonly string[]; readonly by: readonly string[] };

/** What a match by the partner's own word is called, beside the names of the pair's keys. */
export const byNumber = 'number';

/** All lone records of one side, found by key: a population is matched in one walk, not each with each. */
export class PopulationIndex {
  readonly #pair: PairDefinition;
  readonly #byKey = new Map<string, string[]>();
  readonly #naming = new Map<string, string[]>();

  constructor(pair: PairDefinition, records: Iterable<LoneRecord>) {
    this.#pair = pair;
    for (const { id, keys, names } of records) {
      for (const [place, value] of keys) append(this.#byKey, nameOfKey(place, value), id);
      if (names !== null) append(this.#naming, names, id);
    }
  }

  /** The records that name this one of the other side as their partner. */
  naming(partnerId: string): readonly string[] {
    return this.#naming.get(partnerId) ?? [];
  }

  /** As `matchIdentity` over all of them: one match by a strong key is the partner, all else is a question. */
  match(record: LoneRecord): PopulationMatch {
    const naming = this.naming(record.id);
    const strong = naming.length > 0 ? { ids: naming, by: [byNumber] } : this.#sharing(record, 'strong');
    const [only] = strong.ids;
    if (only !== undefined && strong.ids.length === 1) return { kind: 'same', id: only, by: strong.by };
    const alike = strong.ids.length > 1 ? strong : this.#sharing(record, 'weak');
    return alike.ids.length === 0 ? { kind: 'none' } : { kind: 'look_alikes', ...alike };
  }

  #sharing({ keys }: LoneRecord, strength: 'strong' | 'weak'): { ids: readonly string[]; by: readonly string[] } {
    const ids = new Set<string>();
    const by: string[] = [];
    for (const [place, value] of keys) {
      const key = this.#pair.identity[place];
      const found = key?.strength === strength ? this.#byKey.get(nameOfKey(place, value)) : undefined;
      if (key === undefined || found === undefined) continue;
      by.push(key.name);
      for (const id of found) ids.add(id);
    }
    return { ids: [...ids], by };
  }
}

const nameOfKey = (place: number, value: string): string => `${place}:${value}`;

function append(map: Map<string, string[]>, key: string, id: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [id]);
  else known.push(id);
}

/** What would become of a record without a partner. */
export type LoneOutcome =
  | { readonly kind: 'link'; readonly masterId: string; readonly replicaId: string; readonly by: string }
  /** Several records may be the partner, or one that only looks like it: a person is asked. */
  | {
      readonly kind: 'ambiguous';
      readonly side: Side;
      readonly id: string;
      readonly candidates: readonly string[];
      readonly by: readonly string[];
    }
  /** The master's record names a partner that is not among the lone ones. */
  | { readonly kind: 'named'; readonly masterId: string; readonly replicaId: string }
  | { readonly kind: 'alone'; readonly side: Side; readonly id: string };

/**
 * Brings two populations without partners together. Numbers that the master's records name go first, then keys; what would
 * make two couples of one record is ambiguous, since it would depend on who is looked at first.
 */
export function matchPopulations(pair: PairDefinition, lone: PerSide<readonly LoneRecord[]>): LoneOutcome[] {
  const numbered = matchNumbers(pair, lone);
  const isNamed = new Set(lone.master.flatMap(({ names }) => (names === null ? [] : [names])));
  const masters = lone.master.filter(({ names }) => names === null);
  const replicas = lone.replica.filter(({ id }) => !isNamed.has(id));
  return [...numbered, ...matchKeys(pair, { master: masters, replica: replicas })];
}

function matchNumbers(pair: PairDefinition, { master, replica }: PerSide<readonly LoneRecord[]>): LoneOutcome[] {
  const index = new PopulationIndex(pair, master);
  const replicaIds = new Set(replica.map(({ id }) => id));
  return master.flatMap(({ id, names }): LoneOutcome[] => {
    if (names === null) return [];
    if (!replicaIds.has(names)) return [{ kind: 'named', masterId: id, replicaId: names }];
    const isOnly = index.naming(names).length === 1;
    return isOnly
      ? [{ kind: 'link', masterId: id, replicaId: names, by: byNumber }]
      : [{ kind: 'ambiguous', side: 'master', id, candidates: [names], by: [byNumber] }];
  });
}

type Lone = PerSide<readonly LoneRecord[]>;
type Matches = PerSide<ReadonlyMap<string, PopulationMatch>>;
type Couple = LoneOutcome & { readonly kind: 'link' };

function matchKeys(pair: PairDefinition, lone: Lone): LoneOutcome[] {
  const index = {
    master: new PopulationIndex(pair, lone.master),
    replica: new PopulationIndex(pair, lone.replica),
  };
  const matchesOn = (side: Side) =>
    new Map(lone[side].map((record) => [record.id, index[otherSide(side)].match(record)]));
  const matches = { master: matchesOn('master'), replica: matchesOn('replica') };
  const couples = couplesIn(matches);
  const others = sides.flatMap((side) => withoutCouple(side, matches[side], couples));
  // Whoever a question is about is told of with it.
  const asked = new Set(others.flatMap((one) => (one.kind === 'ambiguous' ? candidatesOf(one) : [])));
  return [...couples, ...others.filter((one) => one.kind !== 'alone' || !asked.has(nameOn(one.side, one.id)))];
}

/** Two records of which one finds the other, none finds anybody else surely or unsurely, and nobody else finds either. */
function couplesIn(matches: Matches): Couple[] {
  const found = new Map(
    sides.flatMap((side) => [...matches[side].keys()].flatMap((id) => coupleOf(matches, side, id))),
  );
  const shares = new Map<string, number>();
  for (const name of [...found.values()].flatMap(namesIn)) shares.set(name, (shares.get(name) ?? 0) + 1);
  return [...found.values()].filter((couple) => {
    const isAsked = [matches.master.get(couple.masterId), matches.replica.get(couple.replicaId)].some(
      (match) => match?.kind === 'look_alikes',
    );
    return !isAsked && namesIn(couple).every((name) => shares.get(name) === 1);
  });
}

/** Whom a record finds, by a name for both, since both may find each other. */
function coupleOf(matches: Matches, side: Side, id: string): [string, Couple][] {
  const match = matches[side].get(id);
  if (match?.kind !== 'same') return [];
  const [masterId, replicaId] = side === 'master' ? [id, match.id] : [match.id, id];
  return [[JSON.stringify([masterId, replicaId]), { kind: 'link', masterId, replicaId, by: match.by.join(', ') }]];
}

function withoutCouple(side: Side, matches: Matches[Side], couples: readonly Couple[]): LoneOutcome[] {
  const coupled = new Set(couples.map(({ masterId, replicaId }) => (side === 'master' ? masterId : replicaId)));
  return [...matches]
    .filter(([id]) => !coupled.has(id))
    .map(([id, match]): LoneOutcome => {
      if (match.kind === 'none') return { kind: 'alone', side, id };
      return { kind: 'ambiguous', side, id, candidates: match.kind === 'same' ? [match.id] : match.ids, by: match.by };
    });
}

const nameOn = (side: Side, id: string): string => `${side}:${id}`;
const namesIn = ({ masterId, replicaId }: Couple): string[] => [
  nameOn('master', masterId),
  nameOn('replica', replicaId),
];
const candidatesOf = ({ side, candidates }: LoneOutcome & { kind: 'ambiguous' }): string[] =>
  candidates.map((id) => nameOn(otherSide(side), id));
