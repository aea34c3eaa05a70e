import { expect, test } from '@jest/globals';
import type { Asked } from './asked.ts';
import type { RecordPage } from '../../connectors/connector.ts';
import { nothingAhead, PageAhead } from './page-ahead.ts';

const place = { side: 'master', position: '7' } as const;
const page: Asked<RecordPage> = { kind: 'wait', forMs: 5 };

test('a page that was asked for is had once', async () => {
  const ahead = new PageAhead(() => true);
  ahead.begin(place, () => Promise.resolve(page));
  expect(ahead.isPending).toBe(true);
  expect(await ahead.take(place)).toBe(page);
  expect([ahead.take(place), ahead.isPending]).toEqual([null, false]);
});

test.each([{ position: '8' }, { position: null }, { side: 'replica' } as const])(
  'a page of elsewhere is none, and kept no longer: %j',
  (other) => {
    const ahead = new PageAhead(() => true);
    ahead.begin(place, () => Promise.resolve(page));
    expect([ahead.take({ ...place, ...other }), ahead.isPending]).toEqual([null, false]);
  },
);

test('nothing is asked for when nobody would come for it', () => {
  let asked = 0;
  const ask = () => {
    asked += 1;
    return Promise.resolve(page);
  };
  for (const ahead of [nothingAhead(), new PageAhead(() => false)]) ahead.begin(place, ask);
  expect(asked).toBe(0);
});

test('what goes wrong is heard by whoever comes for the page, and by nobody else', async () => {
  const ahead = new PageAhead(() => true);
  ahead.begin(place, () => Promise.reject(new Error('the store is away')));
  await new Promise(setImmediate);
  await expect(ahead.take(place)).rejects.toThrow('the store is away');
});
