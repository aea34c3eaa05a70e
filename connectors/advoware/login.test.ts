import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Advoware,
  type AdvowareOptions as FirmOptions,
  startAdvoware,
} from '../../simulators/advoware/start-advoware.ts';
import { AuthFailed, type ConnectorError, Misconfigured, RateLimited, Unavailable } from '../errors.ts';
import { createContext, rejectionOf, type TestContext } from '../test-context.ts';
import type { AdvowareOptions } from './connector.ts';
import { connectorFor } from './test-connector.ts';

const minuteMs = 60_000;
let nowMs = 0;
let firm: Advoware;
let betNr = '';
let context: TestContext;

async function start(options: FirmOptions = {}): Promise<void> {
  nowMs = Date.parse('2026-11-21T09:12:00Z');
  firm = await startAdvoware({ now: () => new Date(nowMs), ...options });
  betNr = String(firm.create().betNr);
  context = createContext();
}
beforeEach(() => start());
afterEach(() => firm.stop());

const connect = (options: Partial<AdvowareOptions> = {}) => {
  const connector = connectorFor(firm, { now: () => nowMs, ...options });
  return () => connector.read('Beteiligte', betNr, context);
};
const failureWith = async (options: Partial<AdvowareOptions> = {}) =>
  (await rejectionOf(connect(options)())) as ConnectorError;

describe('the token', () => {
  test('is fetched once for fifty who wait, and counted as a login', async () => {
    const read = connect();
    await Promise.all(Array.from({ length: 50 }, read));
    expect([firm.tokensIssued, context.count('login'), context.count('record')]).toEqual([1, 2, 50]);
  });

  test('is renewed two minutes before it expires', async () => {
    const read = connect();
    await read();
    nowMs += 53 * minuteMs - 1_000;
    await read();
    expect(firm.tokensIssued).toBe(1);
    nowMs += 1_000;
    await read();
    expect(firm.tokensIssued).toBe(2);
  });

  test.each([
    '{"access_token":"%"}',
    '{"access_token":"%","expiration_utc":"soon"}',
    '{"access_token":"%","expiration_utc":"2001-01-01T00:00:00Z"}',
  ])('lives 53 minutes if the answer does not tell: %s', async (form) => {
    firm.faults.add({ path: 'Token', fault: { kind: 'status', status: 200, body: form.replace('%', 'unknown') } });
    const read = connect();
    firm.faults.add({ path: 'Beteiligte', times: 9, fault: { kind: 'status', status: 200, body: '[{"betNr":1}]' } });
    await read();
    nowMs += 53 * minuteMs - 1_000;
    await read();
    expect(firm.tokensIssued).toBe(0);
    nowMs += 1_000;
    await read();
    expect(firm.tokensIssued).toBe(1);
  });

  test('that was revoked is replaced once, for all who find out', async () => {
    const read = connect();
    await read();
    firm.expireTokens();
    await Promise.all(Array.from({ length: 10 }, read));
    expect(firm.tokensIssued).toBe(2);
  });

  test('that is refused twice means that our login is not accepted', async () => {
    firm.faults.add({ path: 'Beteiligte', times: 2, fault: { kind: 'status', status: 401 } });
    expect(await failureWith()).toBeInstanceOf(AuthFailed);
    expect([firm.tokensIssued, context.count('record')]).toEqual([2, 2]);
  });

  test('that failed is fetched anew by the next caller', async () => {
    firm.faults.add({ path: 'Token', fault: { kind: 'status', status: 500 } });
    const read = connect();
    expect(await rejectionOf(read())).toBeInstanceOf(Unavailable);
    expect(await read()).toMatchObject({ kind: 'found' });
  });

  test('is still fetched for the others when the one who asked first gives up', async () => {
    firm.faults.add({ path: 'Token', fault: { kind: 'latency', delayMs: 300 } });
    const connector = connectorFor(firm, { now: () => nowMs });
    const first = createContext();
    const given = rejectionOf(connector.read('Beteiligte', betNr, first));
    const other = connector.read('Beteiligte', betNr, context);
    first.abort();
    expect(await given).toHaveProperty('code', 'stopped');
    expect(await other).toMatchObject({ kind: 'found' });
    expect(firm.tokensIssued).toBe(1);
  });
});

describe('a login that is refused', () => {
  test.each([
    ['a wrong password', { password: 'falsch' }, 'password'],
    ['a wrong database', { database: 'Falsch' }, 'ADVOWARE_DATABASE'],
    ['an unknown firm', { kanzlei: 'Falsch' }, 'ADVOWARE_KANZLEI'],
    ['an unknown app', { appId: 'Falsch' }, 'enabled'],
    ['a wrong API key', { apiKey: 'ZmFsc2No' }, 'refused'],
  ])('because of %s', async (_title, options, text) => {
    const error = await failureWith(options);
    expect(error).toBeInstanceOf(AuthFailed);
    expect(error.message).toContain(text);
    expect(error.message).not.toMatch(/falsch/i);
  });

  test('because the vendor has switched the app off', async () => {
    firm.setEnabled(false);
    expect(await failureWith()).toBeInstanceOf(AuthFailed);
  });

  test.each([200, 400, 401, 500])('because the office is offline (%i) is an outage', async (tokenOfflineStatus) => {
    await firm.stop();
    await start({ tokenOfflineStatus });
    firm.offline(true);
    expect(await failureWith()).toBeInstanceOf(Unavailable);
  });

  test.each([
    [404, Misconfigured],
    [429, RateLimited],
    [503, Unavailable],
    [400, AuthFailed],
  ])('with status %i', async (status, expected) => {
    firm.faults.add({ path: 'Token', fault: { kind: 'status', status } });
    expect(await failureWith()).toBeInstanceOf(expected);
  });

  test.each(['resetBefore', 'resetAfter', 'truncate'] as const)('by the network (%s) is an outage', async (kind) => {
    firm.faults.add({ path: 'Token', fault: { kind } });
    expect(await failureWith()).toBeInstanceOf(Unavailable);
  });
});

describe('discovery', () => {
  test('happens once', async () => {
    const read = connect();
    await Promise.all([read(), read()]);
    await read();
    expect(firm.requests.count({ path: 'AdvonetConfigurator' })).toBe(1);
  });

  test('a connector of the firm goes before the relay', async () => {
    await firm.stop();
    await start({ useConnectorUrl: true });
    await connect()();
    expect(firm.requests.count({ path: /^\/connector\/api/ })).toBe(1);
  });

  test('is left out where the addresses are given', async () => {
    await connect({ url: `${firm.url}/`, securityUrl: `${firm.url}/security/` })();
    expect(firm.requests.count({ path: 'AdvonetConfigurator' })).toBe(0);
  });

  test('another base path is a setting', async () => {
    await firm.stop();
    await start({ basePath: '/api/v1' });
    expect(await connect({ basePath: '/api/v1/' })()).toMatchObject({ kind: 'found' });
  });

  test('that names no address is an outage', async () => {
    const body = JSON.stringify({ relayUrl: null, connectorUrl: '', securityGateway: `${firm.url}/security` });
    firm.faults.add({ path: 'AdvonetConfigurator', fault: { kind: 'status', status: 200, body } });
    expect(await failureWith()).toBeInstanceOf(Unavailable);
  });

  test('that fails is repeated by the next caller', async () => {
    firm.faults.add({ path: 'AdvonetConfigurator', fault: { kind: 'status', status: 502 } });
    const read = connect();
    expect(await rejectionOf(read())).toBeInstanceOf(Unavailable);
    expect(await read()).toMatchObject({ kind: 'found' });
  });
});
