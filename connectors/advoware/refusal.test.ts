import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Advoware, startAdvoware } from '../../simulators/advoware/start-advoware.ts';
import type { Fault } from '../../simulators/faults.ts';
import type { Connector, RemoteRecord } from '../connector.ts';
import {
  AmbiguousWrite,
  AuthFailed,
  type ConnectorError,
  Forbidden,
  Misconfigured,
  RateLimited,
  RecordFailed,
  Stopped,
  Rejected,
  Unavailable,
} from '../errors.ts';
import { createContext, rejectionOf, until } from '../test-context.ts';
import { connectorFor } from './test-connector.ts';

/** Even a busy machine answers within this time. */
const answeredWithinMs = 3_000;

let firm: Advoware;
let connector: Connector;
let current: RemoteRecord;

beforeEach(async () => {
  firm = await startAdvoware();
  connector = connectorFor(firm, { timeoutMs: answeredWithinMs });
  current = await connector.create('Beteiligte', { name: 'Geheim' }, createContext());
});
afterEach(() => firm.stop());

type Operation = 'read' | 'create' | 'update';
async function failureOf(operation: Operation): Promise<ConnectorError> {
  const context = createContext();
  const run = {
    read: () => connector.read('Beteiligte', current.id, context),
    create: () => connector.create('Beteiligte', { name: 'Neu' }, context),
    update: () => connector.update('Beteiligte', current, { name: 'Neu' }, context),
  }[operation];
  return (await rejectionOf(run())) as ConnectorError;
}
const answerWith = (status: number, body = '', headers: Record<string, string> = {}) =>
  firm.faults.add({ path: 'Beteiligte', fault: { kind: 'status', status, body, headers } });

describe('each refusal has its class', () => {
  test('a value that is not accepted: the property is named, the vendor text is not repeated', async () => {
    const bad = connector.update('Beteiligte', current, { geburtsdatum: 'geheimer Tag' }, createContext());
    const error = (await rejectionOf(bad)) as ConnectorError;
    expect(error).toBeInstanceOf(Rejected);
    expect(error).toHaveProperty('field', 'geburtsdatum');
    expect(error.message).not.toMatch(/geheim|ungültig/i);
  });

  test('a validation error in the usual form of .NET names its property', async () => {
    answerWith(400, JSON.stringify({ title: 'One or more', errors: { Geburtsdatum: ['Geheim'] } }));
    expect(await failureOf('create')).toHaveProperty('field', 'geburtsdatum');
  });

  test('a value in quotes is not taken for a property', async () => {
    answerWith(400, JSON.stringify({ message: 'Der Wert "Geheim" gefällt nicht' }));
    const error = await failureOf('create');
    expect([error.code, error.message.includes('Geheim')]).toEqual(['rejected', false]);
    expect(error).toHaveProperty('field', null);
  });

  test.each([
    [403, Forbidden],
    [405, Misconfigured],
    [409, Rejected],
    [404, Misconfigured],
    [418, Rejected],
  ])('%i on a creation', async (status, expected) => {
    answerWith(status, '{"message":"Geheim"}');
    const error = await failureOf('create');
    expect(error).toBeInstanceOf(expected);
    expect(error.message).not.toContain('Geheim');
  });

  test('a limit passes on what it asks for', async () => {
    answerWith(429, '', { 'retry-after': '9' });
    const error = await failureOf('read');
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toHaveProperty('retryAfterMs', 9_000);
  });

  test('words of an outage inside a record are just words', async () => {
    firm.update(Number(current.id), { bemerkung: 'ist nicht angemeldet und nicht registriert' });
    expect(await connector.read('Beteiligte', current.id, createContext())).toMatchObject({ kind: 'found' });
  });
});

describe('an office that is offline', () => {
  test.each(['read', 'update', 'create'] as const)('is an outage on %s', async (operation) => {
    firm.offline(true);
    expect(await failureOf(operation)).toBeInstanceOf(Unavailable);
  });

  test.each([400, 401, 403, 404, 500])('is an outage with status %i too', async (status) => {
    firm.faults.add({
      path: 'Beteiligte',
      times: 2,
      fault: { kind: 'status', status, body: '{"message":"Kanzlei X ist nicht angemeldet"}' },
    });
    expect(await failureOf('update')).toBeInstanceOf(Unavailable);
  });
});

describe('words of an outage among the values that a refusal repeats are just words', () => {
  test.each([
    [400, "Der Wert 'ist nicht angemeldet' ist ungültig", Rejected],
    [400, 'Ungültiger Wert: ist nicht angemeldet', Rejected],
    [500, 'Fehler beim Speichern von "nicht angemeldet" in bemerkung', RecordFailed],
  ])('%i %s', async (status, words, expected) => {
    answerWith(status, JSON.stringify({ message: words }));
    expect(await failureOf('update')).toBeInstanceOf(expected);
  });

  test('in the usual form of .NET', async () => {
    answerWith(400, JSON.stringify({ title: 'One or more', errors: { Bemerkung: ['nicht angemeldet'] } }));
    expect(await failureOf('update')).toBeInstanceOf(Rejected);
  });
});

describe('a server error', () => {
  test.each([
    ['read', 502, RecordFailed],
    ['update', 500, RecordFailed],
    ['update', 504, AmbiguousWrite],
    ['create', 500, AmbiguousWrite],
    ['create', 503, AmbiguousWrite],
  ] as const)('on %s with %i', async (operation, status, expected) => {
    answerWith(status);
    expect(await failureOf(operation)).toBeInstanceOf(expected);
  });
});

describe('an answer that is lost', () => {
  const faults: readonly Fault[] = [
    { kind: 'resetBefore' },
    { kind: 'resetAfter' },
    { kind: 'truncate' },
    { kind: 'latency', delayMs: 2 * answeredWithinMs },
    { kind: 'status', status: 200, body: '<html>' },
    { kind: 'status', status: 200, body: '"Geheim"' },
  ];
  const cases = faults.flatMap((fault) => [
    { fault, operation: 'read' as const, expected: RecordFailed },
    { fault, operation: 'update' as const, expected: AmbiguousWrite },
    { fault, operation: 'create' as const, expected: AmbiguousWrite },
  ]);

  test.each(cases)('by $fault on $operation', async ({ fault, operation, expected }) => {
    firm.faults.add({ path: 'Beteiligte', fault });
    expect(await failureOf(operation)).toBeInstanceOf(expected);
  });
});

describe('few calls at a time', () => {
  test('whoever waits for a turn is counted when its turn comes', async () => {
    connector = connectorFor(firm, { concurrency: 2, timeoutMs: 9_000 });
    firm.faults.add({ path: 'Beteiligte', times: 2, fault: { kind: 'latency', delayMs: 300 } });
    const context = createContext();
    const mark = firm.requests.mark();
    const reads = Array.from({ length: 5 }, () => connector.read('Beteiligte', current.id, context));
    await until(() => firm.requests.count({ since: mark, path: 'Beteiligte' }) === 2);
    expect(context.count('record')).toBe(2);
    await Promise.all(reads);
    expect(context.count('record')).toBe(5);
  });

  test('a deadline ends the wait for a turn without sending, and does not decide about a write under way', async () => {
    connector = connectorFor(firm, { concurrency: 1, timeoutMs: 9_000 });
    firm.faults.add({ path: 'Beteiligte', fault: { kind: 'latency', delayMs: 1_000 } });
    const [first, second] = [createContext(), createContext()];
    const mark = firm.requests.mark();
    const writing = rejectionOf(connector.create('Beteiligte', { name: 'Erster' }, first));
    await until(() => firm.requests.count({ since: mark, path: 'Beteiligte' }) === 1);
    const waiting = rejectionOf(connector.create('Beteiligte', { name: 'Zweiter' }, second));
    second.abort();
    expect(await waiting).toBeInstanceOf(Stopped);
    first.abort();
    expect(await writing).toBeInstanceOf(AmbiguousWrite);
    expect(second.count('record')).toBe(0);
  });
});

test('wrong rights found at the API are a matter of the login', async () => {
  answerWith(403, '{"message":"Benutzer XY ist nicht freigeschaltet"}');
  expect(await failureOf('read')).toBeInstanceOf(AuthFailed);
});
