import { z } from 'zod';
import type { CallContext } from '../connector.ts';
import { Stopped } from '../errors.ts';
import { untilAborted } from '../until-aborted.ts';
import { type EspoCrmClient, healthCheck } from './client.ts';
import { refusal } from './refusal.ts';

const appUser = z.object({ user: z.object({ id: z.string().min(1), userName: z.string().optional() }) });
export type AppUser = z.infer<typeof appUser>['user'];

const pauseAfterFailureMs = 60_000;

/** Our own user, asked for once and for all who wait. */
export interface OwnUser {
  /** Null until it is known; a failure is not thrown, and asked again after a minute at the earliest. */
  id(context: CallContext): Promise<string | null>;
}

export function createOwnUser(client: EspoCrmClient): OwnUser {
  const { system } = client;
  const stopped = (): Error => new Stopped(`${system}: stopped by a deadline or a shutdown`, { system });
  let known: Promise<string | null> | undefined;
  let askAgainAtMs = 0;
  const ask = async (context: CallContext): Promise<string | null> => {
    try {
      // The first caller's deadline must not decide for those who wait with it.
      const shared = { ...context, signal: new AbortController().signal };
      return (await readAppUser(client, 'login', shared)).id;
    } catch {
      known = undefined;
      askAgainAtMs = client.now() + pauseAfterFailureMs;
      return null;
    }
  };
  return {
    id: async (context) => {
      if (known === undefined && client.now() < askAgainAtMs) return null;
      known ??= ask(context);
      return untilAborted(known, context.signal, stopped);
    },
  };
}

/** @throws whatever the client throws, and `RecordFailed` or `Unavailable` for an answer that names no user */
export async function readAppUser(
  client: EspoCrmClient,
  purpose: 'login' | 'check',
  context: CallContext,
): Promise<AppUser> {
  const answer = await client.send({ ...healthCheck, purpose }, context);
  if (answer.status >= 300) throw refusal(answer, null, client.now());
  const body = appUser.safeParse(answer.json);
  if (!body.success) throw answer.lost(`no user in the answer (${answer.status})`);
  return body.data.user;
}
