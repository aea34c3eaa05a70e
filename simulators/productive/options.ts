import type { RateWindow } from '../rate-limit.ts';
import type { SavedChange } from './saved-change.ts';
import { hostile, type Unknowns } from './unknowns.ts';

/** 429 for the time that the server has worked, in fixed windows: the top of the hour, and midnight UTC. */
export interface ServerTime {
  readonly perHourMs: number;
  readonly perDayMs: number;
  /** What a request is charged, beside so much for each record that it answers. */
  readonly perCallMs: number;
  readonly perRecordMs: number;
}

export interface Limits {
  /** Per API token. */
  readonly perToken: readonly RateWindow[];
  /** All tokens together. */
  readonly perOrganization: readonly RateWindow[];
  /** `/reports/*`, per token. */
  readonly reports: readonly RateWindow[];
  readonly serverTime: ServerTime | null;
}

export const unlimited: Limits = { perToken: [], perOrganization: [], reports: [], serverTime: null };

/**
 * Documented, the same on all plans. What a request costs of the server's time is not documented: a page of 200 tasks was
 * measured at 2.29 s, one of 200 companies at 0.6 s.
 */
export const documentedLimits: Limits = {
  perToken: [{ calls: 100, perMs: 10_000 }],
  perOrganization: [{ calls: 4_000, perMs: 1_800_000 }],
  reports: [{ calls: 10, perMs: 30_000 }],
  serverTime: { perHourMs: 1_800_000, perDayMs: 21_600_000, perCallMs: 200, perRecordMs: 2 },
};

export interface ProductiveOptions {
  /** Default: a free one. */
  port?: number;
  now?: () => Date;
  /** Of the integration user. */
  token?: string;
  organizationId?: string;
  /** Offset of all times that are answered. */
  utcOffset?: string;
  /** How requests above the documented limits fare. Default: there are no limits; `documentedLimits` are Productive's. */
  limits?: Limits;
  /** Every API call takes at least so long. */
  latencyMs?: number;
  /** The plan has webhooks; else creating one gets 403 `webhooks_limit_exceeded`. */
  hasWebhooks?: boolean;
  unknowns?: Partial<Unknowns>;
  /** Of the dice that say which requests a fault with a probability hits. */
  faultSeed?: number;
  /** Told of every save, whoever made it, before the request is answered. Silent edits too. */
  onSave?: (change: SavedChange) => void;
}

export type Settings = Required<Omit<ProductiveOptions, 'unknowns' | 'onSave'>> & {
  unknowns: Unknowns;
  onSave: (change: SavedChange) => void;
};

export const resolveOptions = (options: ProductiveOptions): Settings => ({
  port: 0,
  now: () => new Date(),
  token: 'token-of-the-integration',
  organizationId: '3137',
  utcOffset: '+02:00',
  limits: unlimited,
  latencyMs: 0,
  hasWebhooks: true,
  faultSeed: 1,
  onSave: () => undefined,
  ...options,
  unknowns: structuredClone({ ...hostile, ...options.unknowns }),
});
