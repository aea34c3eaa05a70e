import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BearerTokens } from '../api/bearer-tokens.ts';
import { parseConfig } from '../config.ts';
import { lockDirectory } from '../store/directory-lock.ts';
import { PairStore } from '../store/pairs.ts';
import { ledger, links } from '../store/schema.ts';
import { type ApiUnderTest, startTestApi, testToken } from '../test/support/api.ts';
import { plannedWrite } from '../test/support/store.ts';
import { askingPair } from '../test/support/asking-pair.ts';

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
const usable = Object.fromEntries(
  [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);

let api: ApiUnderTest;
beforeAll(async () => {
  const nothing = {
    outcome: { kind: 'done', verdict: 'no_change' },
    rows: [],
    writes: [],
    open: [],
    message: null,
  } as const;
  api = await startTestApi({ replace: () => ({ preview: () => Promise.resolve(nothing) }) });
});
afterAll(() => api.stop());

/** Runs the command as a person does, with nothing else in the environment. */
function tandem(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const env = { PATH: process.env['PATH'], ...environment };
  return new Promise<{ exitCode: number; out: string; error: string }>((resolve) => {
    execFile(process.execPath, ['cli/tandem.ts', ...args], { env }, (failure, out, error) => {
      resolve({ exitCode: typeof failure?.code === 'number' ? failure.code : 0, out, error });
    });
  });
}
const asked = () => ({ TANDEM_API_URL: api.url, TANDEM_API_TOKEN: testToken });

test('help names every command, and every command has its own', async () => {
  const { exitCode, out } = await tandem(['--help'], {});
  expect(exitCode).toBe(0);
  const commands = [...out.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name]) => name);
  expect(commands).toEqual([
    'start',
    'sync-check',
    'status',
    'explain',
    'plan',
    'census',
    'backfill',
    'conflicts',
    'questions',
    'answer',
    'deletions',
    'failed',
    'retry',
    'pause',
    'resume',
    'webhooks',
    'doctor',
    'token',
    'help',
  ]);
  const help = (await tandem(['sync-check', '--help'], {})).out;
  for (const part of ["the master's id, or replica:<id>", 'Examples:', 'Exit codes:']) expect(help).toContain(part);
});

test('--version names the version of this Tandem', async () => {
  const { exitCode, out } = await tandem(['--version'], {});
  expect([exitCode, out.trim()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
});

describe('start', () => {
  test('with a configuration that can not be used names every problem in a line of its own, and no secret', async () => {
    const bad = {
      ESPOCRM_URL: 'crm',
      API_PORT: 'x',
      API_TOKENS: 'admin:short',
      RETRY_LADDER: 'soon',
      ESPOCRM_API_KEY: 'geheim',
    };
    const { exitCode, error, out } = await tandem(['start'], bad);
    expect([exitCode, out]).toEqual([4, '']);
    const [title, ...problems] = error.trimEnd().split('\n');
    expect(title).toBe("The configuration can't be used:");
    for (const name of [
      'ESPOCRM_URL',
      'API_PORT',
      'API_TOKENS',
      'RETRY_LADDER',
      'ADVOWARE_APP_ID',
      'ADVOWARE_PASSWORD',
    ]) {
      expect(problems.filter((line) => line.startsWith(`  - ${name} `))).toHaveLength(1);
    }
    expect(error).not.toMatch(/geheim|short|^ +at /m);
  });

  test.each(['api', 'worker'])('--only %s without DATABASE_URL says what is needed', async (part) => {
    const { exitCode, error } = await tandem(['start', '--only', part], usable);
    expect([exitCode, error]).toEqual([
      4,
      expect.stringContaining('DATABASE_URL is needed to run API and worker apart'),
    ]);
  });

  test('on a data directory that is in use says so and what to do', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tandem-cli-'));
    const lock = await lockDirectory(directory);
    const { exitCode, error } = await tandem(['start'], { ...usable, TANDEM_DATA: directory, API_PORT: '0' });
    expect([exitCode, error]).toEqual([4, expect.stringContaining('is in use by another Tandem process')]);
    await lock.release();
    await rm(directory, { recursive: true });
  });

  test('of a part that does not exist names those that do', async () => {
    const { exitCode, error } = await tandem(['start', '--only', 'half'], usable);
    expect([exitCode, error]).toEqual([1, expect.stringContaining('api, worker')]);
  });
});

describe('a command that asks the service', () => {
  test('takes address and token from the configuration of the service', async () => {
    const { port } = new URL(api.url);
    const { exitCode, out } = await tandem(['status'], { ...usable, API_PORT: port, API_TOKENS: `me:${testToken}` });
    expect([exitCode, out]).toEqual([
      0,
      expect.stringContaining('beteiligte: EspoCRM CBeteiligte ↔ Advoware Beteiligte'),
    ]);
  });

  test('says which variable it needs', async () => {
    const withoutTokens = { ...usable, API_TOKENS: '' };
    const { exitCode, error } = await tandem(['status'], withoutTokens);
    expect([exitCode, error]).toEqual([1, expect.stringContaining('Set TANDEM_API_TOKEN')]);
  });

  test('notices that something else answers there', async () => {
    const server = createServer((_request, response) => response.end('<html>hello</html>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const said = await tandem(['status'], { ...asked(), TANDEM_API_URL: `http://127.0.0.1:${port}` });
    expect([said.exitCode, said.error]).toEqual([1, expect.stringContaining('is not this version of Tandem')]);
    server.closeAllConnections();
    server.close();
  });

  test.each([
    ['status', 'parties'],
    ['pause', 'parties'],
    ['resume', 'parties'],
    ['explain', 'parties', 'm1'],
    ['plan', 'parties'],
    ['conflicts', 'parties'],
    ['questions', 'parties'],
    ['deletions', 'parties'],
  ])('is told that there is no such pair: %s', async (...args) => {
    const { exitCode, error } = await tandem(args, asked());
    expect([exitCode, error]).toEqual([1, expect.stringContaining('There is no pair parties')]);
    expect(error).not.toMatch(/^ +at /m);
  });

  test('while Temporal is away a check is kept, and its exit code says that the answer is still to come', async () => {
    const { exitCode, error } = await tandem(['sync-check', 'beteiligte', 'm1'], asked());
    expect([exitCode, error]).toEqual([3, expect.stringContaining('It is stored and will be done')]);
  });

  test('explain tells what a value was written over and which value lost', async () => {
    await api.database.db.insert(links).values({ id: 7, pair: 'beteiligte', masterId: 'm7' });
    const write = plannedWrite({ losingValue: '7', rule: 'both_changed_master_wins', state: 'written' });
    await api.database.db.insert(ledger).values({ ...write, linkId: 7, pair: 'beteiligte' });
    const { out } = await tandem(['explain', 'beteiligte', 'm7'], asked());
    expect(out).toContain(
      `Advoware lastName: "Meier" → "Maier"  (both sides had changed it; the master wins for this group of fields; the losing value was "7"; written, by webhook)`,
    );
    expect(JSON.parse((await tandem(['explain', 'beteiligte', 'm7', '--json'], asked())).out)).toMatchObject([
      { losingValue: '7' },
    ]);
    expect((await tandem(['explain', 'beteiligte', 'm7', 'other'], asked())).out).toBe(
      'Tandem has written nothing here.\n',
    );
  });
});

describe('token', () => {
  test('makes a token, and the entry for API_TOKENS by which the service knows it', async () => {
    const { exitCode, out } = await tandem(['token', 'anna'], {});
    expect(exitCode).toBe(0);
    const [, token = ''] = /^ {2}([\w-]{43})$/m.exec(out) ?? [];
    const [, entry = ''] = /^ {2}API_TOKENS=(anna:sha256:[0-9a-f]{64})$/m.exec(out) ?? [];
    const { API_TOKENS } = parseConfig({ ...usable, API_TOKENS: entry });
    const service = await startTestApi({ replace: () => ({ tokens: new BearerTokens(API_TOKENS) }) });
    const there = { TANDEM_API_URL: service.url };
    expect((await tandem(['status'], { ...there, TANDEM_API_TOKEN: token })).exitCode).toBe(0);
    const hash = entry.split(':').at(-1) ?? '';
    expect(await tandem(['status'], { ...there, TANDEM_API_TOKEN: hash })).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining('Send one of API_TOKENS'),
    });
    await service.stop();
    const withoutToken = await tandem(['status'], { ...usable, API_TOKENS: entry });
    expect([withoutToken.exitCode, withoutToken.error]).toEqual([1, expect.stringContaining('Set TANDEM_API_TOKEN')]);
  });

  test('of a name that API_TOKENS could not hold is refused', async () => {
    for (const name of ['a:b', 'a,b']) {
      expect(await tandem(['token', name], {})).toMatchObject({ exitCode: 1, out: '' });
    }
  });
});

test('backfill of neither one pair nor all is refused', async () => {
  const { exitCode, error } = await tandem(['backfill'], asked());
  expect([exitCode, error]).toEqual([1, expect.stringContaining('Name one pair, or say --all')]);
});

describe('a decision about conflicts', () => {
  test.each([
    [['3'], 'Say which value stays: --take master, --take replica or --value <value>'],
    [['--take', 'master'], 'Name either the ids of conflicts (`tandem conflicts` shows them) or --all <pair>'],
    [['3', '--all', 'beteiligte', '--take', 'master'], 'Name either the ids of conflicts'],
    [['3', '--field', 'lastName', '--take', 'master'], '--field goes with --all <pair>'],
    [['3', '--take', 'both'], 'master, replica'],
    [['3', '--take', 'master', '--value', 'x'], "cannot be used with option '--take <side>'"],
    [['3', '--take', 'master'], 'There is no conflict 3; `tandem conflicts` shows those that are open'],
  ])('that does not say what about which is refused: %j', async (args, advice) => {
    const { exitCode, error } = await tandem(['conflicts', 'decide', ...args], asked());
    expect([exitCode, error]).toEqual([1, expect.stringContaining(advice)]);
  });
});

test('a pair whose definition has changed says so wherever it is met, until it is accepted', async () => {
  const pairs = new PairStore(api.database.db);
  await api.database.db.insert(links).values({ pair: 'beteiligte', masterId: 'm8' });
  await pairs.introduce(askingPair(), { keys: 'none' }, new Date());
  await pairs.introduce(askingPair(), { keys: 'one' }, new Date());
  const advice = '`tandem plan beteiligte` shows what it would write, `tandem plan beteiligte --accept` accepts it';
  const status = await tandem(['status'], asked());
  expect(status.out).toContain(`DEFINITION CHANGED, nothing is written until it is accepted: ${advice}`);
  expect(await tandem(['resume', 'beteiligte'], asked())).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining(advice),
  });
  const plan = await tandem(['plan', 'beteiligte'], asked());
  expect(plan.exitCode).toBe(0);
  expect(plan.out).toMatch(
    /^The definition has changed; .*:\n {2}keys: none → one\n\d looked at, nothing would be written\n$/,
  );
  await tandem(['pause', 'beteiligte'], asked());
  expect((await tandem(['resume', 'beteiligte'], asked())).out).toContain(
    `beteiligte is not paused any more, but its definition has changed and waits: ${advice}`,
  );
  expect(await tandem(['plan', 'beteiligte', '--accept'], asked())).toMatchObject({
    ...{ exitCode: 0, out: 'beteiligte: the new definition is in force\n  keys: none → one\n' },
  });
  expect((await tandem(['status'], asked())).out).not.toContain('DEFINITION');
});
