import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiUnderTest, callOps, readableLog, startTestApi, testToken, unlimited } from '../../test/support/api.ts';
import { plannedWrite } from '../../test/support/store.ts';
import { conflicts, ledger, links } from '../../store/schema.ts';

const pair = 'beteiligte';
const base = `/api/v1/pairs/${pair}`;
const nul = 'a\0b';
const far = '9007199254740991';

let api: ApiUnderTest;
const { log, lines } = readableLog('warn');
beforeAll(async () => {
  api = await startTestApi({ limits: unlimited, replace: () => ({ log }) });
  await api.database.db.insert(links).values({ id: 7, pair, masterId: 'm1' });
  await api.database.db.insert(ledger).values({ ...plannedWrite({ state: 'written' }), linkId: 7, pair });
});
afterAll(() => api.stop());

const requests: readonly (readonly [method: string, path: string, status: number, body?: object])[] = [
  ['POST', `${base}/pause`, 400, { reason: nul }],
  ['POST', `${base}/pause`, 400, { reason: 'x'.repeat(501) }],
  ['POST', `${base}/pause`, 200, { reason: 'half a character: \ud800' }],
  ['POST', `${base}/records/m1/answer`, 400, { answer: nul }],
  ['POST', `${base}/deletions/decide`, 400, { answer: 'keep', ids: [nul] }],
  ['POST', '/api/v1/conflicts/99999999999/decide', 404, { take: 'master' }],
  ['POST', '/api/v1/conflicts/-1/decide', 400, { take: 'master' }],
  ['POST', '/api/v1/conflicts/decide', 400, { pair, all: true, take: 'master', field: nul }],
  ['POST', '/api/v1/conflicts/decide', 404, { pair: nul, all: true, take: 'master' }],
  ['GET', '/api/v1/conflicts?field=%00', 400],
  ['GET', '/api/v1/conflicts?pair=%00', 404],
  ['GET', `/api/v1/conflicts?after=${far}`, 200],
  ['GET', `${base}/records?after=${far}`, 200],
  ['GET', `${base}/records?after=${far}9`, 400],
  ['GET', `${base}/records?limit=1&limit=2`, 400],
  ['GET', `${base}/records?limit=1e999`, 400],
  ['GET', `${base}/records?__proto__[limit]=1&constructor=2`, 200],
  ['GET', `${base}/records/%00`, 400],
  ['GET', `${base}/records/..%2f..%2fhistory`, 400],
  ['GET', `${base}/records/%27%20or%201=1--`, 400],
  ['GET', `${base}/records/m1/history?after=${far}`, 200],
  ['POST', `${base}/records/replica:/check`, 400],
  ['POST', `${base}/records/:/check`, 400],
  ['POST', `${base}/records/replica:replica:7/check`, 400],
  ['GET', `/api/v1/pairs/__proto__/records`, 404],
  ['GET', `/api/v1/pairs/%00/records`, 404],
];
test.each(requests.map(([method, path, status, body]) => ({ method, path, status, body })))(
  '$method $path is answered with $status and is no trouble',
  async ({ method, path, status, body }) => {
    const answer = await callOps(api, method, path, body === undefined ? {} : { body });
    expect([answer.status, lines()]).toEqual([status, []]);
  },
);

test('a value that no database can hold decides no conflict', async () => {
  await api.database.db.insert(conflicts).values({ id: 5, pair, linkId: 7, field: 'lastName', openedAt: new Date() });
  const answer = await callOps(api, 'POST', '/api/v1/conflicts/5/decide', { body: { value: nul } });
  expect([answer.status, lines()]).toEqual([400, []]);
  expect(await api.database.db.select().from(conflicts)).toMatchObject([{ state: 'open', resolution: null }]);
});

test('a body that is deeply nested is refused like any other', async () => {
  const answer = await fetch(`${api.url}${base}/pause`, {
    method: 'POST',
    headers: { authorization: `Bearer ${testToken}`, 'content-type': 'application/json' },
    body: `{"reason":${'['.repeat(400_000)}${']'.repeat(400_000)}}`,
  });
  expect([answer.status, lines()]).toEqual([400, []]);
});
