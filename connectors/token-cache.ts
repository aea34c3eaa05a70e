/** A bearer token and the instant from which it no longer counts, in milliseconds since the epoch. */
export interface Token {
  readonly token: string;
  readonly expiresAt: number;
}

/** Keeps tokens by key, so that a system is asked for one once for all who need it. */
export interface TokenCache {
  /**
   * The token of this key; `fetch` is called once for all who wait, when there is none or it expires within two minutes.
   * A failed fetch is not remembered.
   * @param now milliseconds since the epoch
   * @throws whatever `fetch` throws
   */
  get(key: string, fetch: () => Promise<Token>, now: () => number): Promise<string>;
  /** Drops this very token, because the system refused it; a newer one stays. */
  invalidate(key: string, token: string): Promise<void>;
}

/** A token is renewed this long before it expires, so that it lives through the calls that are made with it. */
const renewBeforeMs = 120_000;

interface Entry {
  readonly pending: Promise<Token>;
  settled: Token | null;
}

/** A cache for one process. */
export function createTokenCache(): TokenCache {
  const entries = new Map<string, Entry>();

  const start = (key: string, fetch: () => Promise<Token>): Entry => {
    const entry: Entry = { pending: fetch(), settled: null };
    entries.set(key, entry);
    entry.pending.then(
      (token) => {
        entry.settled = token;
      },
      () => {
        if (entries.get(key) === entry) entries.delete(key);
      },
    );
    return entry;
  };

  return {
    get: async (key, fetch, now) => {
      const entry = entries.get(key);
      const isUsable = entry !== undefined && (entry.settled === null || isFresh(entry.settled, now()));
      return (await (isUsable ? entry : start(key, fetch)).pending).token;
    },
    invalidate: (key, token) => {
      if (entries.get(key)?.settled?.token === token) entries.delete(key);
      return Promise.resolve();
    },
  };
}

/** Whether a token may still be handed out. */
export const isFresh = (token: Token, nowMs: number): boolean => nowMs < token.expiresAt - renewBeforeMs;
