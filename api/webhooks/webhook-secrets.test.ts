import { expect, test } from '@jest/globals';
import { createWebhookSecrets } from './webhook-secrets.ts';

function secretsOver(answers: readonly (Readonly<Record<string, string>> | null)[]) {
  const state = { nowMs: 0, asked: 0, problems: 0, registered: new Set<string>() };
  const secrets = createWebhookSecrets({
    configured: new Map([['configured', 'key']]),
    fetch: () => {
      const answer = answers[state.asked] ?? null;
      state.asked += 1;
      return answer === null
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve(Object.entries(answer).map(([id, secret]) => ({ claim: id, registrationId: id, secret })));
    },
    registered: (id) => Promise.resolve(state.registered.has(id) ? [id] : []),
    onProblem: () => {
      state.problems += 1;
    },
    now: () => state.nowMs,
  });
  const keys = () => new Map(secrets.known().map(({ claim, secret }) => [claim, secret]));
  return { state, secrets: { ...secrets, known: keys } };
}

test('keys are asked for once a minute at most, and those that are configured stay', async () => {
  const { state, secrets } = secretsOver([{ one: 'a' }, { two: 'b' }]);
  await Promise.all([secrets.refresh('unknown'), secrets.refresh('unknown')]);
  expect([...secrets.known()]).toEqual([
    ['one', 'a'],
    ['configured', 'key'],
  ]);
  state.nowMs = 59_999;
  await secrets.refresh('unknown');
  expect(state.asked).toBe(1);
  state.nowMs = 60_000;
  await secrets.refresh('unknown');
  expect([state.asked, secrets.known().has('two')]).toEqual([2, true]);
});

test('one lost answer costs two seconds of webhooks, not a minute', async () => {
  const { state, secrets } = secretsOver([null, { one: 'a' }]);
  await secrets.refresh('unknown');
  state.nowMs = 1_999;
  await secrets.refresh('unknown');
  expect([state.asked, state.problems]).toEqual([1, 1]);
  state.nowMs = 2_000;
  await secrets.refresh('unknown');
  expect(secrets.known().get('one')).toBe('a');
});

test('the key of a webhook that we have registered since is asked for at once, and not too often', async () => {
  const { state, secrets } = secretsOver([{ old: 'a' }, { old: 'a' }, { old: 'a', made: 'b' }, {}]);
  await secrets.refresh('old');
  await secrets.refresh('made');
  expect(state.asked).toBe(1);
  state.registered.add('made');
  await secrets.refresh('made');
  await secrets.refresh('made');
  expect([state.asked, secrets.known().has('made')]).toEqual([2, false]);
  state.nowMs = 2_000;
  await Promise.all([secrets.refresh('made'), secrets.refresh('made'), secrets.refresh('of nobody')]);
  expect([state.asked, secrets.known().get('made')]).toEqual([3, 'b']);
  state.nowMs = 10_000;
  await secrets.refresh('made');
  expect(state.asked).toBe(3);
});
