/** The keys that webhook requests are signed with, by webhook id. Held in memory only. */
export interface WebhookSecrets {
  known(): ReadonlyMap<string, string>;
  /** Asks the system for the keys of its registrations, at most once a minute, after a failure soon again. Never throws. */
  refresh(): Promise<void>;
}

export interface WebhookSecretsOptions {
  readonly configured: ReadonlyMap<string, string>;
  readonly fetch: () => Promise<ReadonlyMap<string, string>>;
  readonly onProblem: (error: unknown) => void;
  readonly now: () => number;
}

const refreshEveryMs = 60_000;
/** EspoCRM repeats a refused webhook only after ten minutes, so one lost answer must not cost a minute of them. */
const afterFailureMs = 2_000;

export function createWebhookSecrets({ configured, fetch, onProblem, now }: WebhookSecretsOptions): WebhookSecrets {
  let known = configured;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    try {
      known = new Map([...(await fetch()), ...configured]);
      notBeforeMs = now() + refreshEveryMs;
    } catch (error) {
      notBeforeMs = now() + afterFailureMs;
      onProblem(error);
    } finally {
      refreshing = undefined;
    }
  };

  return {
    known: () => known,
    refresh: () => {
      if (now() >= notBeforeMs) refreshing ??= refresh();
      return refreshing ?? Promise.resolve();
    },
  };
}
