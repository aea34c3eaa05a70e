import type { CallBudget } from '../connectors/call-budget.ts';
import type { CallContext, Connector, KnownRecord } from '../connectors/connector.ts';
import { ConnectorError } from '../connectors/errors.ts';
import type { Messages } from '../engine/messages.ts';
import type { PairDefinition } from '../engine/pair.ts';
import { sides } from '../engine/values.ts';
import type { CircuitStore, OpenCircuit } from '../store/circuits.ts';
import type { LinkStore } from '../store/links.ts';
import type { PassObserver } from './observer.ts';
import { reservedContext } from './reserved-context.ts';

export interface ProberOptions {
  readonly circuits: Pick<CircuitStore, 'takeProbes' | 'stillOpen' | 'postpone' | 'close'>;
  readonly budget: Pick<CallBudget, 'reserve'>;
  readonly links: Pick<LinkStore, 'witnesses'>;
  readonly pairs: readonly PairDefinition[];
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly messages: Messages;
  readonly observer: PassObserver;
  readonly now: () => Date;
}

/**
 * Asks the systems in trouble whether they answer again, those whose turn has come, by a call that concerns no waiting
 * record. One that asked for a pause is believed and not asked; one whose budget is spent is asked when there is room again.
 * Safe in several processes: each turn is one process's.
 * @throws what the store throws
 */
export async function probeCircuits(options: ProberOptions, signal: AbortSignal): Promise<void> {
  const due = await options.circuits.takeProbes(options.now(), leaseMs(options.connectors));
  await Promise.all(due.map((circuit) => probeOne(options, circuit, signal)));
}

/** No question lasts longer. Where its answer can't be stored, as without a database, the next process asks again then. */
const leaseMs = (connectors: ProberOptions['connectors']): number =>
  2 * Math.max(...Object.values(connectors).map(({ timeoutMs }) => timeoutMs), 0) + forTheStoreMs;

const forTheStoreMs = 5_000;

async function probeOne(options: ProberOptions, circuit: OpenCircuit, signal: AbortSignal): Promise<void> {
  const { circuits, messages, observer, now } = options;
  const { system, code, openedAt } = circuit;
  const answer = code === 'rate_limited' ? 'well' : await ask(options, system, signal);
  if (answer === 'none') return circuits.stillOpen(circuit, now());
  if (answer !== 'well') return circuits.postpone(circuit, new Date(now().getTime() + answer.askAgainInMs));
  const wasOpen = await circuits.close(system, messages.recovered(system, openedAt), now());
  if (!wasOpen || code === 'rate_limited') return;
  const seconds = Math.round((now().getTime() - openedAt.getTime()) / 1_000);
  observer.onRecovery('A system answers again: what waited for it goes on', { system, seconds });
}

type ProbeAnswer = 'well' | 'none' | { readonly askAgainInMs: number };

async function ask(options: ProberOptions, system: string, signal: AbortSignal): Promise<ProbeAnswer> {
  const connector = options.connectors[system];
  // A system that was taken out of the configuration holds nobody back.
  if (connector === undefined) return 'well';
  const reserved = await options.budget.reserve(system, 1, 'interactive');
  if (reserved.kind === 'spent') return { askAgainInMs: reserved.retryAfterMs };
  const within = AbortSignal.any([signal, AbortSignal.timeout(2 * connector.timeoutMs)]);
  const context: CallContext = reservedContext(options, reserved.reservation, within);
  try {
    await connector.probe(await knownRecord(options, system), context);
    return 'well';
  } catch (error) {
    if (error instanceof ConnectorError) return 'none';
    throw error;
  } finally {
    await reserved.reservation.settle();
  }
}

/** A record of that system which was there when it was last looked at. */
async function knownRecord({ pairs, links }: ProberOptions, system: string): Promise<KnownRecord | null> {
  for (const { name, title } of pairs) {
    for (const side of sides.filter((one) => title[one].system === system)) {
      const [id] = await links.witnesses(name, side, 0, 1);
      if (id !== undefined) return { entity: title[side].entity, id };
    }
  }
  return null;
}
