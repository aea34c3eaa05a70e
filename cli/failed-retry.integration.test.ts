import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { failedPage } from '../api/ops/get-failed.ts';
import { until } from '../test/support/house.ts';
import { apiToken, type ServiceUnderTest, startService } from '../test/support/service-under-test.ts';

let service: ServiceUnderTest;
beforeAll(async () => {
  service = await startService({ environment: { RETRY_LADDER: '1h', ESPOCRM_NOTIFY: 'off' } });
});
afterAll(() => service.stop());

interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the command as a person does. */
function tandem(...args: readonly string[]): Promise<Said> {
  const env = { ...process.env, TANDEM_API_URL: service.url, TANDEM_API_TOKEN: apiToken };
  return new Promise((resolve) => {
    execFile(process.execPath, ['cli/tandem.ts', ...args], { env }, (failure, out, error) => {
      resolve({ exitCode: typeof failure?.code === 'number' ? failure.code : 0, out, error });
    });
  });
}

const failed = async () => failedPage.parse((await service.api('GET', '/pairs/beteiligte/failed')).body).records;
const isClean = (id: string): boolean => service.crm.record('CBeteiligte', id)!['syncStatus'] === 'clean';
const failing = (status: number, times: number) =>
  service.firm.faults.add({ fault: { kind: 'status', status }, method: 'POST', path: 'Beteiligte', times });

test('what failed is listed with its reason, tried again singly and all at once, and is gone from the list', async () => {
  expect((await tandem('failed')).out).toBe('No record has failed.\n');
  const heal = failing(400, Infinity);
  const ids = ['Meier', 'Schulz', 'Weber'].map((lastName) => service.crm.create('CBeteiligte', { lastName }).id);
  const [first = '', ...others] = ids;
  await service.deliver();
  await until('three were given up', async () => (await failed()).length === 3);
  const { exitCode, out } = await tandem('failed', 'beteiligte');
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^pair +record +code +attempts +since +next attempt +reason$/m);
  expect(out).toMatch(
    new RegExp(`^beteiligte +${first} +rejected +1 +\\d{4}-\\S+Z +given up +Advoware does not accept`, 'm'),
  );

  const again = await tandem('retry', 'beteiligte', first);
  expect([again.exitCode, again.out]).toEqual([1, expect.stringContaining('needs a person (rejected, Advoware)')]);
  heal();
  expect(await tandem('retry', 'beteiligte', first)).toMatchObject({ exitCode: 0, error: '' });
  expect(isClean(first)).toBe(true);
  const none = await tandem('retry', 'beteiligte', '--all', '--code', 'record_failed');
  expect(none).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^0 records tried again now/) });
  const all = await tandem('retry', 'beteiligte', '--all');
  expect(all).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^2 records tried again now/) });
  await until('they are clean', () => others.every(isClean));
  expect(JSON.parse((await tandem('failed', '--json')).out)).toEqual([]);
});

test.each([
  [['retry', 'beteiligte'], 'Name either the record or --all'],
  [['retry', 'beteiligte', '1', '--all'], 'Name either the record or --all'],
  [['retry', 'beteiligte', '1', '--code', 'rejected'], '--code goes with --all'],
  [['failed', 'parties'], 'There is no pair parties; the pairs are: beteiligte'],
  [['retry', 'beteiligte', 'never-seen'], '`tandem sync-check beteiligte never-seen` looks at it'],
])('%j is answered with what to do', async (args, advice) => {
  expect(await tandem(...args)).toMatchObject({ exitCode: 1, error: expect.stringContaining(advice) });
});
