import type {
  Attributes,
  CallContext,
  Connector,
  DiagnosisNeeds,
  Finding,
  PageQuery,
  ReadResult,
  RecordPage,
  RemoteRecord,
} from '../connector.ts';
import { attempt } from '../diagnosis.ts';
import { AmbiguousWrite, Misconfigured, Rejected, StaleVersion } from '../errors.ts';
import type { PortalRecords, PortalRow, PortalWrite } from './portal-records.ts';
import { type Statement, Statements } from './statement.ts';

export interface PortalOptions {
  /** Throws while there is no database yet. */
  readonly records: () => PortalRecords;
  /** For one statement, in milliseconds. */
  readonly timeoutMs: number;
}

const system = 'Portal';
const longestPage = 1_000;
const mostFound = 20;

interface Parts {
  readonly records: () => PortalRecords;
  readonly statements: Statements;
}

/** The portal's own tables, spoken to as any other system. Versions are compared by the statement that writes. */
export function createPortalConnector({ records, timeoutMs }: PortalOptions): Connector {
  const parts: Parts = { records, statements: new Statements({ system, timeoutMs }) };
  return {
    system,
    timeoutMs,
    find: { by: 'keys', attributes: 'any' },
    showsEmptyAttributes: true,
    read: (entity, id, context) => read(parts, { entity, id }, context),
    search: (entity, equal, context) => search(parts, entity, equal, context),
    create: (entity, attributes, context) => create(parts, entity, attributes, context),
    update: (entity, current, changes, context) => update(parts, { entity, current, changes }, context),
    remove: (entity, id, context) => remove(parts, { entity, id }, context),
    probe: (_known, context) => ping(parts, context),
    list: {
      longestPage,
      canListChanges: () => true,
      page: (entity, query, context) => page(parts, entity, query, context),
      showsLess: () => false,
    },
    diagnose: (needs, context) => diagnose(parts, needs, context),
  };
}

interface Named {
  readonly entity: string;
  readonly id: string;
}

async function read({ records, statements }: Parts, { entity, id }: Named, context: CallContext): Promise<ReadResult> {
  const row = await statements.run(toRead(`${entity} ${id}`), context, () =>
    knowing(records(), entity).read(entity, portalIdOf(entity, id)),
  );
  return row === null ? { kind: 'gone' } : { kind: 'found', record: recordOf(row) };
}

async function search({ records, statements }: Parts, entity: string, equal: Attributes, context: CallContext) {
  const names = Object.keys(equal);
  if (names.length === 0) throw new Misconfigured(`${system}: a search needs at least one attribute`, { system });
  const rows = await statements.run(toRead(`a search in ${entity}`), context, () =>
    knowing(records(), entity, names).search(entity, equal, mostFound),
  );
  return rows.map(recordOf);
}

async function create({ records, statements }: Parts, entity: string, attributes: Attributes, context: CallContext) {
  const title = `a new one of ${entity}`;
  const write = await statements.run(toWrite(title), context, () =>
    knowing(records(), entity, Object.keys(attributes)).create(entity, attributes),
  );
  return written(write, title);
}

interface Update {
  readonly entity: string;
  readonly current: RemoteRecord;
  readonly changes: Attributes;
}

async function update({ records, statements }: Parts, { entity, current, changes }: Update, context: CallContext) {
  const title = `${entity} ${current.id}`;
  const { version } = current;
  if (version === null) throw new StaleVersion(`${system}: ${title} was read without its version`, { system });
  const write = await statements.run(toWrite(title), context, () =>
    knowing(records(), entity, Object.keys(changes)).update(entity, current.id, version, changes),
  );
  return written(write, title);
}

async function remove({ records, statements }: Parts, { entity, id }: Named, context: CallContext): Promise<void> {
  await statements.run(toWrite(`${entity} ${id}`), context, () =>
    knowing(records(), entity).remove(entity, portalIdOf(entity, id)),
  );
}

async function page(
  { records, statements }: Parts,
  entity: string,
  { attributes, position, limit, withTotal }: PageQuery,
  context: CallContext,
): Promise<RecordPage> {
  const rowsAtMost = Math.min(limit, longestPage);
  const { rows, total, isLast } = await statements.run(toRead(`a list of ${entity}`), context, () =>
    knowing(records(), entity, attributes).page(entity, position, rowsAtMost, withTotal),
  );
  return { records: rows.map(recordOf), total, isLast };
}

const ping = ({ records, statements }: Parts, context: CallContext): Promise<void> =>
  statements.run({ title: 'a look', purpose: 'check', isWrite: false }, context, () => records().ping());

function diagnose(parts: Parts, { entity, attributes }: DiagnosisNeeds, context: CallContext) {
  return attempt('tables', async (): Promise<readonly Finding[]> => {
    await ping(parts, context);
    knowing(parts.records(), entity, attributes);
    return [{ check: 'tables', level: 'ok', text: `${system} has the table of ${entity} and its columns` }];
  });
}

const toRead = (title: string): Statement => ({ title, purpose: 'record', isWrite: false });
const toWrite = (title: string): Statement => ({ title, purpose: 'record', isWrite: true });

/** @throws Misconfigured if the tables do not have what is asked of them */
function knowing(records: PortalRecords, entity: string, names: readonly string[] = []): PortalRecords {
  const attributes = records.attributesOf(entity);
  if (attributes === null) throw new Misconfigured(`${system}: there is no table of ${entity}`, { system });
  const unknown = names.filter((name) => !attributes.includes(name));
  if (unknown.length === 0) return records;
  throw new Misconfigured(`${system}: ${entity} has no attribute ${unknown.join(', ')}`, { system });
}

/** @throws Rejected */
function portalIdOf(entity: string, id: string): string {
  if (/^[1-9]\d{0,14}$/.test(id)) return id;
  throw new Rejected(`${system}: nothing in ${entity} has such an id`, { system, field: 'id' });
}

/** @throws what came of the write, if it did not take effect */
function written(write: PortalWrite, title: string): RemoteRecord {
  switch (write.kind) {
    case 'written':
      return recordOf(write.row);
    case 'stale':
      throw new StaleVersion(`${system}: ${title} was changed since it was read`, { system });
    case 'gone':
      throw new StaleVersion(`${system}: ${title} was deleted since it was read`, { system });
    case 'exists':
      // Made by an attempt whose answer was lost, or by a page that was applied meanwhile: to be found by its marker.
      throw new AmbiguousWrite(`${system}: ${title} is there already, with the same marker`, { system, settleMs: 0 });
    case 'refused':
      throw new Rejected(`${system}: ${title}: ${write.reason}`, { system, field: write.attribute });
  }
}

const recordOf = ({ id, version, modifiedAt, attributes }: PortalRow): RemoteRecord => ({
  ...{ id, version, modifiedAt, attributes },
  raw: attributes,
  // The table is written by users and by us, and says nothing of either.
  modifiedByUs: null,
});
