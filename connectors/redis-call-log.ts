import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { type CallLog, CallLogUnavailable, type HoldTerms } from './call-log.ts';
import { countedCalls, holdCalls, settleCalls } from './redis-call-scripts.ts';

export interface RedisCallLogOptions {
  readonly url: string;
  /** How long Redis may take for an answer, in milliseconds. */
  readonly timeoutMs?: number;
}

export interface RedisCallLog extends CallLog {
  close(): void;
}

const heldOrSpent = z.union([z.tuple([z.literal('held')]), z.tuple([z.literal('spent'), z.int()])]);
const counted = z.tuple([z.literal('counted')], z.int());

/**
 * A sliding log in Redis, on Redis' clock. A Redis that was restarted, emptied or replaced does not know what was called
 * before; until none of that can matter any more it gives nothing.
 */
export function createRedisCallLog({ url, timeoutMs = 500 }: RedisCallLogOptions): RedisCallLog {
  const scripts = new Scripts(url, timeoutMs);
  return {
    hold: async (system, calls, terms) => {
      const id = `${randomUUID()}:${calls}`;
      const [kind, retryAfterMs] = await scripts.run(heldOrSpent, holdCalls, system, [id, calls, ...given(terms)]);
      return kind === 'held' ? { kind, id } : { kind, retryAfterMs };
    },
    settle: async (system, id, used) => {
      const settled = used === 0 ? '' : `${id.split(':')[0] ?? ''}:${used}`;
      await scripts.run(z.unknown(), settleCalls, system, [id, settled]);
    },
    used: async (system, lengthsMs) => {
      const [, ...calls] = await scripts.run(counted, countedCalls, system, lengthsMs);
      return calls;
    },
    close: () => {
      scripts.close();
    },
  };
}

function given({ limits, heldForMs }: HoldTerms): readonly number[] {
  const longestMs = Math.max(...limits.map(({ lengthMs }) => lengthMs));
  return [heldForMs, longestMs, ...limits.flatMap(({ calls, lengthMs }) => [calls, lengthMs])];
}

type ScriptArguments = readonly (string | number)[];

/** Runs the scripts; whatever goes wrong means that nothing may be taken from Redis. */
class Scripts {
  readonly #redis: Redis;

  constructor(url: string, timeoutMs: number) {
    this.#redis = new Redis(url, {
      commandTimeout: timeoutMs,
      connectTimeout: timeoutMs,
      maxRetriesPerRequest: 1,
      // A hold that was sent a second time would hold twice.
      autoResendUnfulfilledCommands: false,
    });
    // Without a listener a lost connection ends the process; what it means is learned from the commands that fail.
    this.#redis.on('error', () => undefined);
  }

  async run<T>(shape: z.ZodType<T>, script: string, system: string, args: ScriptArguments): Promise<T> {
    const answer = await this.#answer(script, system, args);
    if (Array.isArray(answer) && answer[0] === 'forgotten') {
      throw new CallLogUnavailable('Redis does not know yet what was called before it started');
    }
    return shape.parse(answer);
  }

  async #answer(script: string, system: string, args: ScriptArguments): Promise<unknown> {
    try {
      return await this.#redis.eval(script, 1, `tandem:calls:${system}`, ...args);
    } catch (error) {
      const isRefusal = error instanceof Error && error.name === 'ReplyError';
      const text = isRefusal ? `Redis refuses to count: ${error.message}` : 'Redis does not answer';
      throw new CallLogUnavailable(text, { cause: error });
    }
  }

  close(): void {
    this.#redis.disconnect();
  }
}
