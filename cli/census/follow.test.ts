import { expect, test } from '@jest/globals';
import type { CensusRunView } from '../../api/ops/census-shape.ts';
import type { ApiClient } from '../api-client.ts';
import { CommandFailed, ServiceNotThere } from '../command-failed.ts';
import { follow } from './follow.ts';
import { noDisplay } from './progress-display.ts';
import { done, runOf } from '../../test/support/walks.ts';

const run = runOf('tasks');
const away = new ServiceNotThere('Tandem does not answer');

/** Answers one after the other; the last one for good. */
function answering(...answers: readonly (CensusRunView | Error)[]): ApiClient & { asked: number } {
  const api = {
    asked: 0,
    call: (...[, , shape]: Parameters<ApiClient['call']>) => {
      const answer = answers[Math.min(api.asked, answers.length - 1)];
      api.asked += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(shape.parse(answer));
    },
  };
  return api as ApiClient & { asked: number };
}

const patient = { detached: new AbortController().signal, askEveryMs: 1, patienceMs: 60_000 };

test('a walk is followed to its end, also past a service that is started anew meanwhile', async () => {
  const api = answering(run, away, away, run, { ...run, ...done });
  expect(await follow(api, run, noDisplay, patient)).toMatchObject({ run: { state: 'done' }, isDetached: false });
  expect(api.asked).toBe(5);
});

test('a service that stays away is given up, and what it refuses is said at once', async () => {
  await expect(follow(answering(away), run, noDisplay, { ...patient, patienceMs: 5 })).rejects.toBe(away);
  const refusal = new CommandFailed('There is no census');
  const api = answering(refusal);
  await expect(follow(api, run, noDisplay, patient)).rejects.toBe(refusal);
  expect(api.asked).toBe(1);
});

test('who looks no more while the service is away is told that the walk goes on', async () => {
  const detached = AbortSignal.abort();
  expect(await follow(answering(away), run, noDisplay, { ...patient, detached })).toEqual({ run, isDetached: true });
});
