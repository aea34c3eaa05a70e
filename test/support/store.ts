import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { Database } from '../../store/database.ts';
import type { NewLedgerRow } from '../../store/ledger-rows.ts';
import { hints, ledger, links, pairs } from '../../store/schema.ts';
import type { DatabaseUnderTest } from './databases.ts';
import { empty } from './empty.ts';
import { openDatabase } from './house.ts';

/** One database of the kind for the surrounding `describe`, empty at the start of each test. */
export function storeOf(kind: DatabaseUnderTest): () => Database {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    opened = await openDatabase(kind);
  });
  beforeEach(async () => {
    await empty(opened.database.db);
  });
  afterAll(() => opened.drop());
  return () => opened.database.db;
}

/** Everything that is stored: what must not change is compared with it. */
export async function everything(db: Database) {
  return {
    hints: await db.select().from(hints).orderBy(hints.pair, hints.side, hints.recordId),
    links: await db.select().from(links).orderBy(links.id),
    ledger: await db.select().from(ledger).orderBy(ledger.id),
    pairs: await db.select().from(pairs).orderBy(pairs.name),
  };
}

/** A moment, as milliseconds after the start of a made-up day. */
export const at = (ms: number): Date => new Date(Date.UTC(2031, 4, 6) + ms);

/** A write that is about to be sent. */
export const plannedWrite = (row: Partial<NewLedgerRow> = {}): NewLedgerRow => ({
  action: 'set',
  side: 'replica',
  field: 'lastName',
  attribute: 'name',
  oldValue: 'Meier',
  newValue: 'Maier',
  losingValue: null,
  rule: 'only_master_changed',
  trigger: 'webhook',
  runId: 'run',
  state: 'planned',
  plannedAt: at(0),
  ...row,
});

/** A creation of the thing that the key stands for. */
export const plannedCreation = (creationKey: string, row: Partial<NewLedgerRow> = {}): NewLedgerRow =>
  plannedWrite({ action: 'create', field: null, attribute: null, rule: 'created', creationKey, ...row });

/** How many statements have inserted into the table while `act` ran, counted by the database itself. */
export async function insertsInto(db: Database, table: 'hints', act: () => Promise<unknown>): Promise<number> {
  await db.execute(sql`create table counted_statements (tag text)`);
  await db.execute(
    sql`create function count_statement() returns trigger language plpgsql as $$ begin insert into counted_statements values (tg_op); return null; end $$`,
  );
  await db.execute(
    sql`create trigger count_statements after insert on ${sql.identifier(table)} for each statement execute function count_statement()`,
  );
  try {
    await act();
    const counted = await db.execute(sql`select tag from counted_statements`);
    return rowsOf(counted).length;
  } finally {
    await db.execute(sql`drop trigger count_statements on ${sql.identifier(table)}`);
    await db.execute(sql`drop function count_statement`);
    await db.execute(sql`drop table counted_statements`);
  }
}

/** Both drivers answer with an object that has the rows. */
function rowsOf(result: unknown): readonly unknown[] {
  if (typeof result === 'object' && result !== null && 'rows' in result && Array.isArray(result.rows)) {
    return result.rows;
  }
  throw new TypeError('The driver answered without rows');
}
