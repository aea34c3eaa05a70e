import type { Attributes, Connector, RemoteRecord } from '../connectors/connector.ts';
import { Rejected, StaleVersion } from '../connectors/errors.ts';
import type { PairDefinition } from '../engine/pair.ts';
import { idText, markOf, targetOfMark } from '../engine/reference.ts';
import type { Json, Side } from '../engine/values.ts';
import type { LinkStore, TargetCouple } from '../store/links.ts';

/** Where couples are looked up. */
export type Couples = Pick<LinkStore, 'couplesOf' | 'couples'>;

interface ReferenceAttribute {
  readonly attribute: string;
  readonly target: string;
}

/**
 * A system as one side of a pair sees it: what it shows of other records are couples, or marks where these are none; couples
 * that are written become its own ids. One query for a record or a page. Without references it is the connector itself.
 */
export function referencing(connector: Connector, pair: PairDefinition, side: Side, couples: Couples): Connector {
  const references = referencesIn(pair, side);
  if (references.length === 0) return connector;
  return new ReferenceTranslator({ connector, references, side, couples }).connector();
}

/** Records that the connector itself has shown, as that side of the pair sees them. */
export async function referencedRecords(
  connector: Connector,
  { pair, side, couples }: { readonly pair: PairDefinition; readonly side: Side; readonly couples: Couples },
  records: readonly RemoteRecord[],
): Promise<readonly RemoteRecord[]> {
  const references = referencesIn(pair, side);
  return new ReferenceTranslator({ connector, references, side, couples }).allShown(records);
}

const referencesIn = (pair: PairDefinition, side: Side): readonly ReferenceAttribute[] =>
  pair.fields.flatMap(({ attribute, codec: { target } }): ReferenceAttribute[] =>
    target === undefined ? [] : [{ attribute: attribute[side], target }],
  );

/** One connector's translation between its own ids and couples. */
class ReferenceTranslator {
  readonly #connector: Connector;
  readonly #references: readonly ReferenceAttribute[];
  readonly #side: Side;
  readonly #couples: Couples;
  /** The records as they came, by what was made of them. */
  readonly #originals = new WeakMap<RemoteRecord, RemoteRecord>();

  constructor(parts: {
    connector: Connector;
    references: readonly ReferenceAttribute[];
    side: Side;
    couples: Couples;
  }) {
    this.#connector = parts.connector;
    this.#references = parts.references;
    this.#side = parts.side;
    this.#couples = parts.couples;
  }

  connector(): Connector {
    const inner = this.#connector;
    const { list } = inner;
    return {
      ...inner,
      read: async (entity, id, context) => {
        const result = await inner.read(entity, id, context);
        return result.kind === 'found' ? { kind: 'found', record: await this.#shown(result.record) } : result;
      },
      search: async (entity, equal, context) => {
        const own = await this.#searched(equal);
        return own === null ? [] : this.allShown(await inner.search(entity, own, context));
      },
      create: async (entity, attributes, context) =>
        this.#shown(await inner.create(entity, await this.#sent(attributes), context)),
      update: async (entity, current, changes, context) => {
        const own = this.#originals.get(current) ?? current;
        return this.#shown(await inner.update(entity, own, await this.#sent(changes), context));
      },
      list:
        list === null
          ? null
          : {
              longestPage: list.longestPage,
              canListChanges: (one) => list.canListChanges(one),
              showsLess: (attribute, shown) => list.showsLess(attribute, shown),
              page: async (entity, query, context) => {
                const page = await list.page(entity, query, context);
                return { ...page, records: await this.allShown(page.records) };
              },
            },
    };
  }

  async #shown(record: RemoteRecord): Promise<RemoteRecord> {
    const [shown] = await this.allShown([record]);
    return shown ?? record;
  }

  async allShown(records: readonly RemoteRecord[]): Promise<readonly RemoteRecord[]> {
    const named = records.flatMap(({ attributes }) =>
      this.#references.flatMap(({ attribute, target }) => {
        const id = idText(attributes[attribute] ?? null);
        return id === null ? [] : [[nameOf(target, id), { pair: target, id }] as const];
      }),
    );
    if (named.length === 0) return records;
    const found = await this.#couples.couplesOf(this.#side, [...new Map(named).values()]);
    const byName = new Map(found.map((couple) => [nameOf(couple.pair, couple[idOn[this.#side]] ?? ''), couple]));
    return records.map((record) => {
      const shown = { ...record, attributes: { ...record.attributes, ...this.#translated(record.attributes, byName) } };
      this.#originals.set(shown, record);
      return shown;
    });
  }

  #translated(attributes: Attributes, couples: ReadonlyMap<string, TargetCouple>): Attributes {
    return Object.fromEntries(
      this.#references.flatMap(({ attribute, target: pair }): [string, Json][] => {
        const id = idText(attributes[attribute] ?? null);
        if (id === null) return [];
        const couple = couples.get(nameOf(pair, id));
        return [[attribute, couple === undefined ? this.#unlinked(pair, id) : shownAs(couple)]];
      }),
    );
  }

  #unlinked(pair: string, id: string): string {
    return markOf({ why: 'unlinked', pair, side: this.#side, id });
  }

  /** @throws StaleVersion if a couple was parted since it was planned, Rejected if it never was one */
  async #sent(attributes: Attributes): Promise<Attributes> {
    const { own, lost } = await this.#own(attributes);
    const [first] = lost;
    if (first === undefined) return own;
    const { system } = this.#connector;
    if (first.couple === undefined && targetOfMark(first.value) === null)
      throw new Rejected(`${first.attribute} names no record that is known`, { system, field: first.attribute });
    throw new StaleVersion(`${first.attribute} names a record that was parted meanwhile`, { system });
  }

  /** What can't be looked for is left out; null if nothing is left. */
  async #searched(equal: Attributes): Promise<Attributes | null> {
    const { own, lost } = await this.#own(equal);
    const rest = Object.entries(own).filter(([name]) => !lost.some(({ attribute }) => attribute === name));
    return lost.length > 0 && rest.length === 0 ? null : Object.fromEntries(rest);
  }

  async #own(attributes: Attributes): Promise<{ readonly own: Attributes; readonly lost: readonly Lost[] }> {
    const named = this.#references.flatMap(({ attribute, target }) => {
      const value = idText(attributes[attribute] ?? null);
      return value === null ? [] : [{ attribute, target, value }];
    });
    const numbers = named.map(({ value }) => Number(value)).filter((id) => Number.isSafeInteger(id));
    const found = new Map((await this.#couples.couples([...new Set(numbers)])).map((one) => [String(one.id), one]));
    const own: Record<string, Json> = { ...attributes };
    const lost: Lost[] = [];
    for (const { attribute, target, value } of named) {
      const couple = found.get(value);
      if (couple?.pair === target && !couple.isParted) own[attribute] = couple[idOn[this.#side]];
      else lost.push({ attribute, value, couple });
    }
    return { own, lost };
  }
}

interface Lost {
  readonly attribute: string;
  readonly value: string;
  readonly couple: TargetCouple | undefined;
}

const idOn = { master: 'masterId', replica: 'replicaId' } as const;

const nameOf = (pair: string, id: string): string => JSON.stringify([pair, id]);

/** The canonical form of a reference to the couple. */
export function shownAs({ id, pair, masterId, replicaId, isParted }: TargetCouple): string {
  if (!isParted) return String(id);
  const [side, own] = masterId === null ? (['replica', replicaId] as const) : (['master', masterId] as const);
  return markOf({ why: 'parted', pair, side, id: own ?? '' });
}
