import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import {
  AmbiguousWrite,
  AuthFailed,
  type ConnectorError,
  Forbidden,
  Misconfigured,
  RateLimited,
  RecordFailed,
  Rejected,
  StaleVersion,
  Unavailable,
  DuplicateSuspected,
} from '../errors.ts';
import { createContext, rejectionOf } from '../test-context.ts';
import { createEspoCrmConnector, type EspoCrmConnector } from './connector.ts';

const entity = 'CBeteiligte';
let crm: EspoCrm;
let connector: EspoCrmConnector;
let id = '';

beforeEach(async () => {
  crm = await startEspoCrm();
  connector = connectorWith(crm.apiUser.apiKey);
  id = crm.create(entity, { firstName: 'Erika', lastName: 'Geheim' }).id;
});
afterEach(() => crm.stop());

const connectorWith = (apiKey: string, system?: string) =>
  createEspoCrmConnector({
    url: crm.url,
    auth: { kind: 'apiKey', apiKey },
    timeoutMs: 20_000,
    ...(system !== undefined && { system }),
  });

type Operation = 'read' | 'create' | 'update' | 'remove';
async function failureOf(operation: Operation, attributes = { lastName: 'Muster' } as Record<string, string | null>) {
  const context = createContext();
  const bare = { id, version: null, attributes: {}, raw: {}, modifiedAt: null, modifiedByUs: null };
  const run = {
    read: () => connector.read(entity, id, context),
    create: () => connector.create(entity, attributes, context),
    update: () => connector.update(entity, bare, attributes, context),
    remove: () => connector.remove(entity, id, context),
  }[operation];
  return (await rejectionOf(run())) as ConnectorError;
}
const answerWith = (status: number, headers: Record<string, string> = {}, body = '') =>
  crm.faults.add({ fault: { kind: 'status', status, headers, body } });

describe('each refusal has its class', () => {
  test('a value that is not accepted names its field and not the value', async () => {
    const error = await failureOf('update', { rechtsform: 'geheimes Wesen' });
    expect(error).toBeInstanceOf(Rejected);
    expect(error).toHaveProperty('field', 'rechtsform');
    expect(error.message).not.toContain('geheim');
  });

  test('a reason that a formula wrote is not quoted', async () => {
    answerWith(400, { 'x-status-reason': 'Erika Geheim is not allowed' });
    const error = await failureOf('update');
    expect([error.code, error.message.includes('Geheim')]).toEqual(['rejected', false]);
  });

  test('an unknown attribute in a search is named', async () => {
    const error = await rejectionOf(connector.search(entity, { nope: 'x' }, createContext()));
    expect(error).toBeInstanceOf(Rejected);
    expect(error).toHaveProperty('field', 'nope');
  });

  test('refused credentials', async () => {
    connector = connectorWith('wrong-key');
    const error = await failureOf('read');
    expect(error).toBeInstanceOf(AuthFailed);
    expect(error.message).not.toContain('wrong-key');
  });

  test('a locked address, after more than ten wrong keys, says how long to wait', async () => {
    for (let count = 0; count < 11; count += 1) {
      // Each of them another program at our address: ours alone would not insist.
      connector = connectorWith('wrong-key');
      await failureOf('read');
    }
    connector = connectorWith(crm.apiUser.apiKey);
    const error = await failureOf('read');
    expect(error).toBeInstanceOf(AuthFailed);
    expect(error.message).toContain('wait 60 s');
  });

  test('a firewall that refuses one request without a reason concerns nobody else', async () => {
    crm.faults.add({ method: 'PUT', fault: { kind: 'status', status: 403 } });
    const context = createContext();
    const bare = { id, version: null, attributes: {}, raw: {}, modifiedAt: null, modifiedByUs: null };
    const error = await rejectionOf(connector.update(entity, bare, { lastName: 'Muster' }, context));
    expect(error).toBeInstanceOf(Forbidden);
    expect(context.purposes).toEqual(['record', 'check']);
    expect((await connector.read(entity, id, createContext())).kind).toBe('found');
  });

  test('what our own user is refused for is said where a record is refused without a reason', async () => {
    answerWith(403);
    crm.faults.add({ path: 'App/user', fault: { kind: 'status', status: 401 } });
    expect(await failureOf('update')).toBeInstanceOf(AuthFailed);
    const mark = crm.requests.mark();
    expect(await failureOf('update')).toBeInstanceOf(AuthFailed);
    expect(crm.requests.count({ since: mark })).toBe(0);
  });

  test('a record that our role may not read', async () => {
    crm.forbid(entity, id);
    const error = await failureOf('read');
    expect(error).toBeInstanceOf(Forbidden);
    expect(error.message).toContain("No 'read' access.");
  });

  test('a missing right without words', async () => {
    answerWith(403, { 'x-status-reason': '' });
    expect(await failureOf('update')).toBeInstanceOf(Forbidden);
  });

  test('a record that our role may change but not delete', async () => {
    crm.forbidDeletion(entity);
    const error = await failureOf('remove');
    expect(error).toBeInstanceOf(Forbidden);
    expect(error.message).toContain("No 'delete' access.");
    expect(crm.record(entity, id)).toMatchObject({ deleted: false });
  });

  test('an unknown entity', async () => {
    const error = await rejectionOf(connector.read('CNichts', id, createContext()));
    expect(error).toBeInstanceOf(Misconfigured);
  });

  test.each(['read', 'update', 'create', 'remove'] as const)(
    'an address that does not exist, on %s',
    async (operation) => {
      answerWith(404);
      expect(await failureOf(operation)).toBeInstanceOf(Misconfigured);
    },
  );

  test.each(['read', 'remove'] as const)(
    'a 404 that speaks of another record is no proof, on %s',
    async (operation) => {
      answerWith(404, { 'x-status-reason': 'Record 6b00f4dde4cd1b1ba does not exist.' });
      expect(await failureOf(operation)).toBeInstanceOf(Misconfigured);
    },
  );

  test('records that look alike are counted and their ids handed over', async () => {
    const error = await failureOf('create', { firstName: 'Erika', lastName: 'Geheim' });
    expect(error).toBeInstanceOf(DuplicateSuspected);
    expect(error).toMatchObject({ code: 'rejected', ids: [id] });
    expect([error.message.includes('1 record looks alike'), error.message.includes('Geheim')]).toEqual([true, false]);
  });

  test('a version conflict whose header a proxy has dropped', async () => {
    answerWith(409, {}, '{"values":{},"versionNumber":4}');
    expect(await failureOf('update')).toBeInstanceOf(StaleVersion);
  });

  test('a conflict of another kind', async () => {
    answerWith(409, { 'x-status-reason': 'something else' });
    expect(await failureOf('update')).toBeInstanceOf(Rejected);
  });

  test.each([
    ['120', 120_000],
    ['', null],
  ])('a limit with Retry-After "%s"', async (header, expected) => {
    answerWith(429, { 'retry-after': header });
    const error = await failureOf('create');
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toHaveProperty('retryAfterMs', expected);
  });

  test.each(['read', 'update', 'create', 'remove'] as const)('maintenance is an outage, on %s', async (operation) => {
    crm.maintenance(true);
    expect(await failureOf(operation)).toBeInstanceOf(Unavailable);
  });
});

describe('a server error', () => {
  test.each([
    ['read', 500, RecordFailed],
    ['read', 502, RecordFailed],
    ['read', 503, RecordFailed],
    ['update', 500, RecordFailed],
    ['update', 503, RecordFailed],
    ['update', 502, AmbiguousWrite],
    ['update', 504, AmbiguousWrite],
    ['create', 500, AmbiguousWrite],
    ['create', 502, AmbiguousWrite],
    ['create', 503, AmbiguousWrite],
    ['remove', 500, RecordFailed],
    ['remove', 503, RecordFailed],
    ['remove', 502, AmbiguousWrite],
    ['remove', 504, AmbiguousWrite],
  ] as const)('on %s with %i', async (operation, status, expected) => {
    answerWith(status);
    expect(await failureOf(operation)).toBeInstanceOf(expected);
  });

  test('caused by a null in a yes-or-no field fails the record only', async () => {
    expect(await failureOf('update', { aktiv: null })).toBeInstanceOf(RecordFailed);
  });
});

test.each([
  ['read', RecordFailed],
  ['update', AmbiguousWrite],
  ['create', AmbiguousWrite],
  ['remove', AmbiguousWrite],
] as const)('an answer to %s that is not what was asked for', async (operation, expected) => {
  answerWith(200, {}, '["no record"]');
  expect(await failureOf(operation)).toBeInstanceOf(expected);
});

describe('a second instance speaks under its own name:', () => {
  const name = 'second EspoCRM';
  const refusals: readonly (readonly [string, () => void, Operation])[] = [
    ['refused credentials', () => (connector = connectorWith('wrong-key', name)), 'read'],
    ['a request that a firewall refuses', () => answerWith(403), 'update'],
    ['a locked address', () => crm.faults.add({ times: 2, fault: { kind: 'status', status: 403 } }), 'update'],
    [
      'a missing right',
      () => {
        crm.forbid(entity, id);
      },
      'read',
    ],
    ['a value', () => answerWith(400, { 'x-status-reason': 'of a formula' }), 'update'],
    ['a wrong address', () => answerWith(404), 'remove'],
    [
      'a record that is gone',
      () => {
        crm.remove(entity, id);
      },
      'update',
    ],
    ['a look-alike', () => answerWith(409, { 'x-status-reason': 'duplicate' }, '[{"id":"a"}]'), 'create'],
    ['a conflict', () => answerWith(409, { 'x-status-reason': 'modified' }), 'update'],
    ['a limit', () => answerWith(429), 'create'],
    [
      'maintenance',
      () => {
        crm.maintenance(true);
      },
      'read',
    ],
    ['a server error', () => answerWith(500), 'update'],
    ['a lost answer', () => crm.faults.add({ fault: { kind: 'resetAfter' } }), 'remove'],
  ];
  test.each(refusals)('%s', async (_title, goWrong, operation) => {
    connector = connectorWith(crm.apiUser.apiKey, name);
    goWrong();
    const error = await failureOf(operation);
    expect([connector.system, error.system]).toEqual([name, name]);
    expect(error.message).toMatch(/^second EspoCRM: /);
  });

  test('a request that is refused before it is sent', async () => {
    connector = connectorWith(crm.apiUser.apiKey, name);
    const context = createContext();
    for (const refused of [
      connector.read('../User', id, context),
      connector.read(entity, '../User', context),
      connector.search(entity, {}, context),
    ]) {
      expect(await rejectionOf(refused)).toMatchObject({ system: name, message: expect.stringMatching(/^second/) });
    }
    expect(context.purposes).toEqual([]);
  });
});
