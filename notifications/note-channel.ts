import type { Call, Connector } from '../connectors/connector.ts';
import { ConnectorError, RateLimited } from '../connectors/errors.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { Channel, SendResult } from './channel.ts';

export interface NoteChannelOptions {
  readonly pairs: readonly PairDefinition[];
  /** By the system's name as the pairs spell it. */
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly onCall: (call: Call) => void;
}

const nowhere: SendResult = { kind: 'off', reason: 'no record in the master that could show it' };

/**
 * Notes beside the records themselves, in the master, so that whoever follows a record or is responsible for it hears of it.
 * At most once: a note whose answer was lost is not sent again, since people would read it twice.
 */
export function createNoteChannel({ pairs, connectors, onCall }: NoteChannelOptions): Channel {
  return {
    name: 'note',
    repeats: false,
    gathers: false,
    send: async ({ pair, record, message }) => {
      const master = pairs.find(({ name }) => name === pair)?.title.master;
      const connector = master === undefined ? undefined : connectors[master.system];
      const id = record?.masterId ?? null;
      if (master === undefined || connector?.addNote === undefined || id === null) return nowhere;
      const context = { signal: AbortSignal.timeout(connector.timeoutMs + 1_000), beforeCall: onCall };
      try {
        await connector.addNote(master.entity, id, `Tandem: ${message}`, context);
        return { kind: 'sent' };
      } catch (error) {
        return resultOf(error);
      }
    },
  };
}

/** Refusals that stay as they are until a person changes a role, the record or the set-up. */
const refusals: readonly string[] = ['forbidden', 'rejected', 'stale_version', 'misconfigured'];

function resultOf(error: unknown): SendResult {
  if (!(error instanceof ConnectorError)) throw error;
  const { code, message: reason } = error;
  if (code === 'ambiguous_write') return { kind: 'in_doubt', reason };
  if (refusals.includes(code)) return { kind: 'undeliverable', reason };
  return { kind: 'failed', reason, retryAfterMs: error instanceof RateLimited ? error.retryAfterMs : null };
}
