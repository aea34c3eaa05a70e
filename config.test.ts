import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type Config, environmentSchema, InvalidConfig, parseConfig } from './config.ts';

const example = await readFile(new URL('./.env.example', import.meta.url), 'utf8');
const required = Object.fromEntries(
  [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const documented = [...example.matchAll(/^#? ?([A-Z0-9_]+)=/gm)].map(([, name]) => name);
const problemsOf = (environment: Record<string, string | undefined>): string => {
  try {
    parseConfig(environment);
    return '';
  } catch (error) {
    return error instanceof InvalidConfig ? error.message : 'another error';
  }
};

describe('.env.example', () => {
  test('documents every variable once', () => {
    const elsewhere = ['TANDEM_API_URL', 'TANDEM_API_TOKEN', 'POSTGRES_PASSWORD', 'TEMPORAL_UI_PORT'];
    expect([...documented].sort()).toEqual([...Object.keys(environmentSchema.shape), ...elsewhere].sort());
  });

  test('can be used as it is, and so can every optional line', () => {
    expect(parseConfig(required)).toMatchObject({
      API_PORT: 8080,
      ADVOWARE_PUT: 'full',
      RETRY_LADDER: [6e4, 3e5, 9e5, 36e5, 144e5],
      ADVOWARE_BUDGET: [],
    });
    const lines = [...example.matchAll(/^#? ?([A-Z0-9_]+)=(.*)$/gm)];
    const all = Object.fromEntries(lines.map(([, name = '', value = '']): [string, string] => [name, value]));
    expect(problemsOf(all)).toBe('');
  });
});

describe('a bad environment', () => {
  test('every problem is named in a line of its own', () => {
    const message = problemsOf({
      ...required,
      ESPOCRM_URL: 'crm',
      API_PORT: 'x',
      ADVOWARE_KANZLEI: undefined,
      RETRY_LADDER: '1 minute',
    });
    expect(message).toContain('ESPOCRM_URL must be an http or https URL');
    expect(message).toContain('API_PORT must be a port number');
    expect(message).toContain('ADVOWARE_KANZLEI is missing; .env.example says what it is');
    expect(message).toContain('RETRY_LADDER must be a duration such as 10s, 5m or 1h');
  });

  test('an empty variable counts as unset', () => {
    expect(problemsOf({ ...required, ESPOCRM_API_KEY: '' })).toContain('ESPOCRM_API_KEY is missing');
    expect(problemsOf({ ...required, ESPOCRM_URL: undefined })).toContain('ESPOCRM_URL is missing');
    expect(parseConfig({ ...required, DATABASE_URL: '' }).DATABASE_URL).toBeUndefined();
  });

  const portal = { PRODUCTIVE_TOKEN: 'the-token', PRODUCTIVE_ORGANIZATION_ID: '3137' };
  const office = Object.fromEntries(Object.entries(required).filter(([name]) => /^(ESPOCRM|ADVOWARE)_/.test(name)));
  const rest = Object.fromEntries(Object.entries(required).filter(([name]) => !(name in office)));

  test('each group of systems may be there alone, or both', () => {
    expect(problemsOf({ ...rest, ...portal })).toBe('');
    expect(problemsOf({ ...rest, ...office })).toBe('');
    expect(problemsOf({ ...required, ...portal })).toBe('');
    const config = parseConfig({ ...rest, ...portal });
    expect(config.ESPOCRM_URL).toBeUndefined();
    expect(config).toMatchObject({
      PRODUCTIVE_URL: 'https://api.productive.io/api/v2',
      PRODUCTIVE_TIMEOUT: 20_000,
      PRODUCTIVE_CATCH_UP_EVERY: 60_000,
      PRODUCTIVE_BUDGET: [
        { calls: 100, perMs: 10_000 },
        { calls: 4_000, perMs: 1_800_000 },
      ],
    });
  });

  test('nothing to be kept equal is refused in one line', () => {
    expect(problemsOf(rest).split('\n')).toEqual([
      expect.any(String),
      expect.stringContaining('Nothing is to be kept equal'),
    ]);
  });

  test.each([
    [{ PRODUCTIVE_TOKEN: 'the-token' }, 'PRODUCTIVE_ORGANIZATION_ID is missing; .env.example says what it is'],
    [{ PRODUCTIVE_ORGANIZATION_ID: '7' }, 'PRODUCTIVE_TOKEN is missing; .env.example says what it is'],
    [
      { PORTAL_JWT_SECRET: 'a-secret-with-more-than-32-bytes' },
      'PRODUCTIVE_TOKEN is missing; .env.example says what it is',
    ],
    [{ ADVOWARE_USER: 'AB' }, 'ESPOCRM_URL is missing; .env.example says what it is'],
  ])('half of a group is refused, whatever else is there: %j', (half, line) => {
    expect(problemsOf({ ...rest, ...half })).toContain(line);
    expect(problemsOf({ ...rest, ...half })).not.toContain('the-token');
  });

  test.each([
    [{ ESPOCRM2_URL: 'https://crm.example' }, 'ESPOCRM2_API_KEY is missing; ESPOCRM2_URL is of no use without it'],
    [{ ESPOCRM2_API_KEY: 'the-key' }, 'ESPOCRM2_URL is missing; ESPOCRM2_API_KEY is of no use without it'],
    [{ ESPOCRM2_SECRET_KEY: 'the-key' }, 'ESPOCRM2_URL is missing; ESPOCRM2_SECRET_KEY is of no use without it'],
  ])('half of a second EspoCRM is refused: %j', (half, line) => {
    const message = problemsOf({ ...required, ...half, API_PORT: 'x' });
    expect(message).toContain(line);
    expect(message).toContain('API_PORT must be a port number');
    expect(message).not.toContain('the-key');
  });

  test('a second EspoCRM is optional, and an empty half of it is none', () => {
    expect(parseConfig({ ...required, ESPOCRM2_URL: '' }).ESPOCRM2_URL).toBeUndefined();
    expect(parseConfig({ ...required, ESPOCRM2_URL: 'https://crm.example/', ESPOCRM2_API_KEY: 'k' })).toMatchObject({
      ESPOCRM2_URL: 'https://crm.example',
      ESPOCRM2_TIMEOUT: 10_000,
    });
  });

  test.each([
    [{ NOTIFY_WEBHOOK_URL: 'https://hooks.example/tandem/' }, 'NOTIFY_WEBHOOK_SECRET is missing'],
    [{ NOTIFY_WEBHOOK_SECRET: 'the-key-of-the-webhook' }, 'NOTIFY_WEBHOOK_URL is missing'],
  ])('an outgoing webhook without its other half is refused: %j', (half, line) => {
    expect(problemsOf({ ...required, ...half })).toContain(line);
  });

  test.each([
    ['API_TOKENS', 'admin:short'],
    ['API_TOKENS', 'no-colon-but-long-enough-to-count'],
    ['API_TOKENS', 'me:sha256:0123456789abcdef'],
    ['API_TOKENS', `me:sha256:${'g'.repeat(64)}`],
    ['API_RATE_LIMIT', '600'],
    ['API_RATE_LIMIT', '0/1m'],
    ['WEBHOOK_RATE_LIMIT', '600/minute'],
    ['WEBHOOK_RATE_LIMIT', '-1/1m'],
    ['TRUSTED_PROXIES', 'proxy.example.com'],
    ['TRUSTED_PROXIES', '10.0.0.1,10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'true'],
    ['DATABASE_URL', 'mysql://db'],
    ['REDIS_URL', 'localhost'],
    ['TEMPORAL_ADDRESS', 'temporal'],
    ['ADVOWARE_TIMEZONE', 'Berlin'],
    ['ADVOWARE_NOT_FOUND', '403'],
    ['ADVOWARE_BASE_PATH', 'api/'],
    ['MAX_SYNC_RETRIES', '0'],
    ['ESPOCRM_TIMEOUT', '10'],
    ['ADVOWARE_BUDGET', '100 per 10s'],
    ['ESPOCRM_BUDGET', '0/10s'],
    ['ESPOCRM2_URL', 'crm'],
    ['ESPOCRM_NOTIFY', 'mail'],
    ['NOTIFY_WEBHOOK_URL', 'ftp://hooks.example'],
    ['NOTIFY_WEBHOOK_SECRET', 'too-short'],
    ['ESPOCRM2_WEBHOOK_SECRETS', 'no-colon'],
    ['CATCH_UP_EVERY', 'never'],
    ['CATCH_UP_EVERY', '0s'],
    ['CENSUS_AT', 'at night'],
    ['ROLLING_CHECK_PERIOD', '0'],
    ['PRODUCTIVE_ORGANIZATION_ID', 'ours'],
    ['PRODUCTIVE_WEBHOOK_NAME', 'two words'],
    ['PRODUCTIVE_WEBHOOK_TOKENS', 'no-colon'],
    ['PRODUCTIVE_BUDGET', '100'],
    ['PRODUCTIVE_CATCH_UP_EVERY', 'never'],
    ['PORTAL_WRITES', 'at night'],
  ])('%s=%s is refused', (name, value) => {
    expect(problemsOf({ ...required, [name]: value })).toContain(name);
  });

  test.each([
    'ops:change-me',
    'ops:change-me-to-a-long-token',
    'admin:replace-me-with-a-long-secret',
    'admin:<token>',
    'admin:<token of at least 16 characters>',
    'admin:...',
    'admin:sha256:<64 hexadecimal digits>',
    'admin:sha256:…',
    '<name>:<token>',
    'anna:the-long-api-token-1,ops:change-me-to-a-long-token',
  ])('a placeholder in API_TOKENS is refused with how to make a token, and not repeated: %s', (value) => {
    const problems = problemsOf({ ...required, API_TOKENS: value }).split('\n');
    expect(problems.slice(1)).toEqual([
      '  - API_TOKENS has a placeholder, which everybody knows: `tandem token <name>` makes a token and its entry',
    ]);
  });

  test.each(['replace-me-with-a-long-secret', 'at-least-32-bytes…', '<a secret of at least 32 bytes, and more>'])(
    'a placeholder as PORTAL_JWT_SECRET is refused with how to make one, and not repeated: %s',
    (value) => {
      const problems = problemsOf({ ...required, ...portal, PORTAL_JWT_SECRET: value }).split('\n');
      expect(problems.slice(1)).toEqual([expect.stringMatching(/^ {2}- PORTAL_JWT_SECRET is a placeholder.*openssl/)]);
      expect(problems.join('')).not.toContain(value);
    },
  );

  test('nor is one taken as NOTIFY_WEBHOOK_SECRET, with which anybody could send messages in our name', () => {
    const notifying = { NOTIFY_WEBHOOK_URL: 'https://hooks.example/tandem/' };
    const problems = problemsOf({ ...required, ...notifying, NOTIFY_WEBHOOK_SECRET: 'replace-me-with-a-long-secret' });
    expect(problems).toMatch(/NOTIFY_WEBHOOK_SECRET is a placeholder/);
    expect(problems).not.toContain('replace-me');
  });

  test('a secret that is too short for PORTAL_JWT_SECRET is refused', () => {
    expect(problemsOf({ ...required, ...portal, PORTAL_JWT_SECRET: 'too-short' })).toContain(
      'PORTAL_JWT_SECRET must have at least 32 bytes',
    );
  });
});

test('what looks for unreported changes can be switched off, part by part', () => {
  const names = ['CATCH_UP_EVERY', 'CENSUS_AT', 'ROLLING_CHECK_PERIOD', 'KEEP_WEBHOOKS_EVERY'] as const;
  const config = parseConfig(required);
  expect(names.map((name) => config[name])).toEqual([10_000, '0 2 * * *', 86_400_000, 300_000]);
  for (const name of names) expect(parseConfig({ ...required, [name]: 'off' })[name]).toBeNull();
});

test('rates, proxies and tokens are read, whose hash is enough', () => {
  const token = 'a-token-that-stands-nowhere';
  const hash = createHash('sha256').update(token).digest();
  const config = parseConfig({
    ...required,
    WEBHOOK_RATE_LIMIT: '20/500ms',
    TRUSTED_PROXIES: '10.0.0.5, 2001:db8::/32',
    API_TOKENS: `anna:a-token:with-a-colon,bert:sha256:${hash.toString('hex')}`,
  });
  expect(config).toMatchObject({
    WEBHOOK_RATE_LIMIT: { calls: 20, perMs: 500 },
    API_RATE_LIMIT: { calls: 600, perMs: 60_000 },
    TRUSTED_PROXIES: ['10.0.0.5', '2001:db8::/32'],
  });
  const { API_TOKENS: tokens } = config;
  expect([...tokens].map(([name, one]) => [name, one.reveal()])).toEqual([
    ['anna', 'a-token:with-a-colon'],
    ['bert', null],
  ]);
  expect(tokens.get('bert')?.matches(hash)).toBe(true);
});

test('no secret shows in a printed configuration or in a problem', () => {
  const secrets = {
    ESPOCRM_API_KEY: 'the-espo-key',
    ESPOCRM2_URL: 'https://crm.example',
    ESPOCRM2_API_KEY: 'the-second-key',
    ADVOWARE_PASSWORD: 'the-password',
    PRODUCTIVE_TOKEN: 'the-productive-token',
    PRODUCTIVE_ORGANIZATION_ID: '3137',
    API_TOKENS: 'me:the-long-api-token-1',
    DATABASE_URL: 'postgresql://me:the-database-password@db/tandem',
    REDIS_URL: 'redis://me:the-redis-password@redis',
    NOTIFY_WEBHOOK_URL: 'https://hooks.example/tandem',
    NOTIFY_WEBHOOK_SECRET: 'the-webhook-secret',
  };
  const config: Config = parseConfig({ ...required, ...secrets });
  const printed = `${JSON.stringify(config)} ${inspect(config, { depth: 9 })} ${String(config.ESPOCRM_API_KEY)}`;
  expect(printed).not.toMatch(
    /the-espo-key|the-productive-token|the-second-key|the-password|the-long-api-token|the-webhook-secret|the-database|the-redis/,
  );
  expect(config.API_TOKENS.get('me')?.reveal()).toBe('the-long-api-token-1');
  expect(problemsOf({ ...required, ...secrets, API_TOKENS: 'me:tiny-secret' })).not.toContain('tiny-secret');
});

test.each([
  ['API_PORT', '70000', 'must be a port number, 65535 at most'],
  ['MAX_SYNC_RETRIES', '999', 'must be a number from 1 to 100'],
  ['PORTAL_MAX_UPLOAD', '200', 'must be a number of MiB from 1 to 100'],
  ['LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, silent'],
  ['ADVOWARE_PUT', 'some', 'must be one of full, partial'],
  ['ADVOWARE_NOT_FOUND', '403', 'must be one of ask, 404, 500, empty'],
  ['ESPOCRM_NOTIFY', 'mail', 'must be one of note, off'],
  ['RETRY_LADDER', ',', 'must have a duration at least, such as 1m,5m'],
])('%s=%s is refused with what to write instead', (name, value, advice) => {
  const portal = { PRODUCTIVE_TOKEN: 'the-token', PRODUCTIVE_ORGANIZATION_ID: '3137' };
  expect(problemsOf({ ...required, ...portal, [name]: value }).split('\n')).toEqual([
    expect.any(String),
    `  - ${name} ${advice}`,
  ]);
});
