import { describe, expect, test } from '@jest/globals';
import { eq, is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { databasesUnderTest } from '../../test/support/databases.ts';
import { storeOf } from '../../test/support/store.ts';
import { rowsIn } from '../rows-in.ts';
import { schema } from '../schema.ts';
import { portalCompanies, portalProjects } from './work-tables.ts';

const portalTableNames = Object.values(schema)
  .flatMap((table) => (is(table, PgTable) ? [getTableConfig(table)] : []))
  .filter(({ name, columns }) => name.startsWith('portal_') && columns.some((column) => column.name === 'version'))
  .map(({ name }) => name);

describe.each(databasesUnderTest())('the tables of the portal on $name', (kind) => {
  const store = storeOf(kind);

  test('every one of them gives a written row a new version', async () => {
    const result = await store().execute(
      sql`select event_object_table as name from information_schema.triggers where trigger_name = 'written'`,
    );
    expect(new Set(rowsIn(result).map((row) => row['name']))).toEqual(new Set(portalTableNames));
  });

  test('a change gives the row a version that no row had before, whatever the writer says', async () => {
    const [first] = await store().insert(portalCompanies).values({ name: 'Acme', version: 1 }).returning();
    const [second] = await store().insert(portalCompanies).values({ name: 'Zenith' }).returning();
    const [changed] = await store()
      .update(portalCompanies)
      .set({ name: 'Acme & Co', version: 1 })
      .where(eq(portalCompanies.id, first?.id ?? 0))
      .returning();
    const versions = [first?.version, second?.version, changed?.version].map(Number);
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
    expect(changed?.modifiedAt.getTime()).toBeGreaterThanOrEqual(first?.modifiedAt.getTime() ?? Infinity);
  });

  test('an update that changes nothing leaves version and time as they are', async () => {
    const [before] = await store().insert(portalCompanies).values({ name: 'Acme' }).returning();
    const [after] = await store()
      .update(portalCompanies)
      .set({ name: 'Acme' })
      .where(eq(portalCompanies.id, before?.id ?? 0))
      .returning();
    expect(after).toEqual(before);
  });

  test('a company that is removed for good leaves its projects behind, without a company and with another version', async () => {
    const [company] = await store().insert(portalCompanies).values({ name: 'Acme' }).returning();
    const companyId = company?.id ?? 0;
    const [project] = await store().insert(portalProjects).values({ name: 'Site', companyId }).returning();
    await store().delete(portalCompanies).where(eq(portalCompanies.id, companyId));
    const [left] = await store()
      .select()
      .from(portalProjects)
      .where(eq(portalProjects.id, project?.id ?? 0));
    expect(left?.companyId).toBeNull();
    expect(left?.version).toBeGreaterThan(project?.version ?? Infinity);
  });
});
