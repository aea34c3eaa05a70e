import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../test-context.ts';
import { type Bench, startBench } from '../../test/support/productive-bench.ts';
import { parseProductiveEvent, verifyProductiveSignature } from './webhooks.ts';

const token = 'signature-token';
const nowMs = Date.parse('2026-11-21T09:12:00Z');
const body = Buffer.from(
  '{"event":"update_task","item_type":"task","item_id":17,"created":"2026-11-21T10:12:00+01:00"}',
);

const signed = (atMs: number, bytes = body, key = token): string => {
  const seconds = Math.floor(atMs / 1000);
  const digest = createHmac('sha256', key).update(`${seconds}.`).update(bytes).digest('hex');
  return `t=${seconds}, s=${digest}`;
};
const verdict = (header: string | string[] | undefined, bytes = body) =>
  verifyProductiveSignature(bytes, { 'productive-signature': header }, { token, nowMs });

describe('a signature', () => {
  test('over the time and the bytes as they came is good, with a space or without', () => {
    expect(verdict(signed(nowMs))).toBe('good');
    expect(verdict(signed(nowMs).replace(', ', ','))).toBe('good');
  });

  test('of other bytes or another token is none', () => {
    expect(verdict(signed(nowMs), Buffer.from(`${body.toString()} `))).toBe('mismatch');
    expect(verdict(signed(nowMs, body, 'another'))).toBe('mismatch');
    expect(verdict(signed(nowMs).replace(/^t=\d+/, `t=${nowMs / 1000 + 1}`))).toBe('mismatch');
  });

  test('is taken as long as Productive may repeat a delivery, not longer and not from the future', () => {
    const hourMs = 3_600_000;
    expect(verdict(signed(nowMs - 48 * hourMs))).toBe('good');
    expect(verdict(signed(nowMs - 51 * hourMs))).toBe('stale');
    expect(verdict(signed(nowMs + 60_000))).toBe('good');
    expect(verdict(signed(nowMs + hourMs))).toBe('stale');
  });

  test.each([['t=1'], ['s=00, t=1'], [`t=1, s=${'A'.repeat(64)}`], [`t=x, s=${'a'.repeat(64)}`], ['']])(
    'that reads %p is malformed',
    (header) => {
      expect(verdict(header)).toBe('malformed');
    },
  );

  test('that is missing or given twice says so', () => {
    expect(verdict(undefined)).toBe('missing');
    expect(verdict([signed(nowMs), signed(nowMs)])).toBe('malformed');
  });
});

describe('a body', () => {
  const parsed = (json: unknown) => parseProductiveEvent(Buffer.from(JSON.stringify(json)));

  test.each([
    ['task', 'tasks'],
    ['Task', 'tasks'],
    ['budget', 'deals'],
    ['deal', 'deals'],
    ['time_entry', 'time_entries'],
    ['TimeEntry', 'time_entries'],
    ['person', 'people'],
    ['Workspace', 'projects'],
    ['company', 'companies'],
  ])('about a %s names one of %s', (itemType, entity) => {
    expect(parsed({ event: 'update_it', item_type: itemType, item_id: 17, object: { data: null } })).toEqual({
      ok: true,
      records: [{ entity, id: '17', event: 'update_it', shown: null }],
    });
  });

  const about = (more: object, attributes: object = {}) => {
    const own = { title: 'Proofread', updated_at: '2031-05-06T12:00:00+02:00', ...attributes };
    const data = { id: '17', type: 'tasks', attributes: own, relationships: { project: { data: { id: '3' } } } };
    return parsed({ event: 'update_task', item_type: 'task', item_id: 17, object: { data }, ...more });
  };

  test('shows attributes and their version, but no relationship, since it may leave out any', () => {
    const attributes = { title: 'Proofread', updated_at: '2031-05-06T12:00:00+02:00' };
    const shown = { version: '2031-05-06T10:00:00.000Z', attributes };
    for (const event of ['update_task', 'create_task']) {
      expect(about({ event })).toMatchObject({ ok: true, records: [{ id: '17', event, shown }] });
    }
  });

  test.each([
    ['another record than it names', about({ item_id: 18 })],
    ['one that is gone', about({ event: 'delete_task' })],
    ['one that was archived', about({ event: 'archive_person', item_type: 'person' })],
    ['one with a time of deletion', about({}, { deleted_at: '2031-05-06T12:00:00Z' })],
    ['nothing that could be understood', about({ object: { data: [] } })],
  ])('shows nothing to go by where it has %s', (_what, result) => {
    expect(result).toMatchObject({ ok: true, records: [{ shown: null }] });
  });

  test.each([
    ['nothing', {}],
    ['a list', []],
    ['an id that leads elsewhere', { event: 'update_task', item_type: 'task', item_id: '../1' }],
    ['a type that nobody knows', { event: 'create_robot', item_type: 'robot', item_id: 1 }],
    ['a name of the language', { event: 'x', item_type: 'constructor', item_id: 1 }],
  ])('with %s names no record', (_what, json) => {
    expect(parsed(json)).toMatchObject({ ok: false });
  });

  test('that is no JSON names no record', () => {
    expect(parseProductiveEvent(Buffer.from('<x/>'))).toMatchObject({ ok: false });
  });
});

describe('the registrations', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.productive.stop());
  const url = (event: string) => `https://tandem.example.com/webhooks/productive?webhook=tandem.${event}`;

  test('have one event each, and budgets are deals', () => {
    const { eventsOf } = bench.connector.webhooks;
    expect(eventsOf('tasks')).toEqual(
      ['create_task', 'update_task', 'delete_task'].map((event) => ({ event, query: `webhook=tandem.${event}` })),
    );
    expect(eventsOf('deals').map(({ event }) => event)).toHaveLength(6);
    expect(eventsOf('people').map(({ event }) => event)).toContain('archive_person');
    expect(['comments', 'services', 'nonsense'].flatMap(eventsOf)).toEqual([]);
    const all = 'tasks invoices deals projects time_entries bookings expenses people companies payments'.split(' ');
    expect(all.flatMap(eventsOf)).toHaveLength(33);
  });

  test('are made, listed, read for their keys and removed, one call each', async () => {
    const { webhooks, webhookSource } = bench.connector;
    bench.callsSince();
    const made = await webhooks.create('update_task', url('update_task'), bench.context);
    expect(made).toMatchObject({ event: 'update_task', url: url('update_task'), isActive: true, skipOwn: null });
    expect(await webhooks.list(bench.context)).toEqual([made]);
    const keys = await webhookSource.readKeys(bench.context);
    expect(keys).toEqual([
      { claim: 'tandem.update_task', registrationId: made.id, secret: expect.stringMatching(/.{8}/) },
    ]);
    await webhooks.remove(made.id, bench.context);
    await webhooks.remove(made.id, bench.context);
    expect(await webhooks.list(bench.context)).toEqual([]);
    const removal = `DELETE /webhooks/${made.id}`;
    const calls = ['POST /webhooks', 'GET /webhooks', 'GET /webhooks', removal, removal, 'GET /webhooks'];
    expect(bench.callsSince()).toEqual(calls);
  });

  test('that were switched off are inactive; those of others have no key of ours', async () => {
    const { webhooks, webhookSource } = bench.connector;
    const { id } = await webhooks.create('create_task', url('create_task'), bench.context);
    bench.productive.webhooks.switchOff(id);
    const others = { event_id: 1, type_id: 1, target_url: 'https://elsewhere.example.com/?webhook=tandem.create_task' };
    bench.productive.create('webhooks', others);
    bench.productive.create('webhooks', { ...others, type_id: 2 });
    const listed = await webhooks.list(bench.context);
    expect(listed).toHaveLength(2);
    expect(listed.find((one) => one.id === id)).toMatchObject({ isActive: false });
    expect((await webhookSource.readKeys(bench.context)).map(({ registrationId }) => registrationId)).toEqual([id]);
  });

  test('are refused in words where the plan has none, or the event is unknown', async () => {
    await bench.productive.stop();
    bench = await startBench({ hasWebhooks: false });
    const creation = bench.connector.webhooks.create('create_task', url('create_task'), bench.context);
    const error = await rejectionOf(creation);
    expect(error).toMatchObject({ code: 'forbidden' });
    expect(String(error)).toContain('plan has no webhooks');
    const unknown = bench.connector.webhooks.create('create_robot', url('create_robot'), bench.context);
    expect(await rejectionOf(unknown)).toMatchObject({ code: 'misconfigured' });
  });

  test('send deliveries that are recognised, and only as signed', async () => {
    const { webhooks, webhookSource } = bench.connector;
    await webhooks.create('update_task', url('update_task'), bench.context);
    const [key] = await webhookSource.readKeys(bench.context);
    if (key === undefined) throw new Error('There is no key');
    const head = { route: '', query: { webhook: 'tandem.update_task' }, headers: {} };
    expect(webhookSource.addressOf(head)).toEqual({ pair: null });
    expect(webhookSource.addressOf({ ...head, route: 'tasks/update' })).toBeNull();
    expect(webhookSource.claimed(head)).toBe(key.claim);
    expect(webhookSource.claimed({ ...head, query: { webhook: '<x>' } })).toBeNull();
    const request = { ...head, headers: { 'productive-signature': signed(nowMs, body, key.secret) }, rawBody: body };
    expect(webhookSource.isSigned(request, key, nowMs)).toBe(true);
    expect(webhookSource.isSigned(request, { ...key, secret: 'another' }, nowMs)).toBe(false);
    expect(webhookSource.parse(request)).toMatchObject({ ok: true, records: [{ entity: 'tasks', id: '17' }] });
  });
});
