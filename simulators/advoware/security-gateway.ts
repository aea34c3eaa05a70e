import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AdvowareSettings } from './options.ts';

/** The body of a token request with the vendor's spelling of each name. */
export const tokenRequest = z.object({
  AppID: z.string(),
  Kanzlei: z.string(),
  Database: z.string(),
  User: z.string(),
  Role: z.int(),
  Product: z.int(),
  Password: z.string(),
  Nonce: z.string().min(1),
  HMAC512Signature: z.string(),
  RequestTimeStamp: z.string(),
});

export type TokenRequest = z.infer<typeof tokenRequest>;

/** `expiresAt` is the first instant at which the token no longer counts. */
export type TokenAnswer =
  | { kind: 'issued'; token: string; expiresAt: Date }
  | { kind: 'refused'; reason: 'offline' | 'rejected'; text: string };

const thirdPartyProduct = 64;
const staffRole = 2;
// The vendor names no window. 15 minutes is an assumption.
const clockSkewMs = 15 * 60_000;

/** What an office that isn't reachable makes its relay and its gateway say. */
export function offlineText(kanzlei: string): string {
  return `Kanzlei ${kanzlei} ist nicht angemeldet`;
}

/** Issues tokens and knows which of them still count. */
export class SecurityGateway {
  readonly #settings: Pick<AdvowareSettings, 'now' | 'tokenLifeMs'>;
  readonly #credentials: AdvowareSettings['credentials'];
  readonly #usedNonces = new Set<string>();
  readonly #expiryByToken = new Map<string, Date>();
  #tokensIssued = 0;
  #password: string;
  #enabled = true;
  #online = true;

  constructor(settings: Pick<AdvowareSettings, 'now' | 'tokenLifeMs' | 'credentials'>) {
    this.#settings = settings;
    this.#credentials = settings.credentials;
    this.#password = settings.credentials.password;
  }

  get tokensIssued(): number {
    return this.#tokensIssued;
  }

  get online(): boolean {
    return this.#online;
  }

  setOnline(online: boolean): void {
    this.#online = online;
  }

  /** Whether the vendor has switched the app on for this firm. */
  setEnabled(enabled: boolean): void {
    this.#enabled = enabled;
  }

  /** Tokens that were issued before stay good until they expire. */
  setPassword(password: string): void {
    this.#password = password;
  }

  revokeAll(): void {
    this.#expiryByToken.clear();
  }

  /** @param authorization the header's value, `Bearer <token>` */
  accepts(authorization: string | undefined): boolean {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const expiresAt = token === undefined ? undefined : this.#expiryByToken.get(token);
    return expiresAt !== undefined && this.#settings.now() < expiresAt;
  }

  /** A nonce is used up as soon as its signature was right, whatever comes of the request. */
  issue(request: TokenRequest): TokenAnswer {
    if (request.Kanzlei !== this.#credentials.kanzlei)
      return rejected(`Kanzlei ${request.Kanzlei} ist nicht registriert`);
    if (!this.#online) return { kind: 'refused', reason: 'offline', text: offlineText(request.Kanzlei) };
    const objection =
      this.#objectionToApp(request) ?? this.#objectionToProof(request) ?? this.#objectionToUser(request);
    return objection === undefined ? this.#newToken() : rejected(objection);
  }

  #objectionToApp(request: TokenRequest): string | undefined {
    const known = request.AppID === this.#credentials.appId && request.Product === thirdPartyProduct;
    return known && this.#enabled
      ? undefined
      : `Das Produkt ${request.Product} ist für die Kanzlei ${request.Kanzlei} nicht freigeschaltet`;
  }

  #objectionToProof(request: TokenRequest): string | undefined {
    const sentAt = instantWithZone(request.RequestTimeStamp);
    if (sentAt === undefined || Math.abs(sentAt - this.#settings.now().getTime()) > clockSkewMs) {
      return 'Der Zeitstempel der Anfrage ist ungültig';
    }
    if (request.HMAC512Signature !== this.#signatureOf(request)) return 'Die Signatur der Anfrage ist ungültig';
    if (this.#usedNonces.has(request.Nonce)) return 'Die Nonce der Anfrage wurde bereits verwendet';
    this.#usedNonces.add(request.Nonce);
    return undefined;
  }

  #signatureOf(request: TokenRequest): string {
    const key = Buffer.from(this.#credentials.apiKey, 'base64');
    const text = [request.Product, request.AppID, request.Nonce, request.RequestTimeStamp].join(':');
    return createHmac('sha512', key).update(text, 'utf8').digest('base64');
  }

  #objectionToUser(request: TokenRequest): string | undefined {
    if (request.Database !== this.#credentials.database) return `Datenbank ${request.Database} ist nicht registriert`;
    if (request.Role !== staffRole) return `Benutzer ${request.User} ist für die Rolle nicht freigeschaltet`;
    const known = request.User === this.#credentials.user && request.Password === this.#password;
    return known ? undefined : 'Falscher Name oder falsches Kennwort';
  }

  #newToken(): TokenAnswer {
    const token = randomBytes(48).toString('base64url');
    const expiresAt = new Date(this.#settings.now().getTime() + this.#settings.tokenLifeMs);
    this.#expiryByToken.set(token, expiresAt);
    this.#tokensIssued += 1;
    return { kind: 'issued', token, expiresAt };
  }
}

function rejected(text: string): TokenAnswer {
  return { kind: 'refused', reason: 'rejected', text };
}

/** Milliseconds since the epoch. ISO 8601 in UTC: with `Z` or `+0000`/`+00:00`, with or without a fraction. */
function instantWithZone(timestamp: string): number | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,7})?(?:Z|\+00:?00)$/.exec(timestamp);
  if (!parts?.[1]) return undefined;
  const ms = Date.parse(`${parts[1]}${(parts[2] ?? '').slice(0, 4)}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
