import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { z } from 'zod';
import { type ApiUnderTest, startTestApi } from '../../test/support/api.ts';
import { legacySignature, type Registration, signature } from '../../test/support/espo-webhook.ts';
import { everything } from '../../test/support/store.ts';

const registration: Registration = { id: 'w1', secret: 'key-of-the-webhook' };

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startTestApi({ secrets: new Map([[registration.id, registration.secret]]) });
});
afterAll(() => api.stop());

/** Headers and path to the letter, as no browser would send them. */
async function send(method: string, path: string, headers: Record<string, string>, body: Buffer) {
  const sent = request(api.url, { method, path, headers: { ...headers, 'content-length': body.length } });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, text };
}

/** 414 and 415: an address or a content type that is none. */
const refusals = [400, 401, 404, 414, 415];

const stored = async () => (await everything(api.database.db)).hints.length;
const refusal = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) });

const token = fc
  .stringMatching(/^[a-z][a-z-]{0,20}$/)
  .filter((name) => !/^(content-length|transfer-encoding|connection|expect|upgrade|te|trailer|host)$/.test(name));
const headerValue = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const strangeHeaders = fc.dictionary(
  fc.oneof(token, fc.constantFrom('signature', 'x-signature', 'content-type', 'content-encoding')),
  fc.oneof(headerValue, fc.base64String({ maxLength: 120 })),
  { maxKeys: 5 },
);
const strangePath = fc.oneof(
  fc.constantFrom('/webhooks/espocrm/beteiligte/update', '/webhooks/espocrm/beteiligte/', '/webhooks/espocrm//update'),
  fc.webPath().map((path) => `/webhooks/espocrm/beteiligte/update${path}`),
  fc.stringMatching(/^\/[!-~]{0,80}$/).map((path) => `/webhooks/espocrm${path}`),
);
const item = fc.oneof(
  fc.record({ id: fc.oneof(fc.stringMatching(/^[A-Za-z0-9]{1,17}$/), fc.string()) }),
  fc.jsonValue(),
);
const strangeBody = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc.array(item, { maxLength: 5 }).map((items) => Buffer.from(JSON.stringify(items))),
);
const signed = fc.constantFrom(signature, legacySignature, null);

test('whatever is sent, it is answered properly, and only what is answered with 200 is stored', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(strangePath, strangeHeaders, strangeBody, signed, async (path, headers, body, sign) => {
      await api.database.db.execute(sql`truncate hints`);
      const { status, text } = await send('POST', path, { ...headers, ...sign?.(body, registration) }, body);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      expect([200, ...refusals]).toContain(status);
      if (status === 200) return;
      expect(refusal.safeParse(JSON.parse(text)).success).toBe(true);
      expect(await stored()).toBe(0);
    }),
    { numRuns: 500 },
  );
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 404]));
});

test('a signed batch of any valid ids is stored to the letter', async () => {
  const ids = fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(ids, fc.json(), async (batch, extra) => {
      await api.database.db.execute(sql`truncate hints`);
      const body = Buffer.from(`[${batch.map((id) => `{"id":"${id}","more":${extra}}`).join(',')}]`);
      const { status } = await send('POST', '/webhooks/espocrm/beteiligte/update', signature(body, registration), body);
      const rows = (await everything(api.database.db)).hints.map(({ recordId }) => recordId);
      expect([status, rows.sort()]).toEqual([200, [...new Set(batch)].sort()]);
    }),
    { numRuns: 100 },
  );
});

test('other methods and other addresses change nothing either', async () => {
  await api.database.db.execute(sql`truncate hints`);
  const method = fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD');
  await fc.assert(
    fc.asyncProperty(method, strangePath, strangeBody, async (verb, path, body) => {
      const { status } = await send(verb, path, signature(body, registration), body);
      expect(refusals).toContain(status);
      expect(await stored()).toBe(0);
    }),
    { numRuns: 150 },
  );
});
