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
      'docs/decision-table.md',
    ]);
    for (const { path, text } of pages) expect(await committed(path)).toBe(text);
  });

  test('name every field of the pair with both attributes', async () => {
    const page = await committed('docs/pairs/beteiligte.md');
    expect(page).toMatch(/\| +registerNumber +\| +`handelsregisterNummer` +\| +`handelsRegisterNummer` +\|/);
    expect(page).toMatch(/\| +lastName, required +\| +`lastName` +\| +`name` +\|/);
  });

  test('say who wins a field that both sides changed', async () => {
    expect(await committed('docs/decision-table.md')).toMatch(/\| +changed +\| +take the master's +\| +contested +\|/);
  });
});
