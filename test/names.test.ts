import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const systems = /[Ee]spo(crm|CRM|[A-Z])|advoware|Advoware|productive|Productive|portal|Portal/;

/** Sources are cited in comments (`observed on …`); code must not know of whom. */
const codeOf = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');

function filesOf(folder: string): readonly { readonly file: string; readonly code: string }[] {
  const root = new URL(`../${folder}/`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => ({ file: `${folder}/${file}`, code: codeOf(readFileSync(new URL(file, root), 'utf8')) }));
}

test.each(['engine', 'workflows', 'api/webhooks', 'activities'])('no code in %s names a system', (folder) => {
  const files = filesOf(folder);
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter(({ code }) => systems.test(code)).map(({ file }) => file)).toEqual([]);
});

test('a file that did would be found', () => {
  const quirk = '/** EspoCRM does so. */\n  // Productive too\nconst form = 1;';
  expect([codeOf(quirk), systems.test(codeOf("/** A. */ const path = 'productive';"))]).toEqual([
    expect.not.stringMatching(systems),
    true,
  ]);
});
