import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { batch, legacySignature, signature, storedIds } from '../../test/support/espo-webhook.ts';
import { until } from '../../test/support/house.ts';
import { everything, insertsInto } from '../../test/support/store.ts';
import { registration, webhookServer } from '../../test/support/webhook-server.ts';

const mebibyte = 1024 * 1024;

const { api, another, post } = webhookServer();

describe('a genuine request', () => {
  test.each([
    ['Signature', signature],
    ['X-Signature', legacySignature],
  ] as const)('signed with %s is stored, answered with 200 and then rung', async (_name, sign) => {
    const body = batch('m1', 'm2');
    const answer = await post(body, { headers: sign(body, registration) });
    expect([answer.status, answer.body]).toEqual([200, { accepted: 2 }]);
    expect(await everything(api().database.db)).toMatchObject({
      hints: ['m1', 'm2'].map((recordId) => ({ pair: 'beteiligte', side: 'master', recordId, trigger: 'webhook' })),
    });
    await until('the doorbell is rung', () => api().doorbell.rung.length === 2);
  });

  test('is answered although the bell rings for ever, and it rings when the rows are there', async () => {
    const seen: string[][] = [];
    const slow = await another({
      replace: () => ({
        doorbell: {
          ring: async () => {
            seen.push(await storedIds(slow));
            return new Promise<never>(() => undefined);
          },
        },
      }),
    });
    expect((await post(batch('m1'), { to: slow })).status).toBe(200);
    await until('the bell rings', () => seen.length === 1);
    expect(seen).toEqual([['m1']]);
  });

  test.each(['create', 'update', 'delete'])('about %s is taken', async (event) => {
    expect((await post(batch('m1'), { at: `/webhooks/espocrm/beteiligte/${event}` })).status).toBe(200);
  });

  test('with nothing in it is fine', async () => {
    expect(await post('[]')).toMatchObject({ status: 200, body: { accepted: 0 } });
    expect(await storedIds(api())).toEqual([]);
  });

  test('that repeats ids is one row for each', async () => {
    expect((await post(batch('m1', 'm2', 'm1'))).body).toEqual({ accepted: 2 });
    expect(await storedIds(api())).toEqual(['m1', 'm2']);
  });

  test('with a thousand items is stored by one statement', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
    const statements = await insertsInto(api().database.db, 'hints', () => post(batch(...ids)));
    expect([statements, (await storedIds(api())).length]).toEqual([1, 1_000]);
  });

  test('of almost 16 MiB is taken whole', async () => {
    const padded = (id: string) => ({ id, note: 'x'.repeat(1_000) });
    const body = JSON.stringify(Array.from({ length: 15_500 }, (_, index) => padded(`m${index}`)));
    expect(Buffer.byteLength(body)).toBeGreaterThan(15 * mebibyte);
    expect((await post(body)).body).toEqual({ accepted: 15_500 });
  });

  test('is taken whatever it calls its content, for the signature decides', async () => {
    const body = batch('m1');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream']) {
      expect((await post(body, { headers: { ...signature(body, registration), 'content-type': type } })).status).toBe(
        200,
      );
    }
  });
});

describe('requests captured from EspoCRM 9.2.7', () => {
  const captured = new URL('../../test/captured/', import.meta.url);
  const keys = z
    .record(z.string(), z.string())
    .parse(JSON.parse(readFileSync(new URL('espocrm-webhook-keys.json', captured), 'utf8')));
  const shape = z.object({ rawHeaders: z.array(z.string()), body: z.string() });
  const requests = readFileSync(new URL('espocrm-webhooks.jsonl', captured), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => shape.parse(JSON.parse(line)));
  const headersOf = (raw: readonly string[]) =>
    Object.fromEntries(
      raw.flatMap((name, index) =>
        index % 2 === 0 && /signature|content-type/i.test(name) ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [],
      ),
    );
  const idsIn = (body: string) =>
    z
      .array(z.object({ id: z.string() }))
      .parse(JSON.parse(body))
      .map(({ id }) => id);
  const isKnown = (headers: Record<string, string>) =>
    Buffer.from(headers['signature'] ?? '', 'base64')
      .toString()
      .split(':')[0]! in keys;

  test('are stored where their key is known and refused where it is not', async () => {
    const real = await another({ secrets: new Map(Object.entries(keys)) });
    const expected = new Set<string>();
    for (const { rawHeaders, body } of requests) {
      const headers = headersOf(rawHeaders);
      const { status } = await post(body, { to: real, headers });
      expect(status).toBe(isKnown(headers) ? 200 : 401);
      if (isKnown(headers)) idsIn(body).forEach((id) => expected.add(id));
    }
    expect(expected.size).toBeGreaterThan(90);
    expect((await storedIds(real)).sort()).toEqual([...expected].sort());
  });
});

describe('what can not be trusted is refused with 401 and not stored:', () => {
  const body = batch('m1');
  const text = (value: string) => ({ signature: Buffer.from(value).toString('base64') });
  test.each<[string, Record<string, string>]>([
    ['no signature', {}],
    ['an empty one', { signature: '' }],
    ['one that is not base64', { signature: '!!!' }],
    ['one without a digest', text(`${registration.id}:`)],
    ['a short digest', text(`${registration.id}:abcdef`)],
    ['the signature of another body', signature(batch('m2'), registration)],
    ['one made with another key', signature(body, { ...registration, secret: 'guessed' })],
    ['one of a webhook that nobody knows', signature(body, { id: 'unknown', secret: 'guessed' })],
    ['a bad Signature beside a good X-Signature', { ...legacySignature(body, registration), ...text('nonsense') }],
  ])('%s', async (_title, headers) => {
    const answer = await post(body, { headers });
    expect([answer.status, answer.body.error?.code]).toEqual([401, 'bad_signature']);
    expect(await storedIds(api())).toEqual([]);
    expect(api().doorbell.rung).toEqual([]);
  });

  test('a body that was changed on the way, by one blank', async () => {
    expect((await post(`${body} `, { headers: signature(body, registration) })).status).toBe(401);
  });
});

describe('what can not be understood', () => {
  test.each([
    '/webhooks/espocrm/unknown/update',
    '/webhooks/espocrm/beteiligte/unknown',
    '/webhooks/espocrm/beteiligte',
    '/webhooks/espocrm/beteiligte/update/more',
  ])('%s is not there', async (at) => {
    expect((await post(batch('m1'), { at })).status).toBe(404);
  });

  test.each([
    [`/webhooks/espocrm/${'x'.repeat(500)}/update`, 414],
    ['/webhooks/espocrm/%E0%A4%A/update', 400],
  ])('an address that can not be one is refused in the same form as everything else', async (at, status) => {
    expect(await post(batch('m1'), { at })).toMatchObject({ status, body: { error: { code: 'bad_request' } } });
  });

  test('a pair without an EspoCRM has no EspoCRM webhooks', async () => {
    const master = { system: 'Advoware', entity: 'Beteiligte' };
    const other = await another({
      pairs: [{ name: 'beteiligte', master, replica: { system: 'second EspoCRM', entity: 'CBeteiligte' } }],
    });
    expect((await post(batch('m1'), { to: other })).status).toBe(404);
  });

  test.each<[string, string, string]>([
    ['not JSON', 'id=m1', 'The body is not JSON'],
    ['cut off', batch('m1', 'm2').slice(0, -5), 'The body is not JSON'],
    ['empty', '', 'The body is not JSON'],
    ['one object', '{"id":"m1"}', 'The body is not a list'],
    ['an item without an id', '[{"id":"m1"},{"name":"Meier"}]', 'Item 1 has no valid id'],
    ['an id that is a number', '[{"id":7}]', 'Item 0 has no valid id'],
    ['an id with a path in it', '[{"id":"../../User/1"}]', 'Item 0 has no valid id'],
  ])('a body that is %s is refused with 400 and the reason', async (_title, body, message) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { error: { code: 'bad_body', message } } });
    expect(await storedIds(api())).toEqual([]);
  });

  test('a body above 16 MiB is refused with 413', async () => {
    const body = JSON.stringify([{ id: 'm1', note: 'x'.repeat(16 * mebibyte) }]);
    const answer = await post(body);
    expect(answer.status).toBe(413);
    expect(await storedIds(api())).toEqual([]);
  });
});
