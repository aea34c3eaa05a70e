import { expect, test } from '@jest/globals';
import { parseSettings, replayCommand } from './settings.ts';

test('without settings it is the run of CI: two minutes and 300 records', () => {
  expect(parseSettings({})).toMatchObject({ seed: 1, minutes: 2, records: 300, edits: 600, canBeSearched: true });
});

test('what is printed plays the same run again', () => {
  const settings = parseSettings({
    SEED: '10',
    MINUTES: '20',
    RECORDS: '5000',
    BUDGET: '100/10s,4000/30m',
    HARM_EVERY: '9',
  });
  const command = replayCommand(settings);
  expect(command).toBe(
    'make chaos SEED=10 MINUTES=20 RECORDS=5000 EDITS=10000 SEARCH=off BUDGET=100/10s,4000/30m HARM_EVERY=9',
  );
  const words = command.split(' ').slice(2);
  expect(parseSettings(Object.fromEntries(words.map((word) => word.split('=') as [string, string])))).toEqual(settings);
});

test('Productive and the portal are asked for by name, with a number of records of their own', () => {
  const settings = parseSettings({ PAIR: 'portal' });
  expect(settings).toMatchObject({ family: 'portal', minutes: 2, records: 120, edits: 240 });
  expect(replayCommand(settings)).toBe('make chaos PAIR=portal SEED=1 MINUTES=2 RECORDS=120 EDITS=240');
});

test('a budget is read as windows', () => {
  expect(parseSettings({ BUDGET: '100/10s,4000/30m' }).budget.windows).toEqual([
    { limit: 100, windowMs: 10_000 },
    { limit: 4_000, windowMs: 1_800_000 },
  ]);
});

test('a setting that makes no sense is refused with its name', () => {
  for (const [name, value] of [
    ['PAIR', 'somebody'],
    ['SEED', 'one'],
    ['RECORDS', '-1'],
    ['SEARCH', 'maybe'],
    ['HARM_EVERY', 'often'],
    ['BUDGET', '100 per minute'],
  ] as const) {
    expect(() => parseSettings({ [name]: value })).toThrow(name);
  }
});
