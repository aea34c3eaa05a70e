import { portalPairs } from '../../mappers/portal/portal-pairs.ts';
import type { Productive, RecordCopy } from '../../simulators/productive/start-productive.ts';
import type { Database } from '../../store/database.ts';
import { type SyncedEntity, syncedTables } from '../../store/portal/tables.ts';
import { links } from '../../store/schema.ts';

type Row = Readonly<Record<string, unknown>>;
type Entity = (typeof entities)[number];

const entities = Object.keys(syncedTables) as SyncedEntity[];

/**
 * Everything in which the portal's tables differ from what Productive has, as lines that a person can read: rows that are
 * missing or too many, values that differ, references that lead elsewhere, records without a couple. Values are compared
 * by what they mean, without the codecs that the sync itself uses.
 */
export async function differencesFromSource(
  db: Database,
  productive: Pick<Productive, 'records'>,
  compared: readonly Entity[] = entities,
): Promise<readonly string[]> {
  const rows = await rowsByEntity(db);
  const sources = new Map(entities.map((entity) => [entity, livingIn(productive, entity)]));
  const context = { rows, sources };
  const couples = await couplesIn(db);
  return compared.flatMap((entity) => [
    ...differencesOf(entity, context),
    ...missingCouples(entity, context, couples.get(entity) ?? new Map()),
  ]);
}

interface Context {
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, Row>>;
  readonly sources: ReadonlyMap<string, ReadonlyMap<string, RecordCopy>>;
}

const livingIn = (productive: Pick<Productive, 'records'>, entity: Entity): ReadonlyMap<string, RecordCopy> =>
  new Map(
    productive
      .records(entity)
      .filter(({ deleted }) => !deleted)
      .map((record) => [record.id, record]),
  );

/** Rows that are there, by Productive's id; what has none yet under its own, with a mark. */
async function rowsByEntity(db: Database): Promise<Context['rows']> {
  const found = new Map<string, ReadonlyMap<string, Row>>();
  for (const entity of entities) {
    const rows: readonly Row[] = await db.select().from(syncedTables[entity]);
    const living = rows.filter((row) => row['deletedAt'] === null);
    found.set(entity, new Map(living.map((row) => [text(row['productiveId']) ?? `own ${String(row['id'])}`, row])));
  }
  return found;
}

type Couples = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** By pair: the portal's id that belongs to Productive's. */
async function couplesIn(db: Database): Promise<Couples> {
  const found = new Map<string, Map<string, string>>();
  for (const { pair, state, masterId, replicaId } of await db.select().from(links)) {
    if (state !== 'linked' || masterId === null || replicaId === null) continue;
    found.set(pair, (found.get(pair) ?? new Map<string, string>()).set(masterId, replicaId));
  }
  return found;
}

function missingCouples(entity: Entity, { rows }: Context, couples: ReadonlyMap<string, string>): readonly string[] {
  return [...(rows.get(entity) ?? [])]
    .filter(([id, row]) => couples.get(id) !== String(row['id']))
    .map(([id]) => `${entity} ${id}: its couple is ${couples.get(id) ?? 'missing'}`);
}

function differencesOf(entity: Entity, { rows, sources }: Context): readonly string[] {
  const [here, there] = [rows.get(entity) ?? new Map<string, Row>(), sources.get(entity) ?? new Map<string, Row>()];
  const missing = [...there.keys()].filter((id) => !here.has(id)).map((id) => `${entity} ${id}: no row`);
  const surplus = [...here.keys()].filter((id) => !there.has(id)).map((id) => `${entity} ${id}: a row of nothing`);
  const different = [...there].flatMap(([id, source]) => {
    const row = here.get(id);
    return row === undefined ? [] : differentFields(entity, { id, source, row }, { rows, sources });
  });
  return [...missing, ...surplus, ...different];
}

function differentFields(
  entity: Entity,
  { id, source, row }: { readonly id: string; readonly source: Row; readonly row: Row },
  { rows, sources }: Context,
): readonly string[] {
  const fields = portalPairs().find(({ name }) => name === entity)?.fields ?? [];
  return fields.flatMap(({ attribute, codec }) => {
    if (hidden.has(`${entity} ${attribute.replica}`)) return [];
    const shown = row[attribute.replica];
    const named = meaning(source[attribute.master]);
    // Productive goes on naming what was deleted; the portal can't.
    const there = codec.target === undefined || sources.get(codec.target)?.has(named ?? '') !== false ? named : null;
    const here = meaning(codec.target === undefined ? shown : productiveIdOf(rows.get(codec.target), shown));
    return here === there
      ? []
      : [`${entity} ${id}: ${attribute.replica} is ${String(here)} instead of ${String(there)}`];
  });
}

/** What the API does not show of every record: an activity's project, unless that is what it is about. */
const hidden: ReadonlySet<string> = new Set(['activities projectId']);

const productiveIdOf = (rows: ReadonlyMap<string, Row> | undefined, portalId: unknown): unknown =>
  portalId == null ? null : [...(rows ?? [])].find(([, row]) => row['id'] === portalId)?.[0];

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** What a value says: a time in whatever zone, a number or its digits, nothing at all, which an empty list says too. */
function meaning(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string')
    return time.test(value) ? new Date(value).toISOString() : value.normalize('NFC').trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Object.keys(value).length === 0 ? null : sortedJson(value);
}

const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => a.localeCompare(b)))
      : part,
  );
