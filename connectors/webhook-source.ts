/**
 * What a system's own part of the webhooks is: who a request claims to come from, whether that is true, and which records
 * it is about. The route, the inbox and all else are the same for every system (`api/webhooks/`).
 */
import type { Attributes, CallContext, Connector } from './connector.ts';

/** Header names in lower case, as Node gives them. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request before its body is read. Nothing in it is proved. */
export interface WebhookHead {
  /** What follows the source's path in the address, decoded, without a slash at either end: `beteiligte/update`, or empty. */
  readonly route: string;
  /** One that was given several times is missing. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: WebhookHeaders;
}

export interface WebhookRequest extends WebhookHead {
  /** The bytes that came, which is what was signed. */
  readonly rawBody: Buffer;
}

/** What a request proves its origin with. Held in memory only. */
export interface WebhookKey {
  /** What requests of this registration claim to be (`WebhookSource.claimed`); several keys may share a claim. */
  readonly claim: string;
  /** The system's id of the registration; null: the key was configured, and the system does not say whose it is. */
  readonly registrationId: string | null;
  readonly secret: string;
}

/**
 * What a body shows of a record, as far as it does. Stale by the time it is read: nothing is ever taken from it. But the echo of
 * our own write is known by it.
 */
export interface ShownState {
  /** As a read shows it; null: there is none. */
  readonly version: string | null;
  /** What is missing is not shown. */
  readonly attributes: Attributes;
}

/** A record that something has happened to. */
export interface NamedRecord {
  /** Of every pair that has this entity of the system. Null: of the pair that the address names. */
  readonly entity: string | null;
  readonly id: string;
  /** As the system calls it; for people only. */
  readonly event: string;
  /** Null: the record has to be read, whatever the body shows of it. */
  readonly shown: ShownState | null;
}

export type ParsedWebhook =
  | { readonly ok: true; /** Each once. */ readonly records: readonly NamedRecord[] }
  | { readonly ok: false; readonly reason: string };

/** The statuses that make the system do what is meant: come again where that may help, and not where it can't. */
export interface WebhookAnswers {
  /** Nobody has signed it that we know, or not yet. */
  readonly badSignature: number;
  /** Genuine, and not to be understood: a repetition would be the same. Below 300: it is answered as if it were empty. */
  readonly badBody: number;
}

/** The webhooks that one system sends us. Everything but `readKeys` is pure and never throws. */
export interface WebhookSource {
  /** Names the kind of system in our address: `/webhooks/<path>`. Several systems of a kind share it. */
  readonly path: string;
  /** What may follow the path, for whoever asks for something else: `/<pair>/create|update|delete`. */
  readonly routes: string;
  /** Of a body, in bytes; a longer one is answered with 413. */
  readonly longestBodyBytes: number;
  readonly answers: WebhookAnswers;
  /** Whether a registration that was made anew claims to be what the old one did: then a known key may be an old one. */
  readonly reusesClaims: boolean;
  /** What an address is about; `pair` null: the body says it. Null: there is no such address. */
  addressOf(head: WebhookHead): { readonly pair: string | null } | null;
  /** The registration that a request says it comes from; null: it says none, or not in a form that could be true. */
  claimed(head: WebhookHead): string | null;
  /** What the requests of a registration claim to be; null: it was not made by us. */
  claimOf(registration: { readonly id: string; readonly url: string }): string | null;
  /** Whether the request was signed with this key, and lately if it says when. @param nowMs milliseconds since 1970 */
  isSigned(request: WebhookRequest, key: WebhookKey, nowMs: number): boolean;
  /** Of a request whose signature was good. */
  parse(request: WebhookRequest): ParsedWebhook;
  /** The keys of the registrations that we may see. One call. @throws Unavailable, Forbidden, … as any call */
  readKeys(context: CallContext): Promise<readonly WebhookKey[]>;
}

/** A system whose webhooks are taken. */
export interface SendingConnector extends Connector {
  readonly webhookSource: WebhookSource;
}
