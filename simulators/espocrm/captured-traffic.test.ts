import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { EntityDefinition } from './entity-definition.ts';
import { entityDefinitions } from './entity-definition.ts';
import { type EspoCrm, startEspoCrm } from './start-espocrm.ts';
import { phpJson, signatures } from './webhook-delivery.ts';

const captured = (name: string): Promise<string> =>
  readFile(new URL(`../../test/captured/${name}`, import.meta.url), 'utf8');
const lines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

const capturedWebhook = z.object({ seq: z.number(), rawHeaders: z.array(z.string()), body: z.string() });
const capturedCall = z.object({
  label: z.string(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.union([z.string(), z.number()])),
    body: z.string().nullable(),
  }),
  response: z.object({ status: z.number(), headers: z.array(z.string()), body: z.string() }),
});

describe('webhook requests', () => {
  test('every captured request whose key is known would have been signed and escaped the same way', async () => {
    const keys = z.record(z.string(), z.string()).parse(JSON.parse(await captured('espocrm-webhook-keys.json')));
    const requests = lines(await captured('espocrm-webhooks.jsonl')).map((line) => capturedWebhook.parse(line));
    let verified = 0;
    for (const { seq, rawHeaders, body } of requests) {
      const header = (name: string): string => rawHeaders[rawHeaders.indexOf(name) + 1] ?? '';
      const [webhookId = ''] = Buffer.from(header('Signature'), 'base64').toString().split(':');
      expect(phpJson(JSON.parse(body))).toBe(body);
      const key = keys[webhookId];
      if (key === undefined) continue;
      verified += 1;
      const signed = signatures(webhookId, key, body);
      expect({ seq, ...signed }).toEqual({ seq, Signature: header('Signature'), 'X-Signature': header('X-Signature') });
    }
    expect([requests.length, verified]).toEqual([40, 22]);
  });
});

describe('API calls', () => {
  let crm: EspoCrm;
  const withCapturedFields: EntityDefinition = {
    ...entityDefinitions['CBeteiligte']!,
    fields: { ...entityDefinitions['CBeteiligte']!.fields },
  };

  beforeAll(async () => {
    crm = await startEspoCrm({ definitions: { CBeteiligte: withCapturedFields } });
  });
  afterAll(() => crm.stop());

  /** Calls that say something about a situation rather than about a request: told apart in tests of their own. */
  const elsewhere = new Set([
    'webhook list',
    'webhook delete',
    'note to users',
    'forbidden entity -> 403',
    'metadata for entity',
  ]);

  /** The simulator's ids stand in for the captured ones. */
  const ids = new Map<string, string>();
  const translated = (text: string): string =>
    [...ids].reduce(
      (all, [theirs, ours]) => all.replaceAll(theirs, ours),
      text.replaceAll('THE-API-KEY', crm.apiUser.apiKey),
    );

  const reasonOf = (headers: readonly string[]): string | null => {
    const index = headers.findIndex((name) => name === 'X-Status-Reason');
    return index === -1 ? null : (headers[index + 1] ?? null);
  };

  async function replay({ request }: z.infer<typeof capturedCall>) {
    const headers = Object.entries(request.headers).filter(([name]) => name !== 'Content-Length');
    const sent = Object.fromEntries(headers.map(([name, value]) => [name, translated(String(value))]));
    const admin = `Basic ${btoa(`admin:${crm.admin.password}`)}`;
    if (sent['Authorization'] !== undefined) sent['Authorization'] = admin;
    const body = request.body === null ? {} : { body: translated(request.body) };
    const answer = await fetch(`${crm.url}${translated(request.path)}`, {
      method: request.method,
      headers: sent,
      ...body,
    });
    return { status: answer.status, reason: answer.headers.get('X-Status-Reason'), text: await answer.text() };
  }

  test('every captured call is answered with the same status and the same reason', async () => {
    const calls = lines(await captured('espocrm-api-examples.jsonl')).map((line) => capturedCall.parse(line));
    const replayed = calls.filter(({ label }) => !elsewhere.has(label));
    expect(replayed.length).toBeGreaterThan(38);
    for (const call of replayed) {
      const answer = await replay(call);
      if (call.label === 'create') rememberId(call.response.body, answer.text);
      const expectedReason = reasonOf(call.response.headers);
      expect({ label: call.label, status: answer.status, reason: answer.reason }).toEqual({
        label: call.label,
        status: call.response.status,
        reason: expectedReason === null ? null : translated(expectedReason),
      });
    }
  });

  function rememberId(theirs: string, ours: string): void {
    const id = z.object({ id: z.string() });
    ids.set(id.parse(JSON.parse(theirs)).id, id.parse(JSON.parse(ours)).id);
  }
});
