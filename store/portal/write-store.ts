import { and, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Json } from '../../engine/values.ts';
import type { Database } from '../database.ts';
import type { HintTrigger } from '../hint-classes.ts';
import { HintStore } from '../hints.ts';
import type { Hint } from '../record-refs.ts';
import type { Viewer } from './viewer.ts';
import { portalIdempotency, type PortalWriteAction, portalWrites } from './write-tables.ts';

/** Entities of the portal whose records users change and Productive is told of. Each has a pair of the same name. */
export const writtenEntities = ['tasks', 'comments', 'attachments'] as const;
export type WrittenEntity = (typeof writtenEntities)[number];

/** `subject`: the user, as his token names him. */
export type PortalWriter = Viewer & { readonly subject: string };

/** What a client has sent, as far as repetitions are recognised by it. */
export interface WriteRequest {
  readonly writer: PortalWriter;
  /** What the client calls this very request; null: it does not repeat itself. */
  readonly key: string | null;
  /** Method and address. */
  readonly route: string;
  /** SHA-256 of what was sent, in hexadecimal digits. */
  readonly bodyHash: string;
}

export interface WriteAnswer {
  readonly status: number;
  readonly body: Json;
}

export interface CarriedOut extends WriteAnswer {
  /** This very request was carried out before: nothing was done now. */
  readonly isRepetition: boolean;
  /** Whose workflow must be told. */
  readonly unheard: readonly Hint[];
}

export interface WriteTimes {
  readonly now: Date;
  /** When changes may be sent; null: at once. */
  readonly heldUntil: Date | null;
}

/** The same key was used for another request. */
export class KeyUsedDifferently extends Error {
  readonly code = 'key_used_differently';
}

/** How long the answer to a request is kept for its repetitions. */
const keptForMs = 24 * 3_600_000;

/** One write of one user, as it is carried out. */
export class PortalWrite {
  readonly db: Database;
  readonly writer: PortalWriter;
  readonly times: WriteTimes;
  readonly unheard: Hint[] = [];

  constructor(db: Database, writer: PortalWriter, times: WriteTimes) {
    this.db = db;
    this.writer = writer;
    this.times = times;
  }

  /** The row was written: Productive is told in due time, or at once if a person asks for just that. */
  async announce(entity: WrittenEntity, recordId: number, action: PortalWriteAction): Promise<void> {
    await this.note(entity, recordId, action);
    const isAskedFor = action === 'discard' || action === 'retry';
    const hint = ofRow(entity, recordId, isAskedFor ? 'person' : 'webhook');
    const hints = new HintStore(this.db);
    const { now, heldUntil } = this.times;
    if (heldUntil !== null && !isAskedFor) await hints.addHeld([hint], now, heldUntil);
    else if ((await hints.add([hint], now)).length > 0) this.unheard.push(hint);
  }

  /** Who did what, for those who ask later. */
  async note(entity: string, recordId: number, action: PortalWriteAction): Promise<void> {
    const { subject, role } = this.writer;
    const companyId = this.writer.role === 'client' ? this.writer.companyId : null;
    const { now: at } = this.times;
    await this.db.insert(portalWrites).values({ entity, recordId, subject, role, companyId, action, at });
  }
}

const ofRow = (entity: WrittenEntity, recordId: number, trigger: HintTrigger): Hint => ({
  ...{ pair: entity, side: 'replica', recordId: String(recordId), trigger },
});

/** Carries out what users write: the row, the hint that has it sent, and the answer to a repetition, all or none of them. */
export class PortalWriteStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * @param work whatever it throws takes everything back
   * @throws KeyUsedDifferently
   */
  async carryOut(
    request: WriteRequest,
    times: WriteTimes,
    work: (write: PortalWrite) => Promise<WriteAnswer>,
  ): Promise<CarriedOut> {
    return this.#db.transaction(async (tx) => {
      const before = await answeredBefore(tx, request, times.now);
      if (before !== null) return { ...before, isRepetition: true, unheard: [] };
      const write = new PortalWrite(tx, request.writer, times);
      const answer = await work(write);
      await remember(tx, request, answer, times.now);
      return { ...answer, isRepetition: false, unheard: write.unheard };
    });
  }
}

/** Who made this record through the portal; null: nobody. */
export const authorOf = (db: Database, entity: WrittenEntity, recordId: number): Promise<string | null> =>
  subjectOf(db, eq(portalWrites.action, 'create'), { entity, recordId });

/** Who changed this record last through the portal; null: nobody. */
export const lastWriterOf = (db: Database, entity: WrittenEntity, recordId: number): Promise<string | null> =>
  subjectOf(db, inArray(portalWrites.action, ['create', 'update']), { entity, recordId });

async function subjectOf(
  db: Database,
  did: SQL,
  { entity, recordId }: { readonly entity: WrittenEntity; readonly recordId: number },
): Promise<string | null> {
  const [row] = await db
    .select({ subject: portalWrites.subject })
    .from(portalWrites)
    .where(and(eq(portalWrites.entity, entity), eq(portalWrites.recordId, recordId), did))
    .orderBy(desc(portalWrites.id))
    .limit(1);
  return row?.subject ?? null;
}

/** Twins of the same request wait here for each other. @throws KeyUsedDifferently */
async function answeredBefore(tx: Database, request: WriteRequest, now: Date): Promise<WriteAnswer | null> {
  const { key, route, bodyHash } = request;
  const { subject } = request.writer;
  if (key === null) return null;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`portal ${subject} ${key}`}, 0))`);
  const ofRequest = and(eq(portalIdempotency.subject, subject), eq(portalIdempotency.key, key));
  await forgetOld(tx, ofRequest, new Date(now.getTime() - keptForMs));
  const [row] = await tx.select().from(portalIdempotency).where(ofRequest);
  if (row === undefined) return null;
  if (row.route !== route || row.bodyHash !== bodyHash) throw new KeyUsedDifferently();
  return { status: row.status, body: row.answer };
}

const forgottenAtOnce = 100;

/** This key's own answer, and along the way a few others that nobody else is busy with. */
async function forgetOld(tx: Database, ofRequest: SQL | undefined, before: Date): Promise<void> {
  const isOld = lt(portalIdempotency.at, before);
  const old = tx
    .select({ subject: portalIdempotency.subject, key: portalIdempotency.key })
    .from(portalIdempotency)
    .where(isOld)
    .limit(forgottenAtOnce)
    .for('update', { skipLocked: true });
  await tx.delete(portalIdempotency).where(and(isOld, ofRequest));
  await tx.delete(portalIdempotency).where(sql`(${portalIdempotency.subject}, ${portalIdempotency.key}) in ${old}`);
}

async function remember(tx: Database, request: WriteRequest, { status, body }: WriteAnswer, now: Date): Promise<void> {
  const { key, route, bodyHash } = request;
  const { subject } = request.writer;
  if (key === null) return;
  await tx.insert(portalIdempotency).values({ subject, key, route, bodyHash, status, answer: body, at: now });
}
