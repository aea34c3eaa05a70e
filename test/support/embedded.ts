import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory as open, openPglite } from '../../store/open-embedded.ts';
import { empty } from './empty.ts';

/** Where the run keeps an embedded database with its schema: making one takes seconds, copying it a fraction of one. */
const variable = 'TEST_EMBEDDED_TEMPLATE';
const directoryIn = (template: string): string => join(template, 'pglite');
const dumpIn = (template: string): string => join(template, 'memory.tar');

/** Makes what the other functions copy, and tells the tests by an environment variable. @param template an empty directory */
export async function makeEmbeddedTemplate(template: string): Promise<void> {
  const client = await PGlite.create(directoryIn(template));
  const database = await openPglite(client);
  await writeFile(dumpIn(template), await (await client.dumpDataDir('none')).bytes());
  await database.close();
  process.env[variable] = template;
}

/** A data directory whose embedded database is empty. It is the caller's to remove. */
export async function makeDataDirectory(purpose: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `tandem-${purpose}-`));
  const template = process.env[variable];
  if (template !== undefined) await cp(directoryIn(template), join(directory, 'pglite'), { recursive: true });
  return directory;
}

/** Those of this test file that nobody uses at the moment, and what will close them. */
const free = new Map<OpenDatabase, NodeJS.Timeout>();
const closedAfterMs = 500;

/** An empty embedded database. Closing it leaves it to the next test of the file, if one asks for it soon. */
export async function openInMemory(): Promise<OpenDatabase> {
  const database = await (takeFree() ?? openFresh());
  const lent: OpenDatabase = {
    ...database,
    close: () => {
      if (!away.has(lent)) free.set(database, setTimeout(closeFree, closedAfterMs, database).unref());
      return Promise.resolve();
    },
  };
  owners.set(lent, database);
  return lent;
}

const owners = new WeakMap<OpenDatabase, OpenDatabase>();
const away = new WeakSet<OpenDatabase>();

/** From now on it does not answer. */
export async function takeAway(lent: OpenDatabase): Promise<void> {
  away.add(lent);
  await owners.get(lent)?.close();
}

function closeFree(database: OpenDatabase): void {
  free.delete(database);
  void database.close();
}

function takeFree(): Promise<OpenDatabase> | null {
  const [taken] = free;
  if (taken === undefined) return null;
  const [database, closing] = taken;
  clearTimeout(closing);
  free.delete(database);
  return empty(database.db).then(() => database);
}

async function openFresh(): Promise<OpenDatabase> {
  const template = process.env[variable];
  return template === undefined ? open() : open(new Blob([await readFile(dumpIn(template))]));
}
