import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { type ApiUnderTest, startTestApi, testToken } from '../test/support/api.ts';
import { batch, type Registration, signature, storedIds, updatePath } from '../test/support/espo-webhook.ts';
import { connectTo, rawRequest, statusesIn, untilClosed } from '../test/support/raw-http.ts';
import { everything } from '../test/support/store.ts';

const registration: Registration = { id: 'w1', secret: 'key-of-the-webhook' };
const timeouts = { headersMs: 300, requestMs: 500, uploadMs: 30_000, silenceMs: 2_000, checkEveryMs: 50 };
const body = batch('m1');
const request = rawRequest(
  `POST ${updatePath} HTTP/1.1`,
  [...Object.entries(signature(body, registration)), ['content-length', String(body.length)]],
  body,
);

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startTestApi({
    secrets: new Map([[registration.id, registration.secret]]),
    limits: { timeouts },
    replace: () => ({ preview: () => new Promise(() => undefined) }),
  });
});
afterAll(() => api.stop());
beforeEach(() => api.database.db.execute(sql`truncate hints`));

/** Goes on sending the same bytes as long as somebody listens. */
function drip(socket: Socket, bytes: string): void {
  const timer = setInterval(() => socket.write(bytes), 20);
  socket.once('close', () => {
    clearInterval(timer);
  });
}

test.each<[string, string, string]>([
  ['says nothing at all', '', ''],
  ['stops within the first line', request.slice(0, 10), ''],
  ['stops within its headers', request.slice(0, 60), ''],
  ['sends one header after the other without an end', request.slice(0, request.indexOf('\r\n') + 2), 'x: 1\r\n'],
  ['stops within its body', request.slice(0, -5), ''],
  ['sends its body byte by byte', request.replace(/content-length: \d+/, 'content-length: 100000'), ' '],
])('a client that %s is sent away, and nothing of it is stored', async (_title, first, then) => {
  const socket = await connectTo(api);
  const said = untilClosed(socket);
  socket.write(first);
  if (then !== '') drip(socket, then);
  expect(statusesIn(await said)).toEqual([408]);
  expect((await everything(api.database.db)).hints).toEqual([]);
});

test('hundreds of them at once hold up nobody', async () => {
  const sockets = await Promise.all(Array.from({ length: 300 }, () => connectTo(api)));
  const closed = sockets.map((socket, index) => {
    socket.write(request.slice(0, index % 2 === 0 ? 60 : -5));
    return untilClosed(socket);
  });
  const good = await connectTo(api);
  const answer = untilClosed(good);
  good.write(request);
  expect(statusesIn(await answer)).toEqual([200]);
  expect(await storedIds(api)).toEqual(['m1']);
  expect(new Set((await Promise.all(closed)).flatMap(statusesIn))).toEqual(new Set([408]));
});

test('a connection on which nothing happens is ended, also while an answer is being made', async () => {
  await api.database.db.execute(`insert into links (pair, master_id) values ('beteiligte', 'm1')`);
  const socket = await connectTo(api);
  const said = untilClosed(socket);
  const path = '/api/v1/pairs/beteiligte/records/m1/plan';
  socket.write(rawRequest(`GET ${path} HTTP/1.1`, [['authorization', `Bearer ${testToken}`]]));
  expect(await said).toBe('');
});
