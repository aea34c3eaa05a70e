/**
 * Writes the pages that follow from the code: `docs/pairs/beteiligte.md`, `docs/pairs/contacts.md`,
 * `docs/pairs/portal.md`, `docs/decision-table.md` and `docs/messages.md`.
 * With `--check` it writes nothing and ends with exit code 1 if a page is not what it would write.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { beteiligte, ignoredByAdvoware } from '../mappers/beteiligte.ts';
import { decisionTablePage } from './decision-table-page.ts';
import { contacts } from '../mappers/contacts.ts';
import { beteiligteProse } from './beteiligte-prose.ts';
import { contactsProse } from './contacts-prose.ts';
import { messagesPage } from './messages-page.ts';
import { portalPairs } from '../mappers/portal/portal-pairs.ts';
import { pairPage } from './pair-page.ts';
import { portalPage } from './portal-page.ts';

export interface Page {
  /** Below the project's folder. */
  readonly path: string;
  readonly text: string;
}

const project = new URL('../', import.meta.url);
const pathOf = (path: string): string => fileURLToPath(new URL(path, project));

/** Every generated page as it should be, formatted like the rest of the project. */
export async function generatedPages(): Promise<readonly Page[]> {
  const pair = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
  const pages: readonly Page[] = [
    { path: 'docs/pairs/beteiligte.md', text: pairPage(pair, beteiligteProse) },
    { path: 'docs/pairs/contacts.md', text: pairPage(contacts(), contactsProse) },
    { path: 'docs/pairs/portal.md', text: portalPage(portalPairs()) },
    { path: 'docs/decision-table.md', text: decisionTablePage() },
    { path: 'docs/messages.md', text: messagesPage() },
  ];
  return Promise.all(pages.map(async ({ path, text }) => ({ path, text: await formatted(path, text) })));
}

/** The paths of pages that are missing or not what they should be. */
async function outdatedPages(): Promise<readonly string[]> {
  const pages = await generatedPages();
  const committed = await Promise.all(pages.map(({ path }) => readFile(pathOf(path), 'utf8').catch(() => null)));
  return pages.filter(({ text }, index) => committed[index] !== text).map(({ path }) => path);
}

async function formatted(path: string, text: string): Promise<string> {
  const options = await resolveConfig(pathOf(path));
  return format(text, { ...options, filepath: pathOf(path) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const outdated = await outdatedPages();
    for (const path of outdated) console.error(`${path} does not follow from the code; run \`npm run docs\``);
    process.exitCode = outdated.length === 0 ? 0 : 1;
  } else {
    for (const { path, text } of await generatedPages()) await writeFile(pathOf(path), text);
  }
}
