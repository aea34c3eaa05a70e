import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { migrationsFolder, type OpenDatabase } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { schema } from './schema.ts';

/**
 * Opens the embedded database in the data directory (made if missing) and brings its schema up to date.
 * It survives a killed process; it does not promise to survive a power cut (PGlite runs without fsync).
 * @throws DataDirectoryInUse
 */
export async function openEmbedded(dataDirectory: string): Promise<OpenDatabase> {
  await mkdir(dataDirectory, { recursive: true });
  const lock = await lockDirectory(dataDirectory);
  const opened = await openPglite(await PGlite.create(join(dataDirectory, 'pglite')));
  return {
    ...opened,
    close: async () => {
      await opened.close();
      await lock.release();
    },
  };
}

/** An embedded database that lives and ends with the process. @param from a dump to begin with */
export async function openInMemory(from?: Blob): Promise<OpenDatabase> {
  return openPglite(await PGlite.create(from === undefined ? {} : { loadDataDir: from }));
}

/** Brings the schema of an open one up to date. */
export async function openPglite(client: PGlite): Promise<OpenDatabase> {
  const db = drizzle(client, { schema });
  await migrate(db, { migrationsFolder });
  return {
    db,
    kind: 'PGlite',
    ping: async () => {
      await db.execute(sql`select 1`);
    },
    close: () => client.close(),
  };
}
