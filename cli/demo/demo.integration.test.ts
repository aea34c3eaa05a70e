import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';

interface Told {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

/** As `make demo PAIR=… ONCE=1` runs it, on a Temporal of its own: the workflows' names are those of every service. */
function demo(settings: Readonly<Record<string, string>>): Promise<Told> {
  const { TEMPORAL_ADDRESS: _, ...environment } = process.env;
  const env = { ...environment, ONCE: '1', ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, ['cli/demo/main.ts'], { env }, (failure, out, error) => {
      resolve({ exitCode: typeof failure?.code === 'number' ? failure.code : failure === null ? 0 : -1, out, error });
    });
  });
}

test("the story of a law firm's parties comes to its end, each step at its number of requests", async () => {
  const { exitCode, out, error } = await demo({});
  expect([exitCode, error.replaceAll(/^.*temporalio_sdk_core.*\n/gm, '')]).toEqual([0, '']);
  expect(out.match(/^\d\. .* \d+ calls {2}\d+ ms$/gm)?.length).toBe(7);
});

test('the story of Productive and the portal comes to its end, each step at its number of requests', async () => {
  const { exitCode, out, error } = await demo({ PAIR: 'portal', DEMO_SCALE: '0.001' });
  expect([exitCode, error.replaceAll(/^.*temporalio_sdk_core.*\n/gm, '')]).toEqual([0, '']);
  expect(out.match(/^\d\. .* \d+ calls {2}\d+ ms$/gm)?.length).toBe(9);
  expect(out).toMatch(/^ 1\/16 {2}companies +\d+ records? in /m);
  expect(out).toMatch(/^2\. The fifty read on +own tables +0 calls/m);
  expect(out).toMatch(/^4\. A task is renamed in Productive +in the portal +1 calls/m);
  expect(out).toMatch(/^5\. A client sets its due date in the portal +pending→synced +2 calls/m);
  expect(out).toMatch(/^8\. A file is downloaded again +same bytes +1 calls/m);
  expect(out).toMatch(/^9\. A webhook is off; tandem webhooks --mend +healed/m);
});

test('what there is no demo of, and a scale that is none, is said before anything is started', async () => {
  expect(await demo({ PAIR: 'clients' })).toMatchObject({
    exitCode: 1,
    error: 'There is no demo of clients: PAIR is portal, beteiligte, or nothing\n',
  });
  expect(await demo({ PAIR: 'portal', DEMO_SCALE: '2' })).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining('DEMO_SCALE must be a number above 0 and at most 1'),
  });
});
