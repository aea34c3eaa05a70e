import { afterEach, describe, expect, test } from '@jest/globals';
import { requestToken, send, signIn, signedTokenRequest, tokenFor } from './test-client.ts';
import { startAdvoware, type Advoware, type AdvowareOptions } from './start-advoware.ts';

const running: Advoware[] = [];

async function start(options: AdvowareOptions = {}): Promise<Advoware> {
  const advoware = await startAdvoware(options);
  running.push(advoware);
  return advoware;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((advoware) => advoware.stop()));
});

function discovery(advoware: Advoware, kanzlei = advoware.credentials.kanzlei) {
  return send(`${advoware.configuratorUrl}/AdvonetConfigurator/api/Url?Kanzlei=${encodeURIComponent(kanzlei)}`);
}

describe('discovery', () => {
  test('names the relay and the gateway of a firm with umlauts', async () => {
    const advoware = await start();
    expect(await discovery(advoware)).toEqual({
      status: 200,
      body: { relayUrl: `${advoware.url}/`, connectorUrl: null, securityGateway: `${advoware.url}/security` },
    });
  });

  test('a firm with a connector is reachable there and not at the relay', async () => {
    const advoware = await start({ useConnectorUrl: true });
    const { betNr } = advoware.create();
    const { body } = await discovery(advoware);
    expect(body).toMatchObject({ connectorUrl: `${advoware.url}/connector/` });
    const viaRelay = await signIn(advoware);
    const viaConnector = await signIn(advoware, '/connector/api/v1/advonet');
    expect((await viaRelay.call('GET', `/${betNr}`)).status).toBe(404);
    expect((await viaConnector.call('GET', `/${betNr}`)).status).toBe(200);
  });

  test('does not know a foreign firm and asks for a missing one', async () => {
    const advoware = await start();
    expect(await discovery(advoware, 'Fremd')).toMatchObject({
      status: 404,
      body: { message: 'Kanzlei Fremd ist nicht registriert' },
    });
    expect((await discovery(advoware, '')).status).toBe(400);
  });
});

describe('token', () => {
  test('a signed request with umlauts in firm, user and password gets a token with its expiry', async () => {
    const now = new Date('2026-03-01T10:00:00.123Z');
    const advoware = await start({ now: () => now });
    const answer = await requestToken(advoware, { RequestTimeStamp: '2026-03-01T10:00:00.1234567Z' });
    expect(answer).toEqual({
      status: 200,
      body: { access_token: expect.any(String), expiration_utc: '2026-03-01T10:55:00.1230000Z' },
    });
    expect(advoware.tokensIssued).toBe(1);
  });

  test.each(['2026-03-01T10:00:00+0000', '2026-03-01T10:14:59.000Z', '2026-03-01T09:45:00.0000000Z'])(
    'the timestamp %s is accepted at ten',
    async (RequestTimeStamp) => {
      const advoware = await start({ now: () => new Date('2026-03-01T10:00:00Z') });
      expect((await requestToken(advoware, { RequestTimeStamp })).status).toBe(200);
    },
  );

  test.each(['2026-03-01T10:15:01Z', '2026-03-01T09:44:59Z', '2026-03-01T10:00:00', 'heute'])(
    'the timestamp %s is refused at ten',
    async (RequestTimeStamp) => {
      const advoware = await start({ now: () => new Date('2026-03-01T10:00:00Z') });
      expect(await requestToken(advoware, { RequestTimeStamp })).toEqual({
        status: 401,
        body: { message: 'Der Zeitstempel der Anfrage ist ungültig' },
      });
    },
  );

  test('a nonce counts once', async () => {
    const advoware = await start();
    expect((await requestToken(advoware, { Nonce: 'einmal' })).status).toBe(200);
    expect(await requestToken(advoware, { Nonce: 'einmal' })).toMatchObject({
      status: 401,
      body: { message: expect.stringContaining('Nonce') },
    });
  });

  test('a signature over other values is refused and does not use up the nonce', async () => {
    const advoware = await start();
    const { HMAC512Signature } = signedTokenRequest(advoware, { Nonce: 'eine' });
    const answer = await requestToken(advoware, { Nonce: 'andere', HMAC512Signature });
    expect(answer).toMatchObject({ status: 401, body: { message: expect.stringContaining('Signatur') } });
    expect((await requestToken(advoware, { Nonce: 'andere' })).status).toBe(200);
  });

  test.each([
    [{ Password: 'falsch' }, 'Falscher Name oder falsches Kennwort'],
    [{ User: 'XX' }, 'Falscher Name oder falsches Kennwort'],
    [{ Kanzlei: 'Fremd' }, 'Kanzlei Fremd ist nicht registriert'],
    [{ Database: 'Archiv' }, 'Datenbank Archiv ist nicht registriert'],
    [{ AppID: 'fremd' }, 'nicht freigeschaltet'],
    [{ Product: 1 }, 'nicht freigeschaltet'],
    [{ Role: 1 }, 'nicht freigeschaltet'],
  ])('%p is refused with "%s"', async (overrides, text) => {
    const advoware = await start();
    const answer = await requestToken(advoware, overrides);
    expect(answer).toMatchObject({ status: 401, body: { message: expect.stringContaining(text) } });
    expect(advoware.tokensIssued).toBe(0);
  });

  test('an app that the vendor has switched off gets no token', async () => {
    const advoware = await start({ tokenRefusedStatus: 403 });
    advoware.setEnabled(false);
    const answer = await requestToken(advoware);
    expect(answer).toMatchObject({ status: 403, body: { message: expect.stringContaining('nicht freigeschaltet') } });
  });

  test('a request without a password is malformed', async () => {
    const advoware = await start();
    expect((await requestToken(advoware, { Password: undefined })).status).toBe(400);
  });

  test('after a change of password only the new one counts', async () => {
    const advoware = await start();
    advoware.setPassword('neu');
    expect((await requestToken(advoware)).status).toBe(401);
    expect((await requestToken(advoware, { Password: 'neu' })).status).toBe(200);
  });
});

describe('a bearer token', () => {
  test('is demanded by every route', async () => {
    const advoware = await start();
    const { betNr } = advoware.create();
    const url = `${advoware.url}/api/v1/advonet/Beteiligte`;
    const answers = await Promise.all([
      send(`${url}/${betNr}`),
      send(`${url}/${betNr}`, 'PUT', { name: 'Neu' }),
      send(url, 'POST', { name: 'Neu' }),
      send(`${url}/${betNr}`, 'DELETE'),
      send(`${url}/${betNr}`, 'GET', undefined, 'erfunden'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(advoware.records()).toHaveLength(1);
  });

  test('counts until the minute it expires', async () => {
    let now = new Date('2026-03-01T10:00:00Z');
    const advoware = await start({ now: () => now });
    const { betNr } = advoware.create();
    const token = await tokenFor(advoware, { RequestTimeStamp: '2026-03-01T10:00:00Z' });
    const read = () => send(`${advoware.url}/api/v1/advonet/Beteiligte/${betNr}`, 'GET', undefined, token);
    now = new Date('2026-03-01T10:54:59.999Z');
    expect((await read()).status).toBe(200);
    now = new Date('2026-03-01T10:55:00Z');
    expect((await read()).status).toBe(401);
  });

  test('no longer counts once it has been revoked, while a new one does', async () => {
    const advoware = await start();
    const { betNr } = advoware.create();
    const before = await signIn(advoware);
    advoware.expireTokens();
    expect((await before.call('GET', `/${betNr}`)).status).toBe(401);
    const after = await signIn(advoware);
    expect((await after.call('GET', `/${betNr}`)).status).toBe(200);
  });
});

describe('while the office server is down', () => {
  test('neither tokens nor records are to be had, and everything is as before afterwards', async () => {
    const advoware = await start();
    const { betNr } = advoware.create();
    const client = await signIn(advoware);
    const text = `Kanzlei ${advoware.credentials.kanzlei} ist nicht angemeldet`;
    advoware.offline(true);
    expect(await requestToken(advoware)).toEqual({ status: 400, body: { message: text } });
    expect(await client.call('GET', `/${betNr}`)).toEqual({ status: 503, body: { message: text } });
    expect((await discovery(advoware)).status).toBe(200);
    advoware.offline(false);
    expect((await client.call('GET', `/${betNr}`)).status).toBe(200);
  });

  test('the statuses can be others', async () => {
    const advoware = await start({ tokenOfflineStatus: 401, apiOfflineStatus: 500 });
    const client = await signIn(advoware);
    advoware.offline(true);
    expect((await requestToken(advoware)).status).toBe(401);
    expect((await client.call('GET', '/104860')).status).toBe(500);
  });
});
