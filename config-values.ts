import { isIP } from 'node:net';
import { z } from 'zod';
import { ApiToken } from './api-token.ts';
import { lookedAtWhenRead } from './api/portal/reading/currency.ts';
import { parseRefreshAfter } from './api/portal/reading/currency-settings.ts';
import { parseCallWindows } from './connectors/call-budget.ts';
import { realTokens } from './placeholder.ts';
import { Secret } from './secret.ts';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** @param parse null: the text can't be read */
export const read = <T>(parse: (text: string) => T | null, problem: string) =>
  z.string().transform((text, context): T => {
    const parsed = parse(text);
    if (parsed !== null) return parsed;
    context.addIssue(problem);
    return z.NEVER;
  });
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'must be a duration such as 10s, 5m or 1h')
  .transform(
    (text) => Number.parseInt(text, 10) * units[z.enum(['ms', 's', 'm', 'h']).parse(text.replace(/^\d+/, ''))],
  );
export const parseAges = (text: string) => parseRefreshAfter(text, (age) => duration.safeParse(age).data ?? null);
export const lookedAtKinds = lookedAtWhenRead.join(', ');
/** Null: switched off. */
export const orOff = <T>(what: z.ZodType<T, string>) =>
  z.string().transform((text, context): T | null => {
    if (text === 'off') return null;
    const parsed = what.safeParse(text);
    if (parsed.success) return parsed.data;
    context.addIssue(parsed.error.issues[0]?.message ?? 'can not be read');
    return z.NEVER;
  });
export const everySecondAtMost = duration.refine((ms) => ms >= 1_000, 'must be a second at least, or off');
export const cron = z.string().regex(/^\S+( \S+){4}$/, 'must be five fields as in crontab, such as 0 2 * * *, or off');
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
export const rate = z
  .string()
  .regex(/^[1-9]\d*\/\d+(ms|s|m|h)$/, 'must be calls per duration, such as 600/1m')
  .transform((text) => {
    const [calls = '', per = ''] = text.split('/');
    return { calls: Number(calls), perMs: duration.parse(per) };
  });
export const networks = list.refine(
  (entries) => entries.every(isNetwork),
  'must be a list of addresses or networks (10.0.0.0/8)',
);
export const secret = z.string().transform((text) => new Secret(text));
export const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((text) => text.replace(/\/+$/, ''));
export const databaseUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must look like postgresql://user:password@host:5432/name',
});
export const redisUrl = z.url({ protocol: /^rediss?$/, error: 'must look like redis://host:6379' });
/** @param what completes "must be …" */
export const wholeNumber = (least: number, most: number, what: string) =>
  z
    .string()
    .regex(/^\d+$/, `must be ${what}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be ${what}`);
export const port = wholeNumber(0, 65_535, 'a port number, 65535 at most');
export const oneOf = <const T extends readonly [string, ...string[]]>(...texts: T) =>
  z.enum(texts, `must be one of ${texts.join(', ')}`);
export const ladder = list
  .refine((rungs) => rungs.length > 0, 'must have a duration at least, such as 1m,5m')
  .pipe(z.array(duration));

export const timeZone = z
  .string()
  .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
  .default('Europe/Berlin');
export const callWindows = read(
  parseCallWindows,
  'must be a list of windows such as 100/10s,4000/30m: at most 100 requests in any 10 seconds, …',
);
/** No window: no limit. */
export const budget = callWindows.prefault('');
export const productiveId = z.string().regex(/^[1-9]\d*$/, 'must be a number');

/** `name:value` entries; the value may contain colons. */
export const named = (shape: string, leastLength: number) =>
  list.transform((entries, context) => {
    const pairs = new Map<string, Secret>();
    for (const entry of entries) {
      const [name = '', ...rest] = entry.split(':');
      const value = rest.join(':');
      if (name === '' || value.length < leastLength) {
        context.addIssue(
          `must be a list of ${shape}${leastLength > 1 ? `, each at least ${leastLength} characters` : ''}`,
        );
        return z.NEVER;
      }
      pairs.set(name, new Secret(value));
    }
    return pairs;
  });

/** `name:token` or `name:sha256:<64 hexadecimal digits>` entries. */
export const apiTokens = realTokens.pipe(named('<name>:<token>', 16)).transform((entries, context) => {
  const tokens = [...entries].map(([name, given]): [string, ApiToken | null] => [name, apiToken(given.reveal())]);
  const known = tokens.flatMap(([name, token]) => (token === null ? [] : [[name, token] as const]));
  if (known.length < tokens.length) context.addIssue('must have 64 hexadecimal digits after sha256:');
  return new Map(known);
});

function apiToken(given: string): ApiToken | null {
  if (!given.startsWith('sha256:')) return ApiToken.inTheClear(given);
  const hex = given.slice('sha256:'.length);
  return /^[0-9a-f]{64}$/i.test(hex) ? ApiToken.hashed(hex) : null;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
