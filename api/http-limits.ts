/** So many calls in so many milliseconds. */
export interface Rate {
  readonly calls: number;
  readonly perMs: number;
}

/** How long a connection may keep the server waiting, in milliseconds. */
export interface HttpTimeouts {
  /** From the connection, or the end of the request before, to the last header. */
  readonly headersMs: number;
  /** From the last header to the last byte of the body. */
  readonly requestMs: number;
  /** From the first byte to the last where a person sends a file. */
  readonly uploadMs: number;
  /** Without a byte in either direction. Longer than the slowest answer takes to begin. */
  readonly silenceMs: number;
  /** How often the time for headers and for files is looked at. */
  readonly checkEveryMs: number;
}

/** What one source may take of the server. */
export interface HttpLimits {
  readonly webhookRate: Rate;
  readonly apiRate: Rate;
  /** All users of the portal may come from one address: that of its front end. */
  readonly portalRate: Rate;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly timeouts: HttpTimeouts;
}

export const defaultTimeouts: HttpTimeouts = {
  headersMs: 10_000,
  requestMs: 15_000,
  uploadMs: 300_000,
  silenceMs: 60_000,
  checkEveryMs: 1_000,
};
