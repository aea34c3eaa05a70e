import type { CallBudget } from '../connectors/call-budget.ts';
import type { Call, CallContext, Connector } from '../connectors/connector.ts';
import { ConnectorError, RateLimited } from '../connectors/errors.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { CircuitStore } from '../store/circuits.ts';
import type { Channel, SendResult } from './channel.ts';

export interface NoteChannelOptions {
  readonly pairs: readonly PairDefinition[];
  /** By the system's name as the pairs spell it. */
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly budget: () => Pick<CallBudget, 'reserve'>;
  readonly circuits: () => Pick<CircuitStore, 'list'>;
  readonly onCall: (call: Call) => void;
}

const nowhere: SendResult = { kind: 'off', reason: 'no record in the master that could show it' };

/**
 * Notes beside the records themselves, in the master, so that whoever follows a record or is responsible for it hears of it.
 * At most once: a note whose answer was lost is not sent again, since people would read it twice. Takes its calls from the
 * system's budget, after all that people and webhooks ask for, and sends none to a system in trouble.
 */
export function createNoteChannel(options: NoteChannelOptions): Channel {
  const { pairs, connectors } = options;
  const pairsOf = (system: string): string[] =>
    pairs.filter(({ title }) => title.master.system === system).map(({ name }) => name);
  return {
    name: 'note',
    repeats: false,
    gathers: false,
    send: async ({ pair, record, message }) => {
      const master = pairs.find(({ name }) => name === pair)?.title.master;
      const connector = master === undefined ? undefined : connectors[master.system];
      const id = record?.masterId ?? null;
      if (master === undefined || connector?.addNote === undefined || id === null) return nowhere;
      const { addNote } = connector;
      const send: Send = (context) => addNote(master.entity, id, `Tandem: ${message}`, context);
      return sendIfPossible(options, connector, { send, pairs: pairsOf(connector.system) });
    },
  };
}

type Send = (context: CallContext) => Promise<void>;

async function sendIfPossible(
  { budget, circuits, onCall }: NoteChannelOptions,
  { system, timeoutMs }: Connector,
  { send, pairs }: { readonly send: Send; readonly pairs: readonly string[] },
): Promise<SendResult> {
  const away = (reason: string, retryAfterMs: number | null): SendResult => ({
    kind: 'away',
    reason,
    retryAfterMs,
    pairs,
  });
  const trouble = (await circuits().list()).find((open) => open.system === system);
  if (trouble !== undefined) return away(trouble.message, null);
  const reserved = await budget().reserve(system, 1, 'catch_up');
  if (reserved.kind === 'spent') return away(`${system}: the budget of calls is spent`, reserved.retryAfterMs);
  const { reservation } = reserved;
  const beforeCall = async (call: Call): Promise<void> => {
    await reservation.take();
    onCall(call);
  };
  try {
    await send({ signal: AbortSignal.timeout(timeoutMs + 1_000), beforeCall });
    return { kind: 'sent' };
  } catch (error) {
    return resultOf(error, away);
  } finally {
    await reservation.settle();
  }
}

/** What is the matter with the whole system, or with what we may send it. */
const troubles: readonly string[] = ['unavailable', 'auth_failed', 'rate_limited', 'budget_spent'];

/** Refusals that stay as they are until a person changes a role, the record or the set-up. */
const refusals: readonly string[] = ['forbidden', 'rejected', 'stale_version', 'misconfigured'];

function resultOf(error: unknown, away: (reason: string, retryAfterMs: number | null) => SendResult): SendResult {
  if (!(error instanceof ConnectorError)) throw error;
  const { code, message: reason } = error;
  if (code === 'ambiguous_write') return { kind: 'in_doubt', reason };
  if (refusals.includes(code)) return { kind: 'undeliverable', reason };
  const retryAfterMs = error instanceof RateLimited ? error.retryAfterMs : null;
  return troubles.includes(code) ? away(reason, retryAfterMs) : { kind: 'failed', reason, retryAfterMs };
}
