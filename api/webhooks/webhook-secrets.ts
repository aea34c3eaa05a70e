/** The keys that webhook requests are signed with, by webhook id. Held in memory only. */
export interface WebhookSecrets {
  known(): ReadonlyMap<string, string>;
  /**
   * Asks the system for the keys of its registrations, at most once a minute, after a failure soon again, and at once
   * for a webhook that we have registered since. Never throws.
   */
  refresh(webhookId: string): Promise<void>;
}

export interface WebhookSecretsOptions {
  readonly configured: ReadonlyMap<string, string>;
  readonly fetch: () => Promise<ReadonlyMap<string, string>>;
  /** Whether we have registered it ourselves. */
  readonly isRegistered: (webhookId: string) => Promise<boolean>;
  readonly onProblem: (error: unknown) => void;
  readonly now: () => number;
}

const refreshEveryMs = 60_000;
/** EspoCRM repeats a refused webhook only after ten minutes, so one lost answer must not cost a minute of them. */
const soonMs = 2_000;

export function createWebhookSecrets({
  configured,
  fetch,
  isRegistered,
  onProblem,
  now,
}: WebhookSecretsOptions): WebhookSecrets {
  let known = configured;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  /** By the id of a registration of ours that is not known: when it was last asked for out of turn. */
  const askedEarlyAtMs = new Map<string, number>();
  let refreshing: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    try {
      known = new Map([...(await fetch()), ...configured]);
      notBeforeMs = now() + refreshEveryMs;
    } catch (error) {
      notBeforeMs = now() + soonMs;
      onProblem(error);
    } finally {
      refreshing = undefined;
    }
  };
  const mayAskEarly = async (webhookId: string): Promise<boolean> => {
    const isSoon = now() - (askedEarlyAtMs.get(webhookId) ?? Number.NEGATIVE_INFINITY) < soonMs;
    if (isSoon || known.has(webhookId) || !(await isRegistered(webhookId).catch(() => false))) return false;
    askedEarlyAtMs.set(webhookId, now());
    return true;
  };

  return {
    known: () => known,
    refresh: async (webhookId) => {
      if (refreshing === undefined && (now() >= notBeforeMs || (await mayAskEarly(webhookId))))
        refreshing ??= refresh();
      await refreshing;
    },
  };
}
