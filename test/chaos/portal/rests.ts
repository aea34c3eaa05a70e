import { z } from 'zod';
import type { PairDefinition } from '../../../engine/pair.ts';
import { idText, markOf } from '../../../engine/reference.ts';
import type { Attributes, Json, PerSide, Side } from '../../../engine/values.ts';
import { ofPair, type StoredLink, type StoredState, type StoredWrite } from '../evidence.ts';
import type { Rest } from '../findings.ts';
import { Journal } from '../journal.ts';
import type { SystemSave } from './agency.ts';

/** What both systems have told of one pair, with their own ids. */
export interface Told {
  readonly pair: PairDefinition;
  readonly traceField: string | null;
  readonly saves: PerSide<readonly SystemSave[]>;
  readonly shown: PerSide<ReadonlyMap<string, Attributes>>;
}

/** What there is to judge of one pair: references of both sides are couples, and both sides' saves one journal. */
export function restOf({ pair, traceField, saves, shown }: Told, stored: StoredState): Rest {
  const couples = new Couples(stored.links);
  const journal = new Journal({ master: writtenInMaster(pair), replica: attributesOf(pair, 'replica') });
  const of = (side: Side) => saves[side].map((save) => ({ side, ...save }));
  for (const { side, now, ...save } of [...of('master'), ...of('replica')].toSorted(
    (one, other) => one.atMs - other.atMs,
  )) {
    journal.record({ side, ...save, now: now === null ? null : couples.translated(pair, side, now) });
  }
  const all = (side: Side): ReadonlyMap<string, Attributes> =>
    new Map([...shown[side]].map(([id, attributes]) => [id, couples.translated(pair, side, attributes)]));
  const { writes, ...known } = ofPair(pair.name, stored);
  return {
    ...{ ...known, pair, traceField, writes: writes.flatMap(byField) },
    journal: journal.entries,
    shown: { master: all('master'), replica: all('replica') },
  };
}

const attributesOf = ({ fields }: PairDefinition, side: Side): readonly string[] =>
  fields.map(({ attribute }) => attribute[side]);

/** Whatever else moves there was moved by Productive itself. */
const writtenInMaster = ({ fields }: PairDefinition): readonly string[] =>
  fields.flatMap(({ attribute, direction }) => (direction === 'both' ? [attribute.master] : []));

const createdWith = z.record(z.string(), z.json());

/** A row that was made together with a page has one entry that says everything. */
function byField(write: StoredWrite): readonly StoredWrite[] {
  const values = write.action === 'create' && write.field === null ? createdWith.safeParse(write.newValue) : null;
  return [
    write,
    ...Object.entries(values?.data ?? {}).map(([name, value]) => ({ ...write, field: name, newValue: value })),
  ];
}

/** The numbers by which the engine compares references. */
class Couples {
  readonly #numbers = new Map<string, string>();
  readonly #gone = new Set<string>();

  constructor(links: readonly StoredLink[]) {
    for (const { id, pair, masterId, replicaId, state } of links) {
      // Productive goes on naming what was deleted; the portal can't.
      if (state === 'deleted' || state === 'unlinked') this.#gone.add(String(id));
      if (masterId !== null) this.#numbers.set(`${pair}/master/${masterId}`, String(id));
      if (replicaId !== null) this.#numbers.set(`${pair}/replica/${replicaId}`, String(id));
    }
  }

  translated({ fields }: PairDefinition, side: Side, attributes: Attributes): Attributes {
    const references = fields.flatMap(({ attribute, codec: { target } }): [string, Json][] => {
      const id = idText(attributes[attribute[side]] ?? null);
      if (target === undefined || id === null) return [];
      const number = this.#numbers.get(`${target}/${side}/${id}`);
      if (number !== undefined && this.#gone.has(number)) return [[attribute[side], null]];
      return [[attribute[side], number ?? markOf({ why: 'unlinked', pair: target, side, id })]];
    });
    return { ...attributes, ...Object.fromEntries(references) };
  }
}
