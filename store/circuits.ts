import { and, asc, eq, exists, gt, isNotNull, lte, ne, sql } from 'drizzle-orm';
import { type CircuitCode, defaultProbeLadderMs, probeWaitMs } from '../engine/circuit.ts';
import type { Database } from './database.ts';
import { addNotification } from './notification-rows.ts';
import { HintStore, isOfLink } from './hints.ts';
import { refOfLink } from './records.ts';
import { circuits, hints, links } from './schema.ts';

/** A system whose calls are held back. */
export interface OpenCircuit {
  readonly system: string;
  readonly openedAt: Date;
  readonly code: CircuitCode;
  /** The error that opened it, free of values. */
  readonly message: string;
  /** How often the system was asked in vain. */
  readonly probes: number;
  readonly nextProbeAt: Date;
}

export interface SystemTrouble {
  readonly code: CircuitCode;
  readonly message: string;
  /** What people are told of it. */
  readonly told: string;
  /** The pause that the system asks for, in milliseconds. */
  readonly askedForMs: number | null;
  /** Failures of records turned out to be the system's: those of the last minute do not count as theirs. */
  readonly excusesRecords: boolean;
}

/** An outage that comes back this soon is the same one. */
const sameOutageMs = 60_000;
/** A system that comes and goes is asked more rarely, but not as one that stays away: by default once a minute. */
const mostAfterReopening = 2;
/** Failures of this age are excused when they turn out to be the system's. */
const excusedMs = 60_000;

/** What all processes know of systems in trouble. */
export class CircuitStore {
  readonly #db: Database;
  readonly #ladderMs: readonly number[];

  /** @param ladderMs pauses before the system is asked again, the last one repeats */
  constructor(db: Database, ladderMs = defaultProbeLadderMs) {
    this.#db = db;
    this.#ladderMs = ladderMs;
  }

  /** @returns `opened` for the one who has opened it; `reopened` if it had closed only a moment ago */
  async open(system: string, trouble: SystemTrouble, now: Date): Promise<'opened' | 'reopened' | 'was_open'> {
    return this.#db.transaction(async (tx) => {
      const first = { system, code: trouble.code, message: trouble.message, nextProbeAt: now };
      await tx.insert(circuits).values(first).onConflictDoNothing();
      const [row] = await tx.select().from(circuits).where(eq(circuits.system, system)).for('update');
      if (row === undefined || row.openedAt !== null) return 'was_open';
      const isSame = row.closedAt !== null && now.getTime() - row.closedAt.getTime() < sameOutageMs;
      const probes = isSame ? Math.min(row.probes + 1, mostAfterReopening) : 0;
      const waitMs = probeWaitMs(trouble.code, probes, this.#ladderMs, trouble.askedForMs);
      const { code, message } = trouble;
      await tx
        .update(circuits)
        .set({ code, message, probes, openedAt: now, nextProbeAt: new Date(now.getTime() + waitMs) })
        .where(eq(circuits.system, system));
      if (trouble.excusesRecords) await excuse(tx, system, now);
      if (!isSame) await notify(tx, 'circuit_opened', { system, code, message: trouble.told }, now);
      return isSame ? 'reopened' : 'opened';
    });
  }

  /** Circuits whose system is to be asked now. @param leaseMs a process that died while asking is replaced after this time */
  async takeProbes(now: Date, leaseMs: number): Promise<readonly OpenCircuit[]> {
    const due = this.#db
      .select({ system: circuits.system })
      .from(circuits)
      .where(and(isNotNull(circuits.openedAt), lte(circuits.nextProbeAt, now)))
      .for('update', { skipLocked: true });
    const rows = await this.#db
      .update(circuits)
      .set({ nextProbeAt: new Date(now.getTime() + leaseMs) })
      .where(sql`${circuits.system} in ${due}`)
      .returning();
    return rows.flatMap(asOpen);
  }

  /** The system was asked in vain. */
  async stillOpen({ system, code, probes }: OpenCircuit, now: Date): Promise<void> {
    const waitMs = probeWaitMs(code, probes + 1, this.#ladderMs);
    await this.#db
      .update(circuits)
      .set({ probes: probes + 1, nextProbeAt: new Date(now.getTime() + waitMs) })
      .where(and(eq(circuits.system, system), isNotNull(circuits.openedAt)));
  }

  /** The system could not be asked, and is at the given time. */
  async postpone({ system }: OpenCircuit, nextProbeAt: Date): Promise<void> {
    await this.#db
      .update(circuits)
      .set({ nextProbeAt })
      .where(and(eq(circuits.system, system), isNotNull(circuits.openedAt)));
  }

  /** The system answers: whatever waited because of it is due now. @param told what people are told. @returns whether it was open */
  async close(system: string, told: string, now: Date): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const closed = await tx
        .update(circuits)
        .set({ openedAt: null, closedAt: now })
        .where(and(eq(circuits.system, system), isNotNull(circuits.openedAt)))
        .returning({ code: circuits.code });
      const [{ code } = { code: null }] = closed;
      if (code === null) return false;
      await endWaits(tx, system, now);
      await notify(tx, 'circuit_closed', { system, code, message: told }, now);
      return true;
    });
  }

  /** In the order of their names. */
  async list(): Promise<readonly OpenCircuit[]> {
    const rows = await this.#db
      .select()
      .from(circuits)
      .where(isNotNull(circuits.openedAt))
      .orderBy(asc(circuits.system));
    return rows.flatMap(asOpen);
  }
}

const asOpen = ({ openedAt, ...row }: typeof circuits.$inferSelect): OpenCircuit[] =>
  openedAt === null ? [] : [{ ...row, openedAt }];

/** A pause that the system asks for is nothing that anybody has to hear of. */
async function notify(
  tx: Database,
  kind: 'circuit_opened' | 'circuit_closed',
  about: { readonly system: string; readonly code: CircuitCode; readonly message: string },
  now: Date,
): Promise<void> {
  if (about.code === 'rate_limited') return;
  await addNotification(tx, { ...about, kind, pair: null, linkId: null, field: null }, now);
}

const failedOn = (system: string) => eq(sql`${links.failure}->>'system'`, system);

/** Records that failed just before did not fail by themselves: their last attempt does not count. */
async function excuse(tx: Database, system: string, now: Date): Promise<void> {
  const since = new Date(now.getTime() - excusedMs).toISOString();
  const excused = and(
    failedOn(system),
    sql`${links.failure}->>'code' = 'record_failed'`,
    sql`(${links.failure}->>'at')::timestamptz > ${since}::timestamptz`,
    sql`${links.attempts} > 0`,
  );
  const rows = await tx.select().from(links).where(excused).for('update');
  await tx
    .update(links)
    .set({
      attempts: sql`${links.attempts} - 1`,
      nextAttemptAt: null,
      state: sql`case when ${links.state} <> 'parked' then ${links.state} when ${links.syncedAt} is null then 'new' else 'linked' end`,
    })
    .where(excused);
  const parked = rows.filter(({ state }) => state === 'parked');
  await new HintStore(tx).add(
    parked.map((link) => ({ ...refOfLink(link), trigger: 'retry' as const })),
    now,
  );
}

/** What waits for the time-out of a write that may still take effect goes on waiting. */
async function endWaits(tx: Database, system: string, now: Date): Promise<void> {
  const waits = and(failedOn(system), ne(links.state, 'parked'), sql`${links.failure}->>'code' <> 'ambiguous_write'`);
  await tx.update(links).set({ nextAttemptAt: null }).where(waits);
  const link = tx
    .select({ one: sql`1` })
    .from(links)
    .where(and(waits, isOfLink()));
  await tx
    .update(hints)
    .set({ dueAt: now, rungAt: null })
    .where(and(gt(hints.dueAt, now), exists(link)));
}
