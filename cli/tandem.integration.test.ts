import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../test/support/house.ts';
import { apiToken, type ServiceUnderTest, startService } from '../test/support/service-under-test.ts';

let service: ServiceUnderTest;
let id = '';
beforeAll(async () => {
  service = await startService();
  id = service.crm.create('CBeteiligte', { lastName: 'Meier', titel: 'Dr.' }).id;
  await service.deliver();
  await until('it is synced', () => service.crm.record('CBeteiligte', id)!['syncStatus'] === 'clean');
});
afterAll(() => service.stop());

interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the command as a person does. */
function tandem(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Said> {
  const env = { ...process.env, TANDEM_API_URL: service.url, TANDEM_API_TOKEN: apiToken, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, ['cli/tandem.ts', ...args], { env }, (failure, out, error) => {
      resolve({ exitCode: typeof failure?.code === 'number' ? failure.code : 0, out, error });
    });
  });
}

describe('commands that ask the running service', () => {
  test('sync-check says what it did, in words and as JSON', async () => {
    service.firm.update(Number(service.crm.record('CBeteiligte', id)!['betnr']), { vorname: 'Anna' });
    const first = await tandem(['sync-check', 'beteiligte', id]);
    expect(first.exitCode).toBe(0);
    expect(first.out).toContain('replica_newer: the replica was newer');
    expect(first.out).toContain('fields written: firstName');
    expect(first.out).toMatch(/calls: EspoCRM 2, Advoware 1 in \d+ ms/);
    const second = await tandem(['sync-check', 'beteiligte', id, '--json']);
    expect(JSON.parse(second.out)).toMatchObject({ outcome: { kind: 'done', verdict: 'no_change' }, fields: [] });
  });

  test('sync-check of a record that waits or asks ends with another exit code and the reason', async () => {
    const stranger = service.crm.create('CBeteiligte', { lastName: 'Fremd', betnr: '999' });
    const said = await tandem(['sync-check', 'beteiligte', stranger.id]);
    expect(said.exitCode).toBe(1);
    expect(said.out).toContain('needs a person (number_unknown, Advoware)');
    expect(said.out).toContain('Advoware has no record 999');
    const status = await tandem(['status']);
    expect(status.out).toContain(`! ${stranger.id}: Advoware has no record 999`);
    expect((await tandem(['sync-check', 'beteiligte', 'nobody'])).out).toContain('the master has no such record');
  });

  test('explain shows every write with its rule', async () => {
    const { out, exitCode } = await tandem(['explain', 'beteiligte', id, 'lastName']);
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(
        /Advoware lastName: empty → "Meier" {2}\(the record was created with this value; written, by webhook\)/,
      ),
    ]);
  });

  test('a paused pair is shown as such, looks at nothing, and goes on when it is resumed', async () => {
    await tandem(['pause', 'beteiligte', '--reason', 'import running']);
    expect((await tandem(['status'])).out).toMatch(/PAUSED since .*: import running/);
    const paused = await tandem(['sync-check', 'beteiligte', id]);
    expect([paused.exitCode, paused.out]).toEqual([1, expect.stringContaining('run `tandem resume`')]);
    expect((await tandem(['resume', 'beteiligte'])).out).toContain('beteiligte goes on');
    expect((await tandem(['sync-check', 'beteiligte', id])).exitCode).toBe(0);
  });
});

describe('mistakes are answered with what to do', () => {
  test.each<[string, string[], Record<string, string>, number, string]>([
    ['the service does not run', ['status'], { TANDEM_API_URL: 'http://127.0.0.1:9' }, 1, 'is `tandem start` running?'],
    ['a wrong token', ['status'], { TANDEM_API_TOKEN: 'wrong' }, 1, 'Send one of API_TOKENS'],
    ['an unknown pair', ['sync-check', 'parties', '1'], {}, 1, 'There is no pair parties; the pairs are: beteiligte'],
    [
      'an unknown record',
      ['explain', 'beteiligte', 'never-seen'],
      {},
      1,
      '`tandem sync-check beteiligte never-seen` looks at it',
    ],
    [
      'a configuration that can not be used',
      ['start'],
      { ESPOCRM_URL: 'crm', API_PORT: 'x' },
      4,
      'ESPOCRM_URL must be an http or https URL',
    ],
  ])('%s', async (_mistake, args, environment, exitCode, advice) => {
    const said = await tandem(args, environment);
    expect([said.exitCode, said.error]).toEqual([exitCode, expect.stringContaining(advice)]);
  });
});

test('webhooks says what is missing where nobody has said how the systems reach Tandem', async () => {
  const shown = await tandem(['webhooks']);
  expect([shown.exitCode, shown.out]).toEqual([0, expect.stringContaining('PUBLIC_URL is not set')]);
  const mending = await tandem(['webhooks', '--mend']);
  expect([mending.exitCode, mending.error]).toEqual([1, expect.stringContaining('PUBLIC_URL is not set')]);
});

test('doctor before the first start warns of webhooks that are made then, and does not fail', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tandem-doctor-'));
  const { environment, config } = service;
  const said = await tandem(['doctor'], {
    ...environment,
    TEMPORAL_ADDRESS: config.TEMPORAL_ADDRESS,
    TANDEM_DATA: directory,
    KEEP_WEBHOOKS_EVERY: '5m',
    PUBLIC_URL: 'https://tandem.example.com',
  });
  expect(said.out.match(/! EspoCRM: .* is not registered yet; Tandem does it within 300 s of starting/g)).toHaveLength(
    3,
  );
  expect([said.exitCode, said.out]).toEqual([0, expect.not.stringContaining('✗')]);
  await rm(directory, { recursive: true });
});

test('doctor has a line per check and fails when something is wrong', async () => {
  const { crm, firm, environment, config } = service;
  const settings = {
    ...environment,
    TEMPORAL_ADDRESS: config.TEMPORAL_ADDRESS,
    TANDEM_DATA: config.TANDEM_DATA,
    PUBLIC_URL: service.url,
  };
  const good = await tandem(['doctor'], settings);
  expect([good.exitCode, good.out]).toEqual([0, expect.stringContaining('embedded, in use by the running service')]);
  expect(good.out).toContain('webhookAllowedAddressList');
  expect(good.out.match(/webhook CBeteiligte\.\w+: CBeteiligte\.\w+ is registered/g)).toHaveLength(3);
  firm.setPassword('changed');
  const bad = await tandem(['doctor'], { ...settings, ESPOCRM_API_KEY: 'wrong', TEMPORAL_ADDRESS: '127.0.0.1:9' });
  firm.setPassword(firm.credentials.password);
  crm.unlockAddresses();
  expect(bad.exitCode).toBe(1);
  expect(bad.out).toContain('✗ EspoCRM: credentials');
  expect(bad.out).toContain('✗ Advoware: token');
  expect(bad.out).toContain('✗ Tandem: Temporal');
  expect(`${good.out}${bad.out}`).not.toContain(firm.credentials.password);
});
