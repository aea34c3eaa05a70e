import { setTimeout as sleep } from 'node:timers/promises';
import type { ReservationResult } from '../../connectors/call-budget.ts';
import type { CallContext, WebhookRegistrar } from '../../connectors/connector.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import {
  desiredRegistrations,
  isSameRegistration,
  planRegistrations,
  type DesiredRegistration,
} from '../../engine/registrations.ts';
import type { StoredRegistration } from '../../store/webhook-registrations.ts';
import { reservedContext } from '../reserved-context.ts';
import { type CarriedOut, carryOut } from './carry-out.ts';
import type { KeeperDependencies } from './dependencies.ts';

export interface SystemToKeep {
  readonly system: string;
  readonly registrar: WebhookRegistrar;
  readonly publicUrl: string;
}

export interface SystemKept extends Pick<CarriedOut, 'made' | 'mended' | 'removed'> {
  readonly covered: readonly string[];
  readonly trouble: { readonly code: string } | null;
}

const untouched = { made: 0, mended: 0, removed: 0, covered: [] } as const;
/** Longer than an attempt may take. */
const leaseMs = 120_000;

/** A look wants many calls at once. A short window has room for them soon, a long one is left for the next time. */
const waits = { most: 3, longestMs: 15_000 } as const;

/** Puts one system's registrations right. One in trouble, or without calls to spare, is left for the next time. */
export async function keepSystem(
  deps: KeeperDependencies,
  { system, registrar, publicUrl }: SystemToKeep,
  signal: AbortSignal,
): Promise<SystemKept> {
  const { registrations, circuits, budget, now } = deps;
  const desired = desiredRegistrations(deps.pairs, { system, ...registrar }, publicUrl);
  if (desired.length === 0 && (await registrations.known(system)).length === 0) return { ...untouched, trouble: null };
  const circuit = (await circuits.list()).find((open) => open.system === system);
  if (circuit !== undefined) return { ...untouched, trouble: { code: circuit.code } };
  const reserved = await reserve(budget, { system, calls: 1 + desired.length }, signal);
  if (reserved.kind === 'spent') return { ...untouched, trouble: { code: 'budget_spent' } };
  try {
    if (!(await registrations.beginCheck(system, now(), leaseMs))) return { ...untouched, trouble: { code: 'busy' } };
    const context = reservedContext(deps, reserved.reservation, signal);
    const done = await look(deps, { system, registrar, desired, context });
    await tellTrouble(deps, system, done.errors);
    const covered = await coverGaps(deps, { system, desired }, done.working);
    const [first] = done.errors;
    const { made, mended, removed } = done;
    return { made, mended, removed, covered, trouble: first === undefined ? null : { code: first.code } };
  } finally {
    await reserved.reservation.settle();
  }
}

async function reserve(
  budget: KeeperDependencies['budget'],
  { system, calls }: { readonly system: string; readonly calls: number },
  signal: AbortSignal,
): Promise<ReservationResult> {
  for (let waited = 0; ; waited += 1) {
    const reserved = await budget.reserve(system, calls, 'webhook');
    if (reserved.kind === 'reserved' || waited === waits.most || signal.aborted) return reserved;
    if (reserved.retryAfterMs > waits.longestMs) return reserved;
    await sleep(reserved.retryAfterMs, undefined, { signal }).catch(() => undefined);
  }
}

interface Look {
  readonly system: string;
  readonly registrar: WebhookRegistrar;
  readonly desired: readonly DesiredRegistration[];
  readonly context: CallContext;
}

async function look(deps: KeeperDependencies, { desired, ...about }: Look): Promise<CarriedOut> {
  const { breaker } = deps;
  const { system, registrar, context } = about;
  const result = await registrar.list(context).then(
    async (existing) => {
      breaker.answered(system);
      const known = await forgetGone(deps, system, new Set(existing.map(({ id }) => id)));
      const actions = planRegistrations(desired, existing, known, { canChange: registrar.change !== null });
      const isNew = ({ id }: { readonly id: string }) => known.every((one) => one.id !== id);
      for (const action of actions) {
        if (action.kind !== 'leave' || action.desired === null || !isNew(action.of)) continue;
        await deps.registrations.remember(system, { id: action.of.id, ...action.desired }, deps.now());
      }
      return carryOut({ ...about, registrations: deps.registrations, now: deps.now }, actions);
    },
    (error: unknown): CarriedOut => {
      if (!(error instanceof ConnectorError)) throw error;
      return { made: 0, mended: 0, removed: 0, working: new Set(), errors: [error] };
    },
  );
  for (const error of result.errors) await breaker.failed(error, 'webhooks');
  return result;
}

/** Somebody has deleted them, or an answer of 410 has. @returns those that are still there */
async function forgetGone({ registrations }: KeeperDependencies, system: string, existing: ReadonlySet<string>) {
  const known = await registrations.known(system);
  await registrations.forget(
    system,
    known.filter(({ id }) => !existing.has(id)).map(({ id }) => id),
  );
  return known.filter(({ id }) => existing.has(id));
}

/** Told in the log when it changes; `tandem webhooks` shows it for as long as it lasts. */
async function tellTrouble(
  { registrations, observer, now }: KeeperDependencies,
  system: string,
  errors: readonly ConnectorError[],
): Promise<void> {
  const trouble = errors.length === 0 ? null : [...new Set(errors.map(({ message }) => message))].join('; ');
  const { trouble: before } = await registrations.lastCheck(system);
  await registrations.endCheck(system, trouble, now());
  if (trouble === before) return;
  if (trouble === null) observer.onRecovery("A system's webhooks are registered as they should be again", { system });
  else observer.onProblem("A system's webhooks could not all be put right", { system, trouble });
}

/** Only those that report by now: what the others miss can be looked for when they do. @returns the pairs */
async function coverGaps(
  { registrations, gaps, observer, now }: KeeperDependencies,
  { system, desired }: Pick<Look, 'system' | 'desired'>,
  working: ReadonlySet<string>,
): Promise<readonly string[]> {
  const open = (await registrations.known(system)).filter(({ id, coveredAt }) => coveredAt === null && working.has(id));
  const asked = new Map<string, boolean>();
  const since = now();
  const cover = async (pair: string): Promise<boolean> => {
    try {
      return await gaps.cover(pair, since);
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown';
      observer.onProblem('What a pair was not told of can not be looked for yet', { pair, reason });
      return false;
    }
  };
  for (const one of open) {
    const pairs = pairsOf(one, desired);
    for (const pair of pairs) asked.set(pair, asked.get(pair) ?? (await cover(pair)));
    if (pairs.every((pair) => asked.get(pair))) await registrations.covered(system, [one.id], now());
  }
  return [...asked].flatMap(([pair, isCovered]) => (isCovered ? [pair] : []));
}

/** All that it reports to. */
function pairsOf(one: StoredRegistration, desired: readonly DesiredRegistration[]): readonly string[] {
  const others = desired.filter((slot) => isSameRegistration(slot, one)).map(({ pair }) => pair);
  return [...new Set([one.pair, ...others])];
}
