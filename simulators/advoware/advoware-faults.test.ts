import { afterEach, describe, expect, test } from '@jest/globals';
import { onlyParty, requestToken, send, signIn, signedTokenRequest } from './test-client.ts';
import { startAdvoware, type Advoware, type AdvowareOptions } from './start-advoware.ts';

const running: Advoware[] = [];

async function start(options: AdvowareOptions = {}) {
  const advoware = await startAdvoware(options);
  running.push(advoware);
  const { call } = await signIn(advoware);
  const control = (method: string, path: string, body?: unknown) =>
    send(`${advoware.url}/_control${path}`, method, body);
  return { advoware, call, control };
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((advoware) => advoware.stop()));
});

describe('faults', () => {
  test('a status takes the place of the answer and nothing is written', async () => {
    const { advoware, call } = await start();
    const before = advoware.create({ name: 'Alt' });
    advoware.faults.add({ fault: { kind: 'status', status: 502 }, method: 'PUT' });
    expect((await call('PUT', `/${before.betNr}`, { name: 'Neu' })).status).toBe(502);
    expect(advoware.record(before.betNr)).toEqual(before);
  });

  test('a reset before the request leaves the party as it was', async () => {
    const { advoware, call } = await start();
    const before = advoware.create({ name: 'Alt' });
    advoware.faults.add({ fault: { kind: 'resetBefore' }, path: '/Beteiligte' });
    await expect(call('PUT', `/${before.betNr}`, { name: 'Neu' })).rejects.toThrow();
    expect(advoware.record(before.betNr)).toEqual(before);
  });

  test.each(['resetAfter', 'truncate'] as const)('after %s the party has been written', async (kind) => {
    const { advoware, call } = await start();
    const { betNr, rowId } = advoware.create({ name: 'Alt' });
    advoware.faults.add({ fault: { kind }, method: 'PUT', path: /\/Beteiligte\// });
    await expect(call('PUT', `/${betNr}`, { name: 'Neu' })).rejects.toThrow();
    expect(advoware.record(betNr)?.name).toBe('Neu');
    expect(advoware.record(betNr)?.rowId).not.toBe(rowId);
  });

  test('after a lost answer to POST the party exists, and a second POST makes a second one', async () => {
    const { advoware, call } = await start();
    advoware.faults.add({ fault: { kind: 'resetAfter' }, method: 'POST', path: '/Beteiligte' });
    await expect(call('POST', '', { name: 'Neu' })).rejects.toThrow();
    await call('POST', '', { name: 'Neu' });
    expect(advoware.records().map(({ name }) => name)).toEqual(['Neu', 'Neu']);
  });

  test('after a lost token the same nonce is spent', async () => {
    const { advoware } = await start();
    const request = signedTokenRequest(advoware);
    advoware.faults.add({ fault: { kind: 'resetAfter' }, path: '/Token' });
    await expect(requestToken(advoware, request)).rejects.toThrow();
    expect((await requestToken(advoware, request)).status).toBe(401);
    expect(advoware.tokensIssued).toBe(2);
  });

  test('a delayed answer is still the right one', async () => {
    const { advoware, call } = await start();
    const { betNr } = advoware.create();
    advoware.faults.add({ fault: { kind: 'latency', delayMs: 5 } });
    expect(onlyParty(await call('GET', `/${betNr}`)).betNr).toBe(betNr);
    expect(advoware.faults.injected).toBe(1);
  });
});

describe('the request log', () => {
  test('counts what arrived: discovery, tokens, refused calls and lost answers', async () => {
    const { advoware, call } = await start();
    const { betNr } = advoware.create();
    const mark = advoware.requests.mark();
    await call('GET', `/${betNr}`);
    await call('DELETE', `/${betNr}`);
    await requestToken(advoware, { Password: 'falsch' });
    advoware.faults.add({ fault: { kind: 'resetBefore' } });
    await expect(call('GET', `/${betNr}`)).rejects.toThrow();
    expect(advoware.requests.since(mark).map(({ method, status }) => [method, status])).toEqual([
      ['GET', 200],
      ['DELETE', 403],
      ['POST', 401],
      ['GET', 0],
    ]);
    expect(advoware.requests.count({ path: '/Token' })).toBe(2);
  });

  test('leaves out work at the firm and control over HTTP', async () => {
    const { advoware, control } = await start();
    const mark = advoware.requests.mark();
    const { betNr } = advoware.create();
    advoware.update(betNr, { name: 'Neu' });
    await control('GET', '/beteiligte');
    await control('GET', '/requests');
    expect(advoware.requests.since(mark)).toEqual([]);
  });
});

describe('control over HTTP', () => {
  test('shows the requests', async () => {
    const { control } = await start();
    expect((await control('GET', '/requests')).body).toMatchObject({
      count: 1,
      requests: [{ method: 'POST', path: '/security/api/v1/Token', status: 200 }],
    });
  });

  test('sets faults and takes them back', async () => {
    const { advoware, call, control } = await start();
    const { betNr } = advoware.create();
    const rule = {
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
      path: 'Beteiligte',
      times: 9,
    };
    expect((await control('POST', '/faults', rule)).status).toBe(204);
    expect((await call('GET', `/${betNr}`)).status).toBe(429);
    expect((await control('DELETE', '/faults')).status).toBe(204);
    expect((await call('GET', `/${betNr}`)).status).toBe(200);
    expect((await control('POST', '/faults', { fault: { kind: 'fire' } })).status).toBe(400);
  });

  test('takes the office offline and brings it back', async () => {
    const { advoware, call, control } = await start();
    const { betNr } = advoware.create();
    expect((await control('POST', '/offline', { on: true })).status).toBe(204);
    expect((await call('GET', `/${betNr}`)).status).toBe(503);
    expect((await control('POST', '/offline', { on: false })).status).toBe(204);
    expect((await call('GET', `/${betNr}`)).status).toBe(200);
    expect((await control('POST', '/offline', {})).status).toBe(400);
  });

  test('edits as a lawyer does: nothing is ignored or emptied, and the version is new', async () => {
    const { advoware, control } = await start();
    const before = advoware.create({ name: 'Alt', vorname: 'Jo' });
    await control('PUT', `/beteiligte/${before.betNr}`, { kurzname: 'A', geburtsdatum: '1970-02-03' });
    const { rowId, geaendertAm, ...after } = advoware.record(before.betNr)!;
    expect({ ...after, rowId: before.rowId, geaendertAm }).toEqual({
      ...before,
      kurzname: 'A',
      geburtsdatum: '1970-02-03T00:00:00',
      geaendertAm,
    });
    expect(rowId).not.toBe(before.rowId);
  });

  test('enters, lists and removes parties', async () => {
    const { advoware, control } = await start();
    const { body } = await control('POST', '/beteiligte', { name: 'Größe' });
    expect(body).toEqual(advoware.record(104860));
    expect(await control('GET', '/beteiligte')).toEqual({ status: 200, body: [body] });
    expect((await control('DELETE', '/beteiligte/104860')).status).toBe(204);
    expect((await control('DELETE', '/beteiligte/104860')).status).toBe(404);
    expect((await control('PUT', '/beteiligte/104860', { name: 'Neu' })).status).toBe(404);
    expect((await control('PUT', '/beteiligte/x', { name: 'Neu' })).status).toBe(400);
    expect(advoware.records()).toEqual([]);
  });
});
