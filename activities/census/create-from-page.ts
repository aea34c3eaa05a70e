import type { RemoteRecord } from '../../connectors/connector.ts';
import { nextNotes, notesFromAnswer } from '../../engine/field-notes.ts';
import { type PairDefinition, project } from '../../engine/pair.ts';
import { attributesFor, type CreatePlan, withoutPast } from '../../engine/plan.ts';
import { plan } from '../../engine/planner.ts';
import { idText, targetOfMark, type UnlinkedTarget } from '../../engine/reference.ts';
import { snapshotAfterWrite } from '../../engine/snapshot.ts';
import type { Attributes } from '../../engine/values.ts';
import type { Database } from '../../store/database.ts';
import { LinkStore } from '../../store/links.ts';
import { type CouplesOrigin, type NewCouple, storeNewCouples } from '../../store/new-couples.ts';
import { type OwnRecords, type OwnRow, UnfitRecords } from '../../store/own-records.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { mayHaveMade } from '../open-creation.ts';

type Row = Pick<RemoteRecord, 'id' | 'version' | 'attributes'>;

export interface PageOfStrangers {
  readonly pair: PairDefinition;
  readonly origin: CouplesOrigin;
  /** The replica's records, which are in this very database. */
  readonly own: OwnRecords;
  readonly marker: string;
  /** Records of the master that no couple has, as pairs see them: other records by the numbers of their couples. */
  readonly rows: readonly Row[];
  readonly now: Date;
}

interface Strangers extends Pick<PageOfStrangers, 'pair' | 'rows'> {
  readonly origin: Omit<CouplesOrigin, 'pair'>;
}

/** Null where partners are not created with what a page shows: they are no rows of ours, or have to be looked for first. */
export function pageOfStrangers(
  { ownRecords, now }: Pick<WorkerDependencies, 'ownRecords' | 'now'>,
  { pair, rows, origin }: Strangers,
): PageOfStrangers | null {
  const own = ownRecords.get(pair.title.replica.system);
  const { marker } = pair;
  if (own === undefined || marker === null) return null;
  if (!pair.createOn.includes('replica') || pair.identity.length > 0) return null;
  return { pair, origin: { ...origin, pair: pair.name }, own, marker, rows, now: now() };
}

/** As `createFromPage`. One record that the table does not take: each gets a look of its own, which says which one it is. */
export async function createWhatFits(
  tx: Database,
  page: PageOfStrangers,
  least?: number,
): Promise<ReadonlySet<string>> {
  try {
    return await createFromPage(tx, page, least);
  } catch (error) {
    if (error instanceof UnfitRecords) return new Set();
    throw error;
  }
}

/** A statement can't have more than 65,535 parameters. */
const createdAtOnce = 500;

interface Planned {
  readonly row: Row;
  readonly plan: CreatePlan;
}

/**
 * Creates the partners of a page's records where these are rows of our own database: no call, a few statements. A record
 * that points to another one of the page comes after it. What can't be done at once, as for a record that points to one
 * which is not known, or that may be what became of a creation, is left to a look.
 * @param least records that point to others of the page are left unless there are so many of them
 * @returns the ids of the master's records that are couples now
 */
export async function createFromPage(tx: Database, page: PageOfStrangers, least = 1): Promise<ReadonlySet<string>> {
  const { pair } = page;
  const numbers = new Map<string, number>();
  let left = await withoutOurs(tx, { ...page, rows: await withLateCouples(tx, page) });
  for (;;) {
    const ready = firstReady(pair, left, numbers);
    if (ready.length === 0 || (numbers.size > 0 && ready.length < least)) return new Set(numbers.keys());
    const made = await createPartners(tx, page, ready);
    for (const [id, number] of made) numbers.set(id, number);
    const tried = new Set(ready.map(({ row }) => row.id));
    left = left.filter(({ id }) => !tried.has(id));
  }
}

/** As many as one statement creates: what stays for the next round is planned then. */
function firstReady(
  pair: PairDefinition,
  rows: readonly Row[],
  numbers: ReadonlyMap<string, number>,
): readonly Planned[] {
  const ready: Planned[] = [];
  for (const row of rows) {
    if (ready.length === createdAtOnce) break;
    ready.push(...planned(pair, withCouples(row, pair, numbers)));
  }
  return ready;
}

/** A record that another couple's pass has made, as far as anybody knows, and has not heard of yet: it is no stranger. */
async function withoutOurs(tx: Database, { pair, rows }: PageOfStrangers): Promise<readonly Row[]> {
  const open = await new LinkStore(tx).openCreations(pair.name, 'master', null);
  return rows.filter(({ attributes }) => !open.some((one) => mayHaveMade(pair, 'master', one, attributes)));
}

/** References to records that have become couples since the page was read. */
async function withLateCouples(tx: Database, { pair, rows }: PageOfStrangers): Promise<readonly Row[]> {
  const targets = rows.flatMap(({ attributes }) => aheadIn(pair, attributes).map(({ target }) => target));
  if (targets.length === 0) return rows;
  const couples = await new LinkStore(tx).couplesOf('master', targets);
  const together = couples.filter((couple) => couple.pair === pair.name && !couple.isParted);
  const numbers = new Map(together.flatMap(({ masterId, id }) => (masterId === null ? [] : [[masterId, id] as const])));
  return rows.map((row) => withCouples(row, pair, numbers));
}

/** References to records of the pair itself that have become couples. */
function withCouples(row: Row, pair: PairDefinition, numbers: ReadonlyMap<string, number>): Row {
  const found = aheadIn(pair, row.attributes).flatMap(({ attribute, target }): [string, string][] => {
    const number = numbers.get(target.id);
    return number === undefined ? [] : [[attribute, String(number)]];
  });
  return found.length === 0 ? row : { ...row, attributes: { ...row.attributes, ...Object.fromEntries(found) } };
}

/** What points to a record of the pair itself that is no couple. */
export const aheadIn = (pair: PairDefinition, attributes: Attributes): readonly Ahead[] =>
  pair.fields.flatMap(({ attribute: { master: attribute }, codec }) => {
    const value = attributes[attribute];
    const target = codec.target === pair.name && typeof value === 'string' ? targetOfMark(value) : null;
    return target?.why === 'unlinked' ? [{ attribute, target }] : [];
  });

interface Ahead {
  readonly attribute: string;
  readonly target: UnlinkedTarget;
}

function planned(pair: PairDefinition, row: Row): readonly Planned[] {
  if (aheadIn(pair, row.attributes).length > 0) return [];
  const creation = plan({
    pair,
    ...withoutPast,
    seen: {
      master: { kind: 'present', record: { ...row, modifiedAt: null, modifiedByUs: null } },
      replica: { kind: 'unknown', candidates: [] },
    },
  });
  const isWhole = creation.kind === 'create' && creation.waiting.length === 0 && creation.stranded.length === 0;
  return isWhole ? [{ row, plan: creation }] : [];
}

async function createPartners(
  tx: Database,
  { pair, origin, own, marker, now }: PageOfStrangers,
  ready: readonly Planned[],
): Promise<ReadonlyMap<string, number>> {
  const { entity } = pair.title.replica;
  const ownIds = await ownIdsIn(tx, pair, ready);
  const rows = ready.map(({ row, plan: { writes } }) => ({
    ...translated(pair, attributesFor('replica', writes), ownIds),
    [marker]: row.id,
  }));
  const created = await own.createMany(tx, entity, marker, rows);
  const couples = ready.flatMap((one) => {
    const partner = created.get(one.row.id);
    return partner === undefined ? [] : [coupleOf(pair, one, partner, now)];
  });
  if (couples.length === 0) return new Map();
  const numbers = await storeNewCouples(tx, origin, couples, now);
  const strays = couples.filter(({ ids }) => !numbers.has(ids.master)).map(({ ids }) => ids.replica);
  if (strays.length > 0) await own.takeBack(tx, entity, strays);
  return numbers;
}

/** The replica's ids of the couples that are pointed to. */
async function ownIdsIn(
  tx: Database,
  pair: PairDefinition,
  ready: readonly Planned[],
): Promise<ReadonlyMap<string, string>> {
  const names = referencesOf(pair);
  const numbers = ready.flatMap(({ plan: { writes } }) =>
    writes.filter(({ attribute }) => names.has(attribute)).map(({ newValue }) => Number(newValue)),
  );
  const couples = await new LinkStore(tx).couples([...new Set(numbers)].filter(Number.isSafeInteger));
  return new Map(
    couples.flatMap(({ id, replicaId }) => (replicaId === null ? [] : [[String(id), replicaId] as const])),
  );
}

const referencesOf = (pair: PairDefinition): ReadonlySet<string> =>
  new Set(pair.fields.filter(({ codec }) => codec.target !== undefined).map(({ attribute }) => attribute.replica));

function translated(pair: PairDefinition, attributes: Attributes, ownIds: ReadonlyMap<string, string>): Attributes {
  const names = referencesOf(pair);
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      names.has(name) ? (ownIds.get(idText(value) ?? '') ?? null) : value,
    ]),
  );
}

function coupleOf(
  pair: PairDefinition,
  { row, plan: { rule, writes } }: Planned,
  partner: OwnRow,
  now: Date,
): NewCouple {
  const sent = attributesFor('replica', writes);
  const references = referencesOf(pair);
  const pointing = Object.entries(sent).filter(([name]) => references.has(name));
  // What a row points to is seen as pairs see it.
  const answer = { ...partner.attributes, ...Object.fromEntries(pointing) };
  const base = {
    master: project(pair, 'master', row.attributes),
    replica: snapshotAfterWrite(pair, 'replica', { planned: {}, answer, written: Object.keys(sent) }),
  };
  return {
    ids: { master: row.id, replica: partner.id },
    versions: { master: row.version, replica: partner.version },
    base,
    notes: nextNotes(pair, {}, notesFromAnswer(pair, 'replica', writes, answer, now.toISOString()), base),
    created: { side: 'replica', rule, writes },
  };
}
