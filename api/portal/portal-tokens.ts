import { createSecretKey } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';

/** Who signs the tokens of the portal's users. */
export type PortalSigner =
  /** HS256, with at least 32 bytes that the signer and we share. */
  | { readonly kind: 'secret'; readonly secret: string }
  /** Public keys at an address; they are read when they are needed and kept for a while. */
  | { readonly kind: 'jwks'; readonly url: string };

export interface PortalTokenOptions {
  readonly signer: PortalSigner;
  /** What a token must name as its audience. */
  readonly audience: string;
  /** By our clock; for tests. */
  readonly now?: () => Date;
}

/** What a token says of its bearer. */
export type PortalClaims =
  | { readonly role: 'admin'; readonly subject: string }
  /** `companyId`: Productive's id of the company, which stays the same when the portal's database is made anew. */
  | { readonly role: 'client'; readonly subject: string; readonly companyId: string };

export interface PortalTokens {
  /** @throws ApiError 401 that says what to do about it; 503 while the signer's keys can't be read */
  verify(authorization: string | undefined): Promise<PortalClaims>;
}

/** Public keys only: a secret must never be taken for one, nor the other way round. */
const publicKeyAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const clockToleranceSeconds = 5;
const keysWithinMs = 3_000;

const claims = z.discriminatedUnion('role', [
  z.object({ role: z.literal('admin'), sub: z.string().min(1).max(200) }),
  z.object({ role: z.literal('client'), sub: z.string().min(1).max(200), company_id: z.string().min(1).max(100) }),
]);

/** JSON Web Tokens with `sub`, `role` (client or admin), `aud`, `exp` and, for clients, `company_id`. */
export function createPortalTokens({ signer, audience, now = () => new Date() }: PortalTokenOptions): PortalTokens {
  const verify = verifierOf(signer);
  return {
    async verify(authorization) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
      if (token === undefined) throw unauthorized("Send the user's token: Authorization: Bearer <token>");
      const options = {
        audience,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: now(),
      };
      const payload = await verify(token, options).catch((error: unknown) => {
        throw refusal(error, { signer, audience });
      });
      return claimsIn(payload);
    },
  };
}

type Verify = (token: string, options: NonNullable<Parameters<typeof jwtVerify>[2]>) => Promise<JWTPayload>;

function verifierOf(signer: PortalSigner): Verify {
  if (signer.kind === 'secret') {
    const key = createSecretKey(signer.secret, 'utf8');
    return async (token, options) => (await jwtVerify(token, key, { ...options, algorithms: ['HS256'] })).payload;
  }
  const keys = createRemoteJWKSet(new URL(signer.url), { timeoutDuration: keysWithinMs });
  return async (token, options) =>
    (await jwtVerify(token, keys, { ...options, algorithms: publicKeyAlgorithms })).payload;
}

function claimsIn(payload: JWTPayload): PortalClaims {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    const claim = parsed.error.issues[0]?.path.join('.') ?? '';
    throw unauthorized(`${claimAdvice[claim] ?? `The token's ${claim} can not be used`}; issue another token`);
  }
  const { data } = parsed;
  return data.role === 'admin'
    ? { role: 'admin', subject: data.sub }
    : { role: 'client', subject: data.sub, companyId: data.company_id };
}

const claimAdvice: Readonly<Record<string, string>> = {
  role: "The token's role must be client or admin",
  company_id: "A client's token needs company_id: the company's id in Productive, as a text",
  sub: 'The token does not say whose it is (sub)',
};

function refusal(error: unknown, { signer, audience }: Pick<PortalTokenOptions, 'signer' | 'audience'>): ApiError {
  if (error instanceof errors.JWTExpired) return unauthorized('The token has expired: sign in again');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const advice =
      error.claim === 'aud'
        ? `The token is meant for somebody else: its audience (aud) must be ${audience}`
        : `The token's claim ${error.claim} is missing, or does not hold now: sign in again`;
    return unauthorized(advice);
  }
  if (isTrouble(error, signer)) {
    return new ApiError(
      503,
      'unavailable',
      'The keys that the tokens are checked with can not be read (PORTAL_JWKS_URL)',
    );
  }
  const keys = signer.kind === 'secret' ? 'PORTAL_JWT_SECRET (HS256)' : 'one of the keys at PORTAL_JWKS_URL';
  return unauthorized(`The token was not signed with ${keys}, or was changed afterwards: sign in again`);
}

/** Everything that the library does not call by name is the network's or the key server's. */
const isTrouble = (error: unknown, signer: PortalSigner): boolean =>
  signer.kind === 'jwks' &&
  (!(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === 'ERR_JOSE_GENERIC');

const unauthorized = (message: string): ApiError => new ApiError(401, 'unauthorized', message);
