import { describe, expect, test } from '@jest/globals';
import {
  AuthFailed,
  BudgetSpent,
  Forbidden,
  Misconfigured,
  RateLimited,
  RecordFailed,
  Rejected,
  Stopped,
  Unavailable,
} from '../../connectors/errors.ts';
import { obstacleOf, waitOf } from './ask-system.ts';

const system = 'EspoCRM';

describe('a list that could not be read', () => {
  test.each([
    ['asks for a pause', new RateLimited('later', { system, retryAfterMs: 40_000 }), 40_000],
    ['asks for a pause of unknown length', new RateLimited('later', { system, retryAfterMs: null }), 15_000],
    ['can not be reached', new Unavailable('offline', { system }), 15_000],
    ['fails', new RecordFailed('500', { system }), 15_000],
    ['refuses our login', new AuthFailed('401', { system }), 60_000],
    ['has no budget left', new BudgetSpent('spent', { system }), 200],
    ['was left by a shutdown', new Stopped('stopped', { system }), 200],
  ])('is tried again later where the system %s', (_name, error, forMs) => {
    expect(obstacleOf(error)).toEqual({ kind: 'wait', forMs });
  });

  test.each([
    new Misconfigured('no entity has such a name', { system }),
    new Forbidden('the role does not allow it', { system }),
    new Rejected('refused', { system, field: null }),
  ])('ends the walk where only a person can help: $code', (error) => {
    expect(obstacleOf(error)).toEqual({ kind: 'refused', message: error.message });
  });

  test('is nothing of the system if the error is ours', () => {
    expect(() => obstacleOf(new TypeError('a bug'))).toThrow(TypeError);
  });
});

test('a wait is neither busy nor endless', () => {
  expect([-5, 20, 1_500.2, 3_600_000].map((ms) => waitOf(ms).forMs)).toEqual([200, 200, 1_501, 600_000]);
});
