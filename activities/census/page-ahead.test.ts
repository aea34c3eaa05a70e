import { expect, test } from '@jest/globals';
import type { RecordPage } from '../../connectors/connector.ts';
import { PageAhead } from './page-ahead.ts';

const place = { side: 'master', position: '7' } as const;
const page: RecordPage = { records: [], isLast: true, total: null };
const reading = () => Promise.resolve({ kind: 'answered' as const, answer: page });

test('a page is asked for once, and taken once', async () => {
  let asked = 0;
  const ahead = new PageAhead(() => true);
  ahead.ask(place, () => {
    asked += 1;
    return reading();
  });
  expect(ahead.isThere).toBe(true);
  expect(await ahead.take(place)).toEqual({ kind: 'answered', answer: page });
  expect([ahead.take(place), ahead.isThere, asked]).toEqual([null, false, 1]);
});

test.each([
  { ...place, position: '8' },
  { ...place, position: null },
  { ...place, side: 'replica' as const },
])('a walk that goes on elsewhere does not get it: $side $position', (elsewhere) => {
  const ahead = new PageAhead(() => true);
  ahead.ask(place, reading);
  expect([ahead.take(elsewhere), ahead.take(place)]).toEqual([null, null]);
});

test('nothing is asked for that no step would take', () => {
  const ahead = new PageAhead(() => false);
  ahead.ask(place, () => {
    throw new Error('it was asked for');
  });
  expect([ahead.isThere, ahead.take(place)]).toEqual([false, null]);
});

test('what goes wrong is told to whoever takes it, and to nobody if it is left', async () => {
  const ahead = new PageAhead(() => true);
  ahead.ask(place, () => Promise.reject(new TypeError('the database is away')));
  await expect(ahead.take(place)).rejects.toThrow('the database is away');
  ahead.ask(place, () => Promise.reject(new TypeError('the database is away')));
  expect(ahead.isThere).toBe(true);
});
