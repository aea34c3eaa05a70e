import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { generatedPages } from './write-docs.ts';

const committed = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the generated pages', () => {
  test('are committed as the code has it; if not, run `npm run docs`', async () => {
    const pages = await generatedPages();
    expect(pages.map(({ path }) => path)).toEqual([
      'docs/pairs/beteiligte.md',
      'docs/pairs/contacts.md',
      'docs/pairs/portal.md',
      'docs/decision-table.md',
      'docs/messages.md',
    ]);
    for (const { path, text } of pages) expect(await committed(path)).toBe(text);
  });

  test('name every field of the pair with both attributes', async () => {
    const page = await committed('docs/pairs/beteiligte.md');
    expect(page).toMatch(/\| +registerNumber +\| +`handelsregisterNummer` +\| +`handelsRegisterNummer` +\|/);
    expect(page).toMatch(/\| +lastName, required +\| +`lastName` +\| +`name` +\|/);
  });

  test('have each text in English and German', async () => {
    const page = await committed('docs/messages.md');
    expect(page).toMatch(/\| +`rejected` +\| .* correct it here.* \| .* hier berichtigen.* \|/);
    expect(page).toMatch(/\| +`number_unknown` +\| .* has no record.* \| .* gibt es keinen Datensatz.* \|/);
  });

  test('say who wins a field that both sides changed', async () => {
    expect(await committed('docs/decision-table.md')).toMatch(/\| +changed +\| +take the master's +\| +contested +\|/);
  });
});
