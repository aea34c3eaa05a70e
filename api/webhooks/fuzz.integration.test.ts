import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { z } from 'zod';
import { defaultTimeouts } from '../http-limits.ts';
import { type ApiUnderTest, startTestApi, unlimited } from '../../test/support/api.ts';
import {
  batch,
  legacySignature,
  type Registration,
  signature,
  storedIds,
  updatePath,
} from '../../test/support/espo-webhook.ts';
import { exchangeOnce, rawRequest, statusesIn } from '../../test/support/raw-http.ts';

const registration: Registration = { id: 'w1', secret: 'key-of-the-webhook' };

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startTestApi({
    secrets: new Map([[registration.id, registration.secret]]),
    limits: { ...unlimited, timeouts: { ...defaultTimeouts, headersMs: 150, requestMs: 200, checkEveryMs: 20 } },
  });
});
afterAll(() => api.stop());
const forget = () => api.database.db.execute(sql`truncate hints`);

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly chunked: boolean;
}

/** Headers and path to the letter, as no browser would send them. */
async function send({ method, path, headers, body, chunked }: Sent) {
  const framing = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length };
  const sent = request(api.url, { method, path, headers: { ...headers, ...framing } });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, text };
}

const refusal = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) });

/** What the signature is made of; only the first two are good. */
const signatures: Readonly<Record<string, (body: Buffer) => Record<string, string>>> = {
  current: (body) => signature(body, registration),
  legacy: (body) => legacySignature(body, registration),
  none: () => ({}),
  wrongKey: (body) => signature(body, { ...registration, secret: 'guessed' }),
  unknownWebhook: (body) => signature(body, { ...registration, id: 'w2' }),
  ofAnotherBody: (body) => signature(Buffer.concat([body, Buffer.from(' ')]), registration),
  cutOff: (body) => ({ signature: signature(body, registration)['signature']?.slice(0, -8) ?? '' }),
};

const headerName = fc
  .stringMatching(/^[a-z][a-z-]{0,20}$/)
  .filter((name) => !/^(content-length|transfer-encoding|connection|expect|upgrade|te|trailer|host)$/.test(name));
const headerValue = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const known = fc.constantFrom(
  ...['signature', 'x-signature', 'content-type', 'content-encoding', 'x-forwarded-for', 'authorization', 'cookie'],
  ...['x-http-method-override', 'accept-encoding', 'if-none-match', 'range', 'keep-alive', 'forwarded', 'x-real-ip'],
);
const strangeHeaders = fc.dictionary(
  fc.oneof(headerName, known),
  fc.oneof(headerValue, fc.base64String({ maxLength: 120 }), fc.constant('x'.repeat(2_000))),
  { maxKeys: 5 },
);
const events = ['create', 'update', 'delete'].map((event) => `/webhooks/espocrm/beteiligte/${event}`);
const strangePath = fc.oneof(
  fc.constantFrom('/webhooks/espocrm/beteiligte/', '/webhooks/espocrm//update', '/webhooks/espocrm/__proto__/update'),
  fc.webPath().map((path) => `/webhooks/espocrm/beteiligte/update/x${path}`),
  fc.stringMatching(/^\/x[!-~]{0,80}$/).map((path) => `/webhooks/espocrm${path}`),
);
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const item = fc.oneof(
  { weight: 4, arbitrary: fc.record({ id, name: fc.jsonValue() }) },
  { weight: 1, arbitrary: fc.record({ id: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(id)) }) },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: id.map((hidden) => ({ ['__proto__']: { id: hidden } })) },
);
const strangeBody = fc.oneof(
  fc.array(item, { maxLength: 5 }).map((items) => Buffer.from(JSON.stringify(items))),
  fc.array(fc.record({ id }), { maxLength: 5 }).map((items) => Buffer.from(JSON.stringify(items, null, 1))),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc.integer({ min: 1, max: 50_000 }).map((depth) => Buffer.from(`[{"id":"a","x":${'['.repeat(depth)}`)),
);

/** The ids that a body names, read without the code that is tested; null if it is no batch. */
function namedIn(body: Buffer): string[] | null {
  try {
    const items: unknown = JSON.parse(body.toString());
    if (!Array.isArray(items)) return null;
    const ids = items.map((one: unknown) => {
      const named: unknown =
        typeof one === 'object' && one !== null && Object.hasOwn(one, 'id')
          ? Object.entries(one).find(([name]) => name === 'id')?.[1]
          : null;
      return typeof named === 'string' && named.length <= 64 && /^[\w-]+$/.test(named) ? named : null;
    });
    const valid = ids.filter((one) => one !== null);
    return valid.length === ids.length ? [...new Set(valid)].toSorted() : null;
  } catch {
    return null;
  }
}

test('a webhook is answered as its signature and body deserve, whatever its headers, and stored only if both are good', async () => {
  const seen = new Map<string, number>();
  const kind = fc.constantFrom(...Object.keys(signatures));
  const path = fc.constantFrom(...events);
  await fc.assert(
    fc.asyncProperty(
      path,
      strangeHeaders,
      strangeBody,
      kind,
      fc.boolean(),
      async (to, headers, body, signed, chunked) => {
        await forget();
        const all = { ...headers, ...signatures[signed]?.(body) };
        const { status, text } = await send({ method: 'POST', path: to, headers: all, body, chunked });
        // Where both are there, the newer one decides.
        const isGood = signed === 'current' || (signed === 'legacy' && headers['signature'] === undefined);
        const named = isGood ? namedIn(body) : null;
        expect([status, (await storedIds(api)).toSorted()]).toEqual([
          isGood ? (named === null ? 400 : 200) : 401,
          named ?? [],
        ]);
        if (status !== 200) expect(refusal.safeParse(JSON.parse(text)).success).toBe(true);
        seen.set(`${signed} ${status}`, (seen.get(`${signed} ${status}`) ?? 0) + 1);
      },
    ),
    { numRuns: 300 },
  );
  expect([...seen.keys()]).toEqual(expect.arrayContaining(['current 200', 'current 400', 'legacy 200', 'none 401']));
});

test('other methods and other addresses change nothing, however well they are signed', async () => {
  await forget();
  const verb = fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'QUERY', 'PROPFIND', 'TRACE');
  const target = fc.oneof(
    fc.tuple(verb, fc.constantFrom(...events)),
    fc.tuple(fc.oneof(verb, fc.constant('POST')), strangePath),
  );
  await fc.assert(
    fc.asyncProperty(target, strangeHeaders, strangeBody, async ([method, path], headers, body) => {
      const all = { ...headers, ...signature(body, registration) };
      const { status } = await send({ method, path, headers: all, body, chunked: false });
      // 414 and 415: an address that is too long, and a content type that is none where nothing listens.
      expect([400, 404, 414, 415]).toContain(status);
      expect(await storedIds(api)).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('of a signed request that was changed on the way only the signed body is stored, and 200 is the word that it is', async () => {
  const body = batch('m1', 'm2');
  const signed = Object.entries(signature(body, registration));
  const whole = rawRequest(`POST ${updatePath} HTTP/1.1`, [...signed, ['content-length', String(body.length)]], body);
  const bytes = Buffer.from(whole);
  const change = fc.record({
    at: fc.nat({ max: bytes.length - 1 }),
    remove: fc.nat({ max: 4 }),
    insert: fc.uint8Array({ maxLength: 4 }),
  });
  const rubbishBehind = [
    { at: bytes.indexOf('connection'), remove: 1, insert: Uint8Array.from([]) },
    { at: bytes.length - 1, remove: 0, insert: Uint8Array.from([0]) },
  ];
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      await forget();
      const changed = changes.reduce(
        (now, { at, remove, insert }) => Buffer.concat([now.subarray(0, at), insert, now.subarray(at + remove)]),
        bytes,
      );
      const statuses = statusesIn(await exchangeOnce(api, changed));
      for (const status of statuses) seen.add(status);
      expect([200, 400, 401, 404, 408, 413, 414, 417, 431]).toEqual(expect.arrayContaining(statuses));
      const stored = await storedIds(api);
      if (statuses.includes(200)) expect(stored).toEqual(['m1', 'm2']);
      // Rubbish behind a whole request is answered 400, perhaps before the request is: it is stored, and may be sent again.
      else expect(changed.includes(body) ? [[], ['m1', 'm2']] : [[]]).toContainEqual(stored);
    }),
    { numRuns: 250, examples: [[rubbishBehind]] },
  );
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 401, 404]));
});
