import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { parseEspoBatch, verifyEspoSignature } from './webhooks.ts';
import type { WebhookHeaders } from '../webhook-source.ts';

const captured = new URL('../../test/captured/', import.meta.url);
const requestShape = z.object({ seq: z.number(), rawHeaders: z.array(z.string()), body: z.string() });
const requests = readFileSync(new URL('espocrm-webhooks.jsonl', captured), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => requestShape.parse(JSON.parse(line)));
const keys = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(new URL('espocrm-webhook-keys.json', captured), 'utf8')));
const secrets = new Map(Object.entries(keys));

const headersOf = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [])),
  );
const bodyOf = ({ body }: { body: string }) => Buffer.from(body, 'utf8');
const without = (headers: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

describe('requests captured from EspoCRM 9.2.7', () => {
  const reductions = [
    ['both signatures', (headers: Record<string, string>) => headers],
    ['Signature only', (headers: Record<string, string>) => without(headers, 'x-signature')],
    ['X-Signature only', (headers: Record<string, string>) => without(headers, 'signature')],
  ] as const;

  test.each(reductions)('are accepted by %s where the key was kept', (_title, reduced) => {
    const verdicts = requests.map(({ rawHeaders, body }) => {
      const verdict = verifyEspoSignature(Buffer.from(body, 'utf8'), reduced(headersOf(rawHeaders)), secrets);
      return verdict.ok ? 'accepted' : verdict.reason;
    });
    const counts = Object.fromEntries(
      [...new Set(verdicts)].map((kind) => [kind, verdicts.filter((one) => one === kind).length]),
    );
    expect(counts).toEqual({ accepted: 22, unknown_webhook: 18 });
  });

  test('all speak of at least one record', () => {
    const batches = requests.map((request) => parseEspoBatch(bodyOf(request)));
    expect(batches.filter((batch) => !batch.ok || batch.ids.length === 0)).toEqual([]);
  });

  test('none is accepted once a byte of its body has changed', () => {
    const verdicts = requests.map((request) =>
      verifyEspoSignature(Buffer.concat([bodyOf(request), Buffer.from(' ')]), headersOf(request.rawHeaders), secrets),
    );
    expect(new Set(verdicts.map((verdict) => (verdict.ok ? 'ok' : verdict.reason)))).toEqual(
      new Set(['mismatch', 'unknown_webhook']),
    );
  });
});

describe('signatures', () => {
  const body = Buffer.from('[{"id":"6b00f52007b2f80d3"}]');
  const known = new Map([['hook1', 'secret']]);
  const digest = createHmac('sha256', 'secret').update(body).digest();
  const signed = (webhookId: string, proof: string | Buffer) =>
    Buffer.concat([Buffer.from(`${webhookId}:`), Buffer.from(proof)]).toString('base64');
  const reasonFor = (headers: WebhookHeaders) => {
    const verdict = verifyEspoSignature(body, headers, known);
    return verdict.ok ? verdict.webhookId : verdict.reason;
  };

  test.each([
    ['none', {}, 'missing'],
    ['a good Signature', { signature: signed('hook1', digest.toString('hex')) }, 'hook1'],
    ['a good X-Signature', { 'x-signature': signed('hook1', digest) }, 'hook1'],
    ['an unknown webhook', { signature: signed('hook2', digest.toString('hex')) }, 'unknown_webhook'],
    ['another digest', { signature: signed('hook1', '0'.repeat(64)) }, 'mismatch'],
    ['raw bytes where hex belongs', { signature: signed('hook1', digest) }, 'malformed'],
    ['hex where raw bytes belong', { 'x-signature': signed('hook1', digest.toString('hex')) }, 'malformed'],
    ['no base64', { signature: 'hook1:abc' }, 'malformed'],
    ['an empty one', { signature: '' }, 'malformed'],
    ['two of them', { signature: [signed('hook1', digest.toString('hex')), 'x'] }, 'malformed'],
  ])('%s', (_title, headers, expected) => {
    expect(reasonFor(headers)).toBe(expected);
  });

  test('a wrong Signature is not saved by a good X-Signature', () => {
    expect(reasonFor({ signature: signed('hook1', '0'.repeat(64)), 'x-signature': signed('hook1', digest) })).toBe(
      'mismatch',
    );
  });

  test('whatever is sent, checking it never throws and never accepts', () => {
    const header = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
    );
    const anything = fc.record({ signature: header, 'x-signature': header }, { requiredKeys: [] });
    fc.assert(
      fc.property(
        fc.uint8Array(),
        anything,
        (bytes, headers) => !verifyEspoSignature(Buffer.from(bytes), headers, secrets).ok,
      ),
    );
  });
});

describe('batches', () => {
  const parse = (text: string) => parseEspoBatch(Buffer.from(text));

  test('an id that comes several times is named once, in the order of the queue', () => {
    expect(parse('[{"id":"b"},{"id":"a","betnr":"1"},{"id":"b"}]')).toEqual({ ok: true, ids: ['b', 'a'] });
  });

  test('an empty list is a batch of nothing', () => {
    expect(parse('[]')).toEqual({ ok: true, ids: [] });
  });

  test.each([
    ['{"id":"a"}', 'The body is not a list'],
    ['nonsense', 'The body is not JSON'],
    ['', 'The body is not JSON'],
    ['[{"id":"a"},{}]', 'Item 1 has no valid id'],
    ['[{"id":7}]', 'Item 0 has no valid id'],
    ['[{"id":""}]', 'Item 0 has no valid id'],
    ['[{"id":"../x"}]', 'Item 0 has no valid id'],
    [`[{"id":"${'a'.repeat(65)}"}]`, 'Item 0 has no valid id'],
    ['[null]', 'Item 0 has no valid id'],
  ])('%s is refused', (body, reason) => {
    expect(parse(body)).toEqual({ ok: false, reason });
  });

  test.each<[string, string, string[]]>([
    ['nests a hundred thousand lists', `[{"id":"a","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`, ['a']],
    ['names itself twice', '[{"id":"a","id":"b"}]', ['b']],
    ['speaks of prototypes', '[{"id":"a","__proto__":{"id":"b"},"constructor":"c"}]', ['a']],
    [
      'has ids of 17 and of 24 characters',
      `[{"id":"${'0a'.repeat(8)}f"},{"id":"${'0a'.repeat(12)}"}]`,
      ['0a0a0a0a0a0a0a0af', '0a'.repeat(12)],
    ],
  ])('an item that %s is read like any other', (_title, text, ids) => {
    expect(parse(text)).toEqual({ ok: true, ids });
  });

  test.each([
    ['a million items without an id', `[${'{},'.repeat(1_000_000)}{}]`, 'Item 0 has no valid id'],
    ['lists without an end', '['.repeat(1_000_000), 'The body is not JSON'],
    ['an id in a prototype', '[{"__proto__":{"id":"a"}}]', 'Item 0 has no valid id'],
    ['an id with a line feed', '[{"id":"a\\n"}]', 'Item 0 has no valid id'],
    ['an id with a NUL', '[{"id":"a\\u0000"}]', 'Item 0 has no valid id'],
  ])('%s: refused', (_title, text, reason) => {
    expect(parse(text)).toEqual({ ok: false, reason });
  });

  test('whatever is sent, reading it never throws and gives ids of the right form only', () => {
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
    );
    fc.assert(
      fc.property(body, (bytes) => {
        const batch = parseEspoBatch(bytes);
        return !batch.ok || batch.ids.every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id));
      }),
    );
  });
});
