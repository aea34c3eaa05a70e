import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EspoCrm, startEspoCrm } from '../simulators/espocrm/start-espocrm.ts';
import type { Fault } from '../simulators/faults.ts';
import type { CallPurpose } from './connector.ts';
import { AmbiguousWrite, type ConnectorError, Misconfigured, RecordFailed, Stopped, Unavailable } from './errors.ts';
import { createHttpClient, type HttpRequest } from './http.ts';
import { createContext, rejectionOf, until } from './test-context.ts';

const timeoutMs = 500;
const secret = 'a-key-that-nobody-may-see';
let crm: EspoCrm;

beforeEach(async () => {
  crm = await startEspoCrm();
});
afterEach(() => crm.stop());

const clientFor = (baseUrl: string) => createHttpClient({ system: 'EspoCRM', baseUrl, timeoutMs });
const request = (method: HttpRequest['method'], purpose: CallPurpose = 'record'): HttpRequest => ({
  method,
  path: '/api/v1/CBeteiligte',
  query: { q: 'Mustermann' },
  headers: { 'x-api-key': secret },
  purpose,
  ...((method === 'POST' || method === 'PUT') && { body: { lastName: 'Mustermann' } }),
});
const failure = (method: HttpRequest['method'], baseUrl = crm.url, purpose: CallPurpose = 'record') =>
  rejectionOf(clientFor(baseUrl).send(request(method, purpose), createContext()));

const lostAnswers: readonly (readonly [string, Fault])[] = [
  ['comes too late', { kind: 'latency', delayMs: 2 * timeoutMs }],
  ['is cut off by a reset before anything happened', { kind: 'resetBefore' }],
  ['is cut off by a reset after it took effect', { kind: 'resetAfter' }],
  ['breaks off halfway', { kind: 'truncate' }],
  ['is a page instead of JSON', { kind: 'status', status: 200, body: '<html>Mustermann</html>' }],
  ['is empty', { kind: 'status', status: 200, body: '' }],
];

describe('when the answer is lost', () => {
  test.each(lostAnswers)('a read whose answer %s has failed', async (_title, fault) => {
    crm.faults.add({ fault });
    expect(await failure('GET')).toBeInstanceOf(RecordFailed);
  });

  test.each(lostAnswers)('the fate of a creation whose answer %s is unknown', async (_title, fault) => {
    crm.faults.add({ fault });
    const error = await failure('POST');
    expect(error).toBeInstanceOf(AmbiguousWrite);
    expect(error).toHaveProperty('settleMs', timeoutMs);
  });

  test.each(lostAnswers)('the fate of a change whose answer %s is unknown', async (_title, fault) => {
    crm.faults.add({ fault });
    expect(await failure('PUT')).toBeInstanceOf(AmbiguousWrite);
  });

  test.each(lostAnswers)('the fate of a deletion whose answer %s is unknown', async (_title, fault) => {
    crm.faults.add({ fault });
    expect(await failure('DELETE')).toBeInstanceOf(AmbiguousWrite);
  });

  test.each(lostAnswers)('a login whose answer %s leaves the system unavailable', async (_title, fault) => {
    crm.faults.add({ fault });
    expect(await failure('POST', crm.url, 'login')).toBeInstanceOf(Unavailable);
  });

  test.each(lostAnswers)(
    'the message about an answer that %s names nothing but method and path',
    async (_title, fault) => {
      crm.faults.add({ fault });
      const error = (await failure('PUT')) as ConnectorError;
      expect(error.message).toMatch(/^EspoCRM: PUT \/api\/v1\/CBeteiligte: [a-z]/);
      expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toMatch(
        /Mustermann|nobody-may-see|\?q=/,
      );
    },
  );
});

describe('when nothing can have been sent', () => {
  const addresses: readonly (readonly [string, () => string])[] = [
    ['a port where nobody listens', () => 'http://127.0.0.1:9'],
    ['an unknown host', () => 'http://nobody.invalid'],
    ['a server that does not speak TLS', () => crm.url.replace('http:', 'https:')],
    ['an address with a password in it', () => `http://user:${secret}@127.0.0.1:9`],
  ];

  test.each(addresses)('%s is an outage, also for a creation', async (_title, address) => {
    const error = await failure('POST', address());
    expect(error).toBeInstanceOf(Unavailable);
    expect((error as Error).message).not.toContain(secret);
  });
});

describe('when the caller stops', () => {
  test('nothing is sent or counted after a deadline', async () => {
    const context = createContext();
    context.abort();
    expect(await rejectionOf(clientFor(crm.url).send(request('POST'), context))).toBeInstanceOf(Stopped);
    expect([context.purposes, crm.requests.count()]).toEqual([[], 0]);
  });

  test.each([
    ['GET', Stopped],
    ['POST', AmbiguousWrite],
  ] as const)('a %s under way says nothing of the system, or leaves open what it did', async (method, expected) => {
    crm.faults.add({ fault: { kind: 'latency', delayMs: 1_000 } });
    const context = createContext();
    const outcome = rejectionOf(
      createHttpClient({ system: 'EspoCRM', baseUrl: crm.url, timeoutMs: 9_000 }).send(request(method), context),
    );
    await until(() => crm.requests.count() === 1);
    context.abort();
    expect(await outcome).toBeInstanceOf(expected);
  });
});

describe('redirects', () => {
  test.each([
    [301, Misconfigured],
    [308, Misconfigured],
    [302, Unavailable],
    [307, Unavailable],
  ])('a %i is not followed', async (status, expected) => {
    crm.faults.add({ fault: { kind: 'status', status, headers: { location: `${crm.url}/elsewhere` } } });
    expect(await failure('GET')).toBeInstanceOf(expected);
    expect(crm.requests.count()).toBe(1);
  });
});

test('a call is counted once, whatever becomes of it', async () => {
  crm.faults.add({ fault: { kind: 'resetBefore' } });
  const context = createContext();
  await rejectionOf(clientFor(crm.url).send(request('GET'), context));
  expect([context.purposes, crm.requests.count()]).toEqual([['record'], 1]);
});

test('an answer of any status is handed over with its headers', async () => {
  crm.faults.add({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '7' }, body: '{"a":1}' } });
  const answer = await clientFor(crm.url).send(request('GET'), createContext());
  expect([answer.status, answer.header('Retry-After'), answer.header('x-none'), answer.json]).toEqual([
    429,
    '7',
    null,
    { a: 1 },
  ]);
});
