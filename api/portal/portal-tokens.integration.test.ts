import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { portalCompanies } from '../../store/portal/work-tables.ts';
import { type ApiUnderTest, refusedWith } from '../../test/support/api.ts';
import { adminToken, askPortal, clientToken, startTestPortal, tokenWith } from '../../test/support/portal.ts';
import { createPortalTokens } from './portal-tokens.ts';

const admin = { sub: 'pm-1', role: 'admin' };

describe('tokens of the portal', () => {
  let database: OpenDatabase;
  let api: ApiUnderTest;
  let companyId: number | undefined;

  beforeAll(async () => {
    database = await openInMemory();
    const [company] = await database.db.insert(portalCompanies).values({ productiveId: '149808' }).returning();
    companyId = company?.id;
    api = await startTestPortal(database);
  });
  afterAll(async () => {
    await api.stop();
    await database.close();
  });
  const me = (token: string) => askPortal(api, token, '/me');

  test('an admin is let in', async () => {
    expect(await me(await adminToken())).toEqual({
      status: 200,
      body: { subject: 'pm-1', role: 'admin', companyId: null },
    });
  });

  test("a client is let in as of the company that has this id in Productive, with the portal's id of it", async () => {
    expect(await me(await clientToken('149808'))).toEqual({
      status: 200,
      body: { subject: 'client-of-149808', role: 'client', companyId: String(companyId) },
    });
  });

  test('a client of a company that the portal does not have is told so', async () => {
    expect(await me(await clientToken('7'))).toEqual(refusedWith(403, 'unknown_company', /company 7 /));
  });

  test('a company that is gone lets its clients in for a second at most, and one that comes does so at once', async () => {
    const clock = { ms: 0 };
    const at = await startTestPortal(database, { nowMs: () => clock.ms });
    const status = async () => (await askPortal(at, await clientToken('12'), '/me')).status;
    const setDeleted = (deletedAt: Date | null) =>
      database.db.update(portalCompanies).set({ deletedAt }).where(eq(portalCompanies.productiveId, '12'));
    try {
      expect(await status()).toBe(403);
      await database.db.insert(portalCompanies).values({ productiveId: '12' });
      expect(await status()).toBe(200);
      await setDeleted(new Date());
      clock.ms = 999;
      expect(await status()).toBe(200);
      clock.ms = 1_000;
      expect(await status()).toBe(403);
      await setDeleted(null);
      expect(await status()).toBe(200);
    } finally {
      await at.stop();
    }
  });

  test('a request without a token is told how to send one', async () => {
    const answer = await fetch(`${api.url}/portal/v1/me`);
    expect({ status: answer.status, body: await answer.json() }).toEqual(
      refusedWith(401, 'unauthorized', /Authorization: Bearer/),
    );
  });

  test('wrong tokens are limited without anybody else hearing of it', async () => {
    const limited = await startTestPortal(database, { limits: { portalRate: { calls: 50, perMs: 60_000 } } });
    try {
      const [right, expired] = [await adminToken(), await tokenWith(admin, { endsIn: -60 })];
      const statuses = [];
      for (let tries = 0; tries < 8; tries += 1) statuses.push((await askPortal(limited, expired, '/me')).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
      expect(await askPortal(limited, 'rubbish', '/me')).toEqual(
        refusedWith(429, 'rate_limited', /^Too many requests .* come again in \d+ s$/),
      );
      expect((await askPortal(limited, right, '/me')).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });

  test('an expired token is refused with the advice to sign in again', async () => {
    expect(await me(await tokenWith(admin, { endsIn: -60 }))).toEqual(
      refusedWith(401, 'unauthorized', 'The token has expired: sign in again'),
    );
  });

  test('a token that somebody else has signed is refused', async () => {
    expect(await me(await tokenWith(admin, { secret: 'x'.repeat(40) }))).toEqual(
      refusedWith(401, 'unauthorized', /not signed with PORTAL_JWT_SECRET/),
    );
  });

  test('a token that was changed afterwards is refused', async () => {
    const [head, , signature] = (await clientToken('149808')).split('.');
    const body = Buffer.from(JSON.stringify({ ...admin, aud: 'tandem-portal', exp: 9e9 })).toString('base64url');
    expect(await me([head, body, signature].join('.'))).toEqual(refusedWith(401, 'unauthorized', /changed afterwards/));
  });

  test('a token without a signature is refused, whatever algorithm it claims', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none' })}.${part({ ...admin, aud: 'tandem-portal', exp: 9e9 })}.`;
    expect(await me(unsigned)).toEqual(refusedWith(401, 'unauthorized', /not signed/));
  });

  test('a token for another audience is refused with the one that it should name', async () => {
    expect(await me(await tokenWith(admin, { audience: 'somebody-else' }))).toEqual(
      refusedWith(401, 'unauthorized', /aud\) must be tandem-portal/),
    );
  });

  test.each([
    [{ sub: 'x', role: 'root' }, /role must be client or admin/],
    [{ sub: 'x', role: 'client' }, /needs company_id/],
    [{ role: 'admin' }, /sub is missing/],
  ])('the claims %j are refused with what is wrong about them', async (claims, message) => {
    expect(await me(await tokenWith(claims))).toEqual(refusedWith(401, 'unauthorized', message));
  });
});

describe('tokens whose public keys are at an address', () => {
  test('are checked with them; a secret in their place is refused; keys that can not be read are an outage', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] });
    const server = createServer((_request, response) => response.end(keys));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/jwks.json`;
    const tokens = createPortalTokens({ signer: { kind: 'jwks', url }, audience: 'tandem-portal' });
    const signed = await new SignJWT(admin)
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setAudience('tandem-portal')
      .setExpirationTime('1h')
      .sign(privateKey);
    expect(await tokens.verify(`Bearer ${signed}`)).toEqual({ role: 'admin', subject: 'pm-1' });
    await expect(tokens.verify(`Bearer ${await adminToken()}`)).rejects.toMatchObject({ status: 401 });
    await new Promise((resolve) => server.close(resolve));
    const others = createPortalTokens({ signer: { kind: 'jwks', url }, audience: 'tandem-portal' });
    await expect(others.verify(`Bearer ${signed}`)).rejects.toMatchObject({ status: 503 });
  });
});
