import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPostgresDatabase, type PostgresDatabase } from '../test/support/databases.ts';
import { oneAtATimeIn } from './one-at-a-time.ts';

let created: PostgresDatabase;
beforeAll(async () => {
  created = await createPostgresDatabase();
});
afterAll(() => created.drop());

/** Two processes, as far as the database can tell. */
const two = (url: string) => [oneAtATimeIn(url), oneAtATimeIn(url)] as const;

test('pieces of work with one key come one after the other, whichever process they are in', async () => {
  const processes = two(created.url);
  let underWay = 0;
  const seen: number[] = [];
  const work = async () => {
    underWay += 1;
    // Long enough for the other process to come in between.
    for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
    seen.push(underWay);
    underWay -= 1;
  };
  const pieces = Array.from({ length: 12 }, (_, n) => processes[n % 2 === 0 ? 0 : 1]('a task', work));
  await Promise.all(pieces);
  expect(seen).toEqual(Array<number>(12).fill(1));
});

test('others need not wait, and whoever fails makes way', async () => {
  const [one, other] = two(created.url);
  const failed = one('a task', () => other('another task', () => Promise.reject(new Error('it failed'))));
  await expect(failed).rejects.toThrow('it failed');
  expect(await other('a task', () => Promise.resolve('done'))).toBe('done');
});
