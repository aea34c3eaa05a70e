import { describe, expect, test } from '@jest/globals';
import { readMutants } from './mutants.ts';
import type { MutationJudgement } from './mutation-judgements.ts';
import { idleJudgements, mutationPage } from './mutation-page.ts';

const source = [
  'export function older(a: number, b: number) {',
  '  return a > b || `${a}` > `${b}`;',
  '}',
  'export const nothing = [];',
  '',
].join('\n');

const mutant = (status: string, line: number, columns: readonly [number, number], more = {}) => ({
  id: '1',
  mutatorName: 'EqualityOperator',
  replacement: 'a >= b',
  status,
  location: { start: { line, column: columns[0] }, end: { line, column: columns[1] } },
  ...more,
});
const survivor = mutant('Survived', 2, [10, 15]);
const reportOf = (mutants: readonly object[], more = {}) => ({
  schemaVersion: '1.0',
  files: { 'engine/older.ts': { language: 'typescript', source, mutants }, ...more },
});
const pageOf = (mutants: readonly object[], judgements: readonly MutationJudgement[] = []): string =>
  mutationPage(readMutants(reportOf(mutants)), judgements);
const judged = { file: 'engine/older.ts', mutator: 'EqualityOperator', line: 'return a > b || `${a}` > `${b}`;' };

describe('the numbers', () => {
  test('are given per file and together, and the score leaves out what no test could decide', () => {
    const mutants = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'RuntimeError', 'Ignored'].map((status) =>
      mutant(status, 2, [10, 15]),
    );
    const other = { 'engine/younger.ts': { source, mutants: [mutant('Killed', 2, [10, 15])] } };
    const page = mutationPage(readMutants(reportOf(mutants, other)), []);
    expect(page).toContain('| `engine/older.ts` | 2 | 1 | 1 | 1 | 60.0 % | 1 | 1 |');
    expect(page).toContain('| `engine/younger.ts` | 1 | 0 | 0 | 0 | 100.0 % | 0 | 0 |');
    expect(page).toContain('| **Total** | 3 | 1 | 1 | 1 | 66.7 % | 1 | 1 |');
  });

  test('of a file without anything to count have no score', () => {
    expect(pageOf([mutant('RuntimeError', 2, [10, 15])])).toContain('| `engine/older.ts` | 0 | 0 | 0 | 0 |  | 1 | 0 |');
  });

  test('are refused if the run was not finished', () => {
    expect(() => readMutants(reportOf([mutant('Pending', 2, [10, 15])]))).toThrow();
  });
});

describe('a survivor', () => {
  test('is listed with its place and what was changed', () => {
    expect(pageOf([survivor])).toContain(
      '| engine/older.ts:2 | EqualityOperator | `a > b` → `a >= b` | survived | not judged yet |',
    );
  });

  test('over several lines is shown shortened in one line', () => {
    const location = { start: { line: 1, column: 45 }, end: { line: 3, column: 2 } };
    const page = pageOf([mutant('Survived', 1, [1, 1], { location, replacement: '{}' })]);
    expect(page).toContain('| ``` { return a > b \\|\\| `${a}` > `${b}`; } ``` → `{}` |');
    const long = pageOf([mutant('Survived', 2, [10, 15], { replacement: 'b'.repeat(61) })]);
    expect(long).toContain(`→ \`${'b'.repeat(59)}…\``);
  });

  test('where no test comes is marked as such', () => {
    expect(pageOf([mutant('NoCoverage', 4, [24, 26])])).toContain('| no coverage | not judged yet |');
  });

  test('that was killed is not listed', () => {
    expect(pageOf([mutant('Killed', 2, [10, 15])])).toContain('None.');
  });

  test('is listed in the order of the code, whatever order the run had', () => {
    const later = mutant('Survived', 4, [24, 26]);
    expect(pageOf([later, survivor])).toBe(pageOf([survivor, later]));
  });
});

describe('a judgement', () => {
  test('is shown with the survivor of its line', () => {
    expect(pageOf([survivor], [{ ...judged, judgement: 'Equal values never get here.' }])).toContain(
      '| Equal values never get here. |',
    );
  });

  test('can be for one replacement or one original alone', () => {
    const judgement = 'Harmless.';
    expect(pageOf([survivor], [{ ...judged, replacement: 'a >= b', original: 'a > b', judgement }])).toContain(
      judgement,
    );
    expect(pageOf([survivor], [{ ...judged, replacement: 'a <= b', judgement }])).not.toContain(judgement);
    expect(pageOf([survivor], [{ ...judged, original: 'a', judgement }])).not.toContain(judgement);
  });

  test('for what is killed by now is reported as idle', () => {
    const judgements = [{ ...judged, judgement: 'Harmless.' }];
    expect(idleJudgements(readMutants(reportOf([survivor])), judgements)).toEqual([]);
    const killed = readMutants(reportOf([{ ...survivor, status: 'Killed' }]));
    expect(idleJudgements(killed, judgements)).toEqual(judgements);
  });
});
