import { describe, expect, test } from '@jest/globals';
import type { LoggedRequest } from '../../simulators/request-log.ts';
import { overspent, peakWithin, writesAfterQuiet } from './judge-writes.ts';

const request = (method: string, path: string): LoggedRequest => ({
  ...{ seq: 1, at: new Date(), query: '', status: 200, userName: null },
  ...{ method, path },
});

test('after quiet each write to a record is found; reads and logins are none', () => {
  const requests = [
    request('GET', '/api/v1/CBeteiligte/m1'),
    request('POST', '/security/api/v1/Token'),
    request('PUT', '/api/v1/CBeteiligte/m1'),
    request('POST', '/api/v1/advonet/Beteiligte'),
    request('DELETE', '/api/v1/advonet/Beteiligte/17'),
  ];
  const saves = [{ id: 'm1', changes: { syncStatus: { before: 'failed', after: 'clean' } } }];
  expect(writesAfterQuiet(requests, saves).map(({ what }) => what)).toEqual([
    'PUT /api/v1/CBeteiligte/m1, syncStatus: "failed" → "clean"',
    'POST /api/v1/advonet/Beteiligte',
    'DELETE /api/v1/advonet/Beteiligte/17',
  ]);
});

describe('a window slides', () => {
  test('two bursts of which each fits count together where they are close to each other', () => {
    expect(peakWithin([0, 900, 950, 1_000, 1_050, 1_899], 1_000)).toBe(5);
    expect(peakWithin([0, 1_000, 2_000], 1_000)).toBe(1);
    expect(peakWithin([], 1_000)).toBe(0);
  });

  test('more requests than a window allows are found, for each window by itself', () => {
    const windows = [
      { limit: 2, windowMs: 1_000 },
      { limit: 3, windowMs: 10_000 },
    ];
    expect(overspent('EspoCRM', [0, 600, 1_200], windows)).toEqual([]);
    const tooMany = overspent('EspoCRM', [0, 100, 200, 5_000], windows).map(({ kind, what }) => `${kind}: ${what}`);
    expect(tooMany).toEqual([
      'over budget: 3 requests within 1 s, allowed are 2',
      'over budget: 4 requests within 10 s, allowed are 3',
    ]);
  });
});
