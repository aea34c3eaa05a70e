import type { WebhookKey } from '../../connectors/webhook-source.ts';

/** The keys that the webhook requests of one system are signed with. Held in memory only. */
export interface WebhookSecrets {
  known(): readonly WebhookKey[];
  /**
   * Asks the system for the keys of its registrations, at most once a minute, after a failure soon again, and at once
   * for a registration that we have made since. Never throws.
   */
  refresh(claim: string): Promise<void>;
}

export interface WebhookSecretsOptions {
  /** By what the requests claim to be. */
  readonly configured: ReadonlyMap<string, string>;
  readonly fetch: () => Promise<readonly WebhookKey[]>;
  /** The ids of the registrations of ours whose requests claim this. */
  readonly registered: (claim: string) => Promise<readonly string[]>;
  readonly onProblem: (error: unknown) => void;
  readonly now: () => number;
}

const refreshEveryMs = 60_000;
/** A system may repeat a refused webhook only after ten minutes, so one lost answer must not cost a minute of them. */
const soonMs = 2_000;

export function createWebhookSecrets({
  configured,
  fetch,
  registered,
  onProblem,
  now,
}: WebhookSecretsOptions): WebhookSecrets {
  const givenByHand = [...configured].map(([claim, secret]) => ({ claim, secret, registrationId: null }));
  let known: readonly WebhookKey[] = givenByHand;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  /** By the claim of registrations of ours whose key is not known: when it was last asked for out of turn. */
  const askedEarlyAtMs = new Map<string, number>();
  let refreshing: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    try {
      known = [...(await fetch()), ...givenByHand];
      notBeforeMs = now() + refreshEveryMs;
    } catch (error) {
      notBeforeMs = now() + soonMs;
      onProblem(error);
    } finally {
      refreshing = undefined;
    }
  };
  const isMissing = (registrationId: string): boolean => known.every((key) => key.registrationId !== registrationId);
  const mayAskEarly = async (claim: string): Promise<boolean> => {
    if (now() - (askedEarlyAtMs.get(claim) ?? Number.NEGATIVE_INFINITY) < soonMs) return false;
    if (!(await registered(claim).catch(() => [])).some(isMissing)) return false;
    askedEarlyAtMs.set(claim, now());
    return true;
  };

  return {
    known: () => known,
    refresh: async (claim) => {
      if (refreshing === undefined && (now() >= notBeforeMs || (await mayAskEarly(claim)))) refreshing ??= refresh();
      await refreshing;
    },
  };
}
