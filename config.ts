import { z } from 'zod';
import { parseCheckedOnRead } from './api/portal/reading/currency-settings.ts';
import { languages } from './engine/messages.ts';
import { parseSendingHours } from './api/portal/writing/sending-time.ts';
import { ignoredByAdvoware } from './mappers/beteiligte.ts';
import { realSecret } from './placeholder.ts';
import {
  apiTokens,
  budget,
  callWindows,
  cron,
  databaseUrl,
  duration,
  everySecondAtMost,
  ladder,
  list,
  lookedAtKinds,
  named,
  networks,
  oneOf,
  orOff,
  parseAges,
  port,
  productiveId,
  rate,
  read,
  redisUrl,
  secret,
  timeZone,
  url,
  wholeNumber,
} from './config-values.ts';
import { Secret } from './secret.ts';

/** The environment can't be used. The message has one line per problem. */
export class InvalidConfig extends Error {
  readonly code = 'invalid_config';
  constructor(problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidConfig';
  }
}

/** Every variable that Tandem reads; `.env.example` explains them. */
export const environmentSchema = z.object({
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d+$/, 'must be host:port')
    .default('localhost:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TASK_QUEUE: z.string().default('tandem'),
  DATABASE_URL: databaseUrl.pipe(secret).optional(),
  REDIS_URL: redisUrl.pipe(secret).optional(),
  TANDEM_DATA: z.string().default('.tandem'),
  PUBLIC_URL: url.optional(),
  API_HOST: z.string().default('127.0.0.1'),
  API_PORT: port.prefault('8080'),
  WORKER_PORT: port.optional(),
  API_TOKENS: apiTokens.prefault(''),
  API_RATE_LIMIT: rate.prefault('600/1m'),
  WEBHOOK_RATE_LIMIT: rate.prefault('600/1m'),
  TRUSTED_PROXIES: networks.prefault(''),
  TANDEM_LANGUAGE: z.enum(languages, `must be ${languages.join(' or ')}`).default('en'),
  TANDEM_TIMEZONE: timeZone,
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent').default('info'),
  RETRY_LADDER: ladder.prefault('1m,5m,15m,1h,4h'),
  MAX_SYNC_RETRIES: wholeNumber(1, 100, 'a number from 1 to 100').prefault('5'),
  REVIVE_AFTER: duration.optional(),
  RECHECK_AFTER: duration.prefault('15m'),
  PROBE_LADDER: ladder.prefault('15s,30s,1m,2m,5m,15m'),
  CATCH_UP_EVERY: orOff(everySecondAtMost).prefault('10s'),
  CENSUS_AT: orOff(cron).prefault('0 2 * * *'),
  ROLLING_CHECK_PERIOD: orOff(everySecondAtMost).prefault('24h'),
  KEEP_WEBHOOKS_EVERY: orOff(everySecondAtMost).prefault('5m'),
  SHUTDOWN_GRACE: duration.prefault('20s'),
  ESPOCRM_URL: url.optional(),
  ESPOCRM_API_KEY: secret.optional(),
  ESPOCRM_SECRET_KEY: secret.optional(),
  ESPOCRM_WEBHOOK_SECRETS: named('<webhook id>:<secret key>', 1).prefault(''),
  ESPOCRM_TIMEOUT: duration.prefault('10s'),
  ESPOCRM_NOTIFY: oneOf('note', 'off').default('note'),
  ESPOCRM_BUDGET: budget,
  ESPOCRM2_URL: url.optional(),
  ESPOCRM2_API_KEY: secret.optional(),
  ESPOCRM2_SECRET_KEY: secret.optional(),
  ESPOCRM2_WEBHOOK_SECRETS: named('<webhook id>:<secret key>', 1).prefault(''),
  ESPOCRM2_TIMEOUT: duration.prefault('10s'),
  ESPOCRM2_BUDGET: budget,
  ADVOWARE_CONFIGURATOR_URL: url.prefault('https://www2.advo-net.net/AdvonetConfigurator/api/Url'),
  ADVOWARE_URL: url.optional(),
  ADVOWARE_SECURITY_URL: url.optional(),
  ADVOWARE_BASE_PATH: z
    .string()
    .regex(/^\/.*[^/]$/, 'must begin with a slash and not end with one')
    .default('/api/v1/advonet'),
  ADVOWARE_APP_ID: z.string().optional(),
  ADVOWARE_API_KEY: z
    .base64('must be the base64 text that the vendor issued')
    .transform((text) => new Secret(text))
    .optional(),
  ADVOWARE_KANZLEI: z.string().optional(),
  ADVOWARE_DATABASE: z.string().optional(),
  ADVOWARE_USER: z.string().optional(),
  ADVOWARE_PASSWORD: secret.optional(),
  ADVOWARE_TIMEZONE: timeZone,
  ADVOWARE_TIMEOUT: duration.prefault('30s'),
  ADVOWARE_BUDGET: budget,
  ADVOWARE_PUT: oneOf('full', 'partial').default('full'),
  ADVOWARE_READONLY_FIELDS: list.prefault(ignoredByAdvoware.join(',')),
  ADVOWARE_NOT_FOUND: oneOf('ask', '404', '500', 'empty').default('ask'),
  ADVOWARE_SEARCH: list.prefault(''),
  PRODUCTIVE_URL: url.prefault('https://api.productive.io/api/v2'),
  PRODUCTIVE_TOKEN: secret.optional(),
  PRODUCTIVE_ORGANIZATION_ID: productiveId.optional(),
  PRODUCTIVE_PERSON_ID: productiveId.optional(),
  PRODUCTIVE_FILES_URL: url.optional(),
  PRODUCTIVE_UPLOAD_URL: url.optional(),
  PRODUCTIVE_WEBHOOK_NAME: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,40}$/, 'must be letters, digits and hyphens, 40 at most')
    .default('tandem'),
  PRODUCTIVE_WEBHOOK_TOKENS: named('<name in the address>:<signature token>', 1).prefault(''),
  PRODUCTIVE_TIMEOUT: duration.prefault('20s'),
  PRODUCTIVE_BUDGET: callWindows.prefault('100/10s,4000/30m'),
  PRODUCTIVE_CATCH_UP_EVERY: orOff(everySecondAtMost).prefault('1m'),
  PORTAL_WRITES: read(parseSendingHours, 'must be at_once or hours such as 22:00-06:00').prefault('at_once'),
  PORTAL_JWT_SECRET: realSecret
    .refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes')
    .transform((text) => new Secret(text))
    .optional(),
  PORTAL_JWKS_URL: url.optional(),
  PORTAL_JWT_AUDIENCE: z.string().default('tandem-portal'),
  PORTAL_RATE_LIMIT: rate.prefault('6000/1m'),
  PORTAL_REFRESH_AFTER: read(parseAges, `must be ages such as tasks:5m,projects:10m, of ${lookedAtKinds}`).prefault(''),
  PORTAL_CHECK_ON_READ: read(parseCheckedOnRead, `must be a list of ${lookedAtKinds}`).prefault(''),
  PORTAL_CHECK_WAIT: duration.prefault('2s'),
  /** Mebibytes. */
  PORTAL_MAX_UPLOAD: wholeNumber(1, 100, 'a number of MiB from 1 to 100').prefault('20'),
  NOTIFY_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  NOTIFY_WEBHOOK_SECRET: realSecret
    .refine((text) => text.length >= 16, 'must have at least 16 characters')
    .transform((text) => new Secret(text))
    .optional(),
});

export type Config = z.output<typeof environmentSchema>;

/**
 * Reads the environment. An empty variable counts as unset.
 * @throws InvalidConfig naming every problem, without any secret's value
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(set);
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => problem(issue, set));
  const problems = [
    ...issues,
    ...halfSystems(set),
    ...halfSecondEspoCrm(set),
    ...halfNotifyWebhook(set),
    ...twoPortalSigners(set),
  ];
  if (!parsed.success || problems.length > 0) throw new InvalidConfig(problems);
  return parsed.data;
}

/** What each group of pairs can't do without. A group is wanted if any of its settings is there. */
const systemsOfPairs = [
  {
    prefixes: ['ESPOCRM_', 'ESPOCRM2_', 'ADVOWARE_'],
    needed: [
      ...['ESPOCRM_URL', 'ESPOCRM_API_KEY', 'ADVOWARE_APP_ID', 'ADVOWARE_API_KEY'],
      ...['ADVOWARE_KANZLEI', 'ADVOWARE_DATABASE', 'ADVOWARE_USER', 'ADVOWARE_PASSWORD'],
    ],
  },
  { prefixes: ['PRODUCTIVE_', 'PORTAL_'], needed: ['PRODUCTIVE_TOKEN', 'PRODUCTIVE_ORGANIZATION_ID'] },
] as const;

/** Each group of pairs is optional as a whole, but one of them there must be. */
function halfSystems(set: Readonly<Record<string, unknown>>): readonly string[] {
  const names = Object.keys(environmentSchema.shape).filter((name) => name in set);
  const wanted = systemsOfPairs.filter(({ prefixes }) =>
    names.some((name) => prefixes.some((prefix) => name.startsWith(prefix))),
  );
  if (wanted.length === 0) {
    return [
      'Nothing is to be kept equal: set ESPOCRM_… and ADVOWARE_…, or PRODUCTIVE_… for the portal, or both; .env.example says what they are',
    ];
  }
  return wanted
    .flatMap(({ needed }): readonly string[] => needed)
    .filter((name) => !(name in set))
    .map(missing);
}

const missing = (name: string): string => `${name} is missing; .env.example says what it is`;

/** The second EspoCRM is optional as a whole only. */
function halfSecondEspoCrm(set: Readonly<Record<string, unknown>>): readonly string[] {
  const mentioned = Object.keys(environmentSchema.shape).find((name) => name.startsWith('ESPOCRM2_') && name in set);
  if (mentioned === undefined) return [];
  return ['ESPOCRM2_URL', 'ESPOCRM2_API_KEY']
    .filter((name) => !(name in set))
    .map((name) => `${name} is missing; ${mentioned} is of no use without it`);
}

/** Without a signature its receiver could not tell who is calling. */
function halfNotifyWebhook(set: Readonly<Record<string, unknown>>): readonly string[] {
  const names = ['NOTIFY_WEBHOOK_URL', 'NOTIFY_WEBHOOK_SECRET'] as const;
  const missing = names.filter((name) => !(name in set));
  return missing.length === 1 ? missing.map((name) => `${name} is missing; the two of them go together`) : [];
}

/** Tokens of either signer would be let in: nobody means that. */
const twoPortalSigners = (set: Readonly<Record<string, unknown>>): readonly string[] =>
  'PORTAL_JWT_SECRET' in set && 'PORTAL_JWKS_URL' in set
    ? ['PORTAL_JWT_SECRET and PORTAL_JWKS_URL exclude each other: tokens have one signer']
    : [];

function problem({ path, message }: z.core.$ZodIssue, set: Readonly<Record<string, unknown>>): string {
  const name = String(path[0]);
  return name in set ? `${name} ${message}` : missing(name);
}

/** An address, alone or with the length of a prefix. */
