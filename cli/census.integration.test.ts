import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { censusRun } from '../api/ops/census-shape.ts';
import { until } from '../test/support/house.ts';
import { apiToken, type ServiceUnderTest, startService } from '../test/support/service-under-test.ts';

let service: ServiceUnderTest;
beforeAll(async () => {
  service = await startService({ environment: { ESPOCRM_NOTIFY: 'off' } });
});
afterAll(() => service.stop());

interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

const environment = () => ({ ...process.env, TANDEM_API_URL: service.url, TANDEM_API_TOKEN: apiToken });

/** Runs the command as a person does whose output goes into a file. */
function tandem(...args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    const options = { env: environment(), timeout: 50_000 };
    execFile(process.execPath, ['cli/tandem.ts', ...args], options, (failure, out, error) => {
      resolve({ exitCode: failure === null ? 0 : typeof failure.code === 'number' ? failure.code : -1, out, error });
    });
  });
}

const party = (id: string) => service.crm.record('CBeteiligte', id)!;
const writes = () =>
  ['POST', 'PUT'].reduce((sum, method) => sum + service.firm.requests.count({ method, path: /Beteiligte/ }), 0);

test('a dry run reports in tables what would happen, and does none of it', async () => {
  const ids = ['Meier', 'Schulz'].map((lastName) => service.crm.create('CBeteiligte', { lastName }).id);
  const { betNr } = service.firm.create({ name: 'Weber' });
  const named = service.crm.create('CBeteiligte', { lastName: 'Weber', betnr: String(betNr) });
  const said = await tandem('backfill', 'beteiligte', '--dry-run');
  expect(said).toMatchObject({ exitCode: 2, error: '' });
  expect(said.out).toMatch(/^dry run of a backfill of beteiligte: done after /m);
  expect(said.out).toMatch(/^ {2}EspoCRM: 3 records read, 0 as agreed, 0 differ, 3 without a partner$/m);
  expect(said.out).toMatch(/^created in Advoware +2 /m);
  expect(said.out).toMatch(new RegExp(`^linked \\(1 by the number\\) +1 +${named.id} = ${betNr} \\(number\\)`, 'm'));
  expect(said.out).toContain('Advoware shows no list, so records that only Advoware has are not in this report.');
  expect(said.out).toContain('`tandem backfill beteiligte` carries this out');
  expect(said.out).not.toMatch(/Meier|Schulz|Weber/);
  expect([writes(), ...ids.map((id) => party(id)['betnr'] ?? null)]).toEqual([0, null, null]);
  expect((await tandem('status')).out).toContain(
    'NOT IMPORTED YET: `tandem backfill beteiligte --dry-run` shows what the first import would do; ' +
      'the last walk saw 3 records in EspoCRM without a partner',
  );
});

test('a backfill brings everything over and ends when that is done', async () => {
  const said = await tandem('backfill', 'beteiligte');
  expect(said).toMatchObject({ exitCode: 0, error: '' });
  expect(said.out).toMatch(/^backfill of beteiligte: done after /m);
  expect(said.out).toMatch(/handed over: 3, still waiting to be looked at: 0/);
  expect((await tandem('status')).out).not.toContain('NOT IMPORTED');
  expect(service.crm.records('CBeteiligte').map((record) => record['syncStatus'])).toEqual(['clean', 'clean', 'clean']);
});

test('a change that nobody was told of is found by a dry run, repaired by a census, and gone from the next report', async () => {
  const [first] = service.crm.records('CBeteiligte');
  service.firm.update(Number(first!['betnr']), { titel: 'Dr.' });
  const dry = await tandem('census', 'beteiligte', '--dry-run', '--json');
  const { report } = censusRun.parse(JSON.parse(dry.out));
  expect([dry.exitCode, report]).toMatchObject([
    2,
    { update: { couples: { count: 1, samples: [first!['id']] }, fields: { title: { master: 1, replica: 0 } } } },
  ]);
  expect(await tandem('census', 'beteiligte')).toMatchObject({ exitCode: 0 });
  expect(party(first!['id'])['titel']).toBe('Dr.');
  const again = await tandem('census', 'beteiligte', '--dry-run');
  expect([again.exitCode, again.out]).toEqual([0, expect.stringContaining('Everything is as agreed')]);
});

test('a walk that waits says why, is seen in the status, is held, let go on and ended', async () => {
  await tandem('pause', 'beteiligte');
  const begun = await tandem('census', 'beteiligte', '--detach');
  expect([begun.exitCode, begun.out]).toEqual([
    0,
    expect.stringContaining('`tandem census beteiligte --follow` follows it'),
  ]);
  const second = await tandem('census', 'beteiligte');
  expect([second.exitCode, second.error]).toEqual([1, expect.stringContaining('A census of beteiligte is under way')]);
  expect((await tandem('status')).out).toMatch(
    /^ {2}census of beteiligte: reads EspoCRM, .*WAITS: beteiligte is paused/m,
  );
  expect((await tandem('census', 'beteiligte', '--pause')).out).toMatch(/^census of beteiligte: paused/);
  const followed = await tandem('census', 'beteiligte', '--follow');
  expect([followed.exitCode, followed.out]).toEqual([3, expect.stringContaining('paused')]);
  expect((await tandem('census', 'beteiligte', '--resume')).out).toMatch(/^census of beteiligte: running/);
  expect((await tandem('census', 'beteiligte', '--cancel')).out).toMatch(/^census of beteiligte: canceled/);
  const gone = await tandem('census', 'beteiligte', '--pause');
  expect([gone.exitCode, gone.error]).toEqual([1, expect.stringContaining('There is nothing to pause')]);
  await tandem('resume', 'beteiligte');
});

test('Ctrl-C stops looking and nothing else, and says how to go on', async () => {
  await tandem('pause', 'beteiligte');
  const watcher = spawn(process.execPath, ['cli/tandem.ts', 'census', 'beteiligte'], { env: environment() });
  let error = '';
  watcher.stderr.on('data', (text: Buffer) => (error += text.toString()));
  await once(watcher.stdout, 'data');
  const ended = once(watcher, 'exit');
  watcher.kill('SIGINT');
  expect(await ended).toEqual([3, null]);
  expect(error).toContain('The census of beteiligte goes on by itself: `tandem census beteiligte --follow` follows it');
  await tandem('resume', 'beteiligte');
  expect((await tandem('census', 'beteiligte', '--cancel')).exitCode).toBe(0);
  const run = async () => (await service.api('GET', '/pairs/beteiligte/census')).body;
  await until('it is canceled', async () => censusRun.parse(await run()).state === 'canceled');
});
