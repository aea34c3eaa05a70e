/** The one interface behind which every system stands. Connectors know a system's API and nothing of pairs or merging. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** Attributes by name, values as the system gives or takes them. */
export type Attributes = Readonly<Record<string, Json>>;

/** What a request is for: tokens and discovery are logins, questions about the system itself are checks. */
export type CallPurpose = 'record' | 'login' | 'check';

/** One HTTP request that is about to be sent. */
export interface Call {
  readonly system: string;
  readonly purpose: CallPurpose;
  /** Whether it may change a record. */
  readonly isWrite: boolean;
}

export interface CallContext {
  /** Aborts requests that are under way: the attempt's own deadline or the worker's shutdown. */
  readonly signal: AbortSignal;
  /** Awaited right before each request is sent; what it throws is thrown instead of sending. */
  readonly beforeCall: (call: Call) => void | Promise<void>;
  /** Whom the calls are for, to tell one record's trouble from the system's. */
  readonly record?: string;
  /** A person has said that the record to be created is no double of those that look like it. */
  readonly despiteDuplicates?: boolean;
  /** The other system's record that the one to be created will be the partner of: what travels with it can be found by it. */
  readonly partnerId?: string;
}

export interface RemoteRecord {
  readonly id: string;
  /** Opaque change token, compared for equality only. Null where the system gave none with this answer. */
  readonly version: string | null;
  /** Attributes under the names that mappers use (Advoware: camelCase, whatever case it answered in). */
  readonly attributes: Attributes;
  /** The record as it came, every property, for systems whose PUT replaces the whole record. */
  readonly raw: Attributes;
  /** ISO 8601 UTC, or null where the system does not tell. */
  readonly modifiedAt: string | null;
  /** Whether our own user was the last author; null where the system does not tell. */
  readonly modifiedByUs: boolean | null;
}

/** `gone`: the system itself says that this id does not exist (any more); anything less certain is an error. */
export type ReadResult = { readonly kind: 'found'; readonly record: RemoteRecord } | { readonly kind: 'gone' };

export type FindCapability =
  | { readonly by: 'id' }
  | {
      readonly by: 'keys';
      /** Attributes that can be searched by equality. */ readonly attributes: readonly string[] | 'any';
    };

export interface KnownRecord {
  readonly entity: string;
  readonly id: string;
}

export interface Connector {
  /** The name that people know, one for each instance: 'EspoCRM', 'second EspoCRM', 'Advoware'. */
  readonly system: string;
  readonly find: FindCapability;
  /** Whether a read shows every attribute of a record, empty ones too: then one that is missing may not be read by us. */
  readonly showsEmptyAttributes: boolean;
  /** Worst-case duration of one call in milliseconds. */
  readonly timeoutMs: number;
  read(entity: string, id: string, context: CallContext): Promise<ReadResult>;
  /** All records whose attributes equal the given ones, at most 20. Only with `find.by === 'keys'`. */
  search(entity: string, equal: Attributes, context: CallContext): Promise<readonly RemoteRecord[]>;
  /** @throws Rejected, AmbiguousWrite, … The record as the system answered it. */
  create(entity: string, attributes: Attributes, context: CallContext): Promise<RemoteRecord>;
  /** How many calls a creation usually takes. Missing: one. */
  readonly callsToCreate?: (entity: string) => number;
  /**
   * Changes the named attributes of a record that was read before; null clears.
   * Sends the version of `current` where the system can check it.
   * @returns the record as the answer shows it, read again where the system's answers to writes are known to be stale.
   * @throws StaleVersion, Rejected, AmbiguousWrite, …
   */
  update(entity: string, current: RemoteRecord, changes: Attributes, context: CallContext): Promise<RemoteRecord>;
  /**
   * Deletes the record; one that is gone already counts as deleted. Null: this system can't delete through its API, a
   * person has to.
   * @throws Forbidden, Rejected, AmbiguousWrite, …
   */
  readonly remove: ((entity: string, id: string, context: CallContext) => Promise<void>) | null;
  /**
   * One call, apart from logins: whether the system answers us at all.
   * @param known a record that should exist, for systems that have nothing else to ask for
   * @throws Unavailable, AuthFailed, … as any call
   */
  probe(known: KnownRecord | null, context: CallContext): Promise<void>;
  /**
   * Shows people who follow the record a text beside it, without changing the record. Missing: this system has no such place.
   * @throws Forbidden, AmbiguousWrite, … Called again after an ambiguous answer it may show the text twice.
   */
  readonly addNote?: (entity: string, id: string, text: string, context: CallContext) => Promise<void>;
  /** Null: this system lists nothing, so only records that are known by id can be visited. */
  readonly list: Listing | null;
  /** The webhooks that this system sends. Missing: it sends none. */
  readonly webhooks?: WebhookRegistrar;
  /** What this system tells of changes apart from lists. Missing: nothing. */
  readonly feeds?: readonly ChangeFeed[];
  /** Missing: no record of this system has a file. */
  readonly files?: FileStore;
  /** What an operator should know about the set-up; never throws. */
  diagnose(needs: DiagnosisNeeds, context: CallContext): Promise<readonly Finding[]>;
}

/** What a pair needs of a system. */
export interface DiagnosisNeeds {
  readonly entity: string;
  readonly attributes: readonly string[];
  /** Enum attributes and the values that will be written into them. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** Webhook events that should be registered, and the URL they should point at (null: not checked). */
  readonly webhooks: readonly NeededWebhook[];
}

export interface NeededWebhook {
  readonly event: string;
  readonly url: string;
  /** So long after its start the service registers it, in words; missing: it has run, so that it should be there. */
  readonly madeWithin?: string;
}

export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'failure';
  /** One line, with what to do if it isn't ok. */
  readonly text: string;
}

/** Where a walk goes on. Rows that move while it is under way are neither skipped nor repeated for ever. */
export type PagePosition =
  /** Every record, by id; `afterId` null: from the beginning. */
  | { readonly by: 'id'; readonly afterId: string | null }
  /**
   * Records that were modified at or after a time, oldest first, by time and id. With `afterId`: those of that very time only
   * beyond this id. Null `since`: from the beginning.
   */
  | { readonly by: 'modification'; readonly since: string | null; readonly afterId: string | null };

export interface PageQuery {
  /** Attributes that are wanted beside id, version, time and author. */
  readonly attributes: readonly string[];
  readonly position: PagePosition;
  /** Rows at most; a system's `longestPage` holds anyway. */
  readonly limit: number;
  /** How many there are in all; dear on large tables. */
  readonly withTotal: boolean;
}

export interface RecordPage {
  readonly records: readonly RemoteRecord[];
  /** All records that the query's condition matches, its position included; null where it was not asked for. */
  readonly total: number | null;
  readonly isLast: boolean;
  /** What a walk by id passes as `afterId` to go on, where a system goes on after something else than the last record's id. */
  readonly continueAfter?: string;
}

/** What a system can show of a whole population, page by page. */
export interface Listing {
  readonly longestPage: number;
  /** Whether an entity can be listed by time of modification. One that can't be has only feeds and the census. */
  canListChanges(entity: string): boolean;
  /** One call. @throws Unavailable, AuthFailed, … as any call */
  page(entity: string, query: PageQuery, context: CallContext): Promise<RecordPage>;
  /** Whether a page may show less of this attribute than a read does: left out, or cut. */
  showsLess(attribute: string, shown: Json | undefined): boolean;
}

/** A webhook that our user has registered with a system. Its key is not part of it. */
export interface WebhookRegistration {
  readonly id: string;
  readonly event: string;
  readonly url: string | null;
  readonly isActive: boolean;
  /** Whether our own writes are left out; null where the system does not know of that. */
  readonly skipOwn: boolean | null;
}

/**
 * An event of a system, and what tells it from others in our address: either `/webhooks/<path>/<pair>/<segment>`, or
 * `/webhooks/<path>?<query>` where one registration serves all pairs of its entity.
 */
export type WebhookEvent =
  | { readonly event: string; readonly segment: string }
  | { readonly event: string; /** Encoded: `webhook=tandem.create_task`. */ readonly query: string };

/** The webhooks of one system. Each method is one call and throws as any call. */
export interface WebhookRegistrar {
  /** Names the kind of system in the address of our route. */
  readonly path: string;
  /** How it calls the events of an entity, and where each is sent to. */
  readonly eventsOf: (entity: string) => readonly WebhookEvent[];
  /** Has something sent to us on purpose, as a proof. Null: this system sends nothing but what happens in it. */
  readonly canary: ((id: string, context: CallContext) => Promise<void>) | null;
  /** Those of our user; an administrator sees everybody's. */
  list(context: CallContext): Promise<readonly WebhookRegistration[]>;
  /** Active, and without our own writes where the system can leave them out. */
  create(event: string, url: string, context: CallContext): Promise<WebhookRegistration>;
  /**
   * @returns it as it is now: what the system does not change, it does not change silently.
   * Null: this system can't change one; it is removed and made anew.
   */
  readonly change:
    | ((
        id: string,
        changes: Partial<Pick<WebhookRegistration, 'url' | 'isActive' | 'skipOwn'>>,
        context: CallContext,
      ) => Promise<WebhookRegistration>)
    | null;
  /** One that is gone already counts as removed. */
  remove(id: string, context: CallContext): Promise<void>;
}

/** What a system tells of changes apart from lists: a recycle bin, an activity log. */
export interface ChangeFeed {
  /** 'deleted_items', 'activities' */
  readonly name: string;
  /** Oldest first from `position` (null: from now on). One call. @throws Unavailable, AuthFailed, … as any call */
  page(position: FeedPosition | null, context: CallContext): Promise<FeedPage>;
}

/** Where a feed goes on: behind the entry `afterId` of that time, or with the first of that time. */
export interface FeedPosition {
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly afterId: string | null;
}

/** A record that may have changed. */
export interface NamedChange {
  readonly entity: string;
  readonly id: string;
  /** Where the entry is the record itself: as a read would show it. */
  readonly record?: RemoteRecord;
}

export interface FeedPage {
  /** One may be named more than once. */
  readonly changes: readonly NamedChange[];
  readonly next: FeedPosition;
  readonly isLast: boolean;
}

/** Files of a system whose links must not reach a browser. */
export interface FileStore {
  /** @throws RecordFailed where the file can't be had, … as any call */
  open(attachment: RemoteRecord, context: CallContext): Promise<OpenedFile>;
  /** Makes the record of a file and attaches it. @throws Rejected, AmbiguousWrite, … as any creation */
  upload(
    file: FileToUpload,
    target: { readonly entity: string; readonly id: string },
    context: CallContext,
  ): Promise<RemoteRecord>;
}

export interface OpenedFile {
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType: string;
  /** In bytes; null where the system does not tell. */
  readonly size: number | null;
}

export interface FileToUpload {
  readonly name: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  readonly body: ReadableStream<Uint8Array>;
}
