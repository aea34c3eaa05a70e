import { describe, expect, test } from '@jest/globals';
import { startAdvoware } from './advoware/start-advoware.ts';
import { startEspoCrm } from './espocrm/start-espocrm.ts';
import { RateLimit } from './rate-limit.ts';

const arrivingAt = (limit: RateLimit, ...timesMs: number[]) => timesMs.map((timeMs) => limit.arrive(timeMs));

describe('a limit', () => {
  test('admits as many as its window holds, and says when there is room again', () => {
    const limit = new RateLimit([{ calls: 2, perMs: 100 }]);
    expect(arrivingAt(limit, 0, 40, 50, 99.5, 100, 100, 140)).toEqual([0, 0, 50, 0.5, 0, 40, 0]);
    expect([limit.arrived, limit.refused]).toEqual([7, 3]);
  });

  test('keeps all its windows', () => {
    const limit = new RateLimit([
      { calls: 1, perMs: 10 },
      { calls: 2, perMs: 100 },
    ]);
    expect(arrivingAt(limit, 0, 5, 10, 20)).toEqual([0, 5, 0, 80]);
  });

  test('counts the fullest stretch over all that arrived, refused or not; its length ago is outside', () => {
    const limit = new RateLimit([{ calls: 1, perMs: 10 }]);
    arrivingAt(limit, 0, 10, 10, 19.999, 20, 500);
    expect([1, 10, 20, 481, 1_000].map((lengthMs) => limit.mostInAnyWindow(lengthMs))).toEqual([2, 3, 4, 5, 6]);
  });

  test('that has no window admits everything', () => {
    expect(arrivingAt(new RateLimit(), 0, 0, 0)).toEqual([0, 0, 0]);
  });
});

const rateLimit = [{ calls: 3, perMs: 3_600_000 }];
describe.each([
  ['EspoCRM', () => startEspoCrm({ rateLimit }), '/api/v1/App/user'],
  ['Advoware', () => startAdvoware({ rateLimit }), '/api/v1/advonet/Beteiligte/1'],
] as const)('a simulated %s with a limit', (_name, start, path) => {
  test('answers 429 with Retry-After above it, whatever was asked, and logs it', async () => {
    const system = await start();
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push(await fetch(`${system.url}${path}`));
    expect(answers.map(({ status }) => status === 429)).toEqual([false, false, false, true]);
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect([system.requests.count(), system.rateLimit.arrived, system.rateLimit.mostInAnyWindow(3_600_000)]).toEqual([
      4, 4, 4,
    ]);
    await fetch(`${system.url}/_control/requests`);
    expect(system.rateLimit.arrived).toBe(4);
    await system.stop();
  });
});
