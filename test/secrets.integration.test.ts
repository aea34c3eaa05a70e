import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signature } from './support/espo-webhook.ts';
import { until } from './support/house.ts';
import { leaksIn, type Needles, type Seen, temporalSaw } from './support/leaks.ts';
import { secrets, type ServiceWithSecrets, startServiceWithSecrets } from './support/service-with-secrets.ts';

/** What people have entered: allowed in the store, and in answers of the ops API that show it. */
const values = {
  created: 'Zwetschgenbaum-Xylander',
  firstName: 'Quirinäus',
  editedInCrm: 'Prof. h. c. Yggdrasil',
  editedInFirm: 'Vohburgkranz',
  rejected: 'Unannehmbarski',
  duringOutage: 'Stromausfallmann',
  authFailed: 'Schlüsselbundt',
  crashed: 'Absturzinger',
  odd: 'Überraschowitz',
  unexpected: 'Donnerschlagl',
  signedByNobody: 'Trittbrettfahrer',
} satisfies Needles;

const seen: Seen[] = [];
let service: ServiceWithSecrets;
beforeAll(async () => {
  service = await startServiceWithSecrets();
});
afterAll(() => service.stop());

const inCrm = (id: string) => service.crm.record('CBeteiligte', id)!;
const isClean = (id: string): boolean => inCrm(id)['syncStatus'] === 'clean';
const temporalNow = () => temporalSaw(service.temporal, service.taskQueue);

/** One request whose answer is kept for the search if it is a refusal. */
async function call(path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${service.url}${path}`, init);
  const text = `${JSON.stringify([...answer.headers])}\n${await answer.text()}`;
  if (answer.status >= 400) seen.push({ place: `the answer ${answer.status} of ${path.slice(0, 60)}`, text });
  return { status: answer.status, text };
}
const asAnna = { headers: { authorization: `Bearer ${secrets.apiToken}` } };

/** What a person sees of a command that fails. */
async function tandem(args: readonly string[], more: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['cli/tandem.ts', ...args],
      { env: { ...service.environment, ...more } },
      (failure, out, error) => {
        seen.push({ place: `tandem ${args.join(' ')}`, text: `${out}\n${error}` });
        resolve(typeof failure?.code === 'number' ? failure.code : 0);
      },
    );
  });
}

async function created(lastName: string): Promise<string> {
  const { id } = service.crm.create('CBeteiligte', { lastName, firstName: values.firstName });
  await service.crm.webhooks.deliverAll();
  return id;
}
const failureCodes = async (): Promise<string> => (await call('/api/v1/pairs/beteiligte/records', asAnna)).text;
const untilCode = (code: string) =>
  until(`a record has ended with ${code}`, async () => (await failureCodes()).includes(`"${code}"`));

test('a day on which everything goes wrong, for the search that follows', async () => {
  const id = await created(values.created);
  await until('it is synced', () => isClean(id));
  service.crm.update('CBeteiligte', id, { titel: values.editedInCrm });
  service.firm.update(Number(inCrm(id)['betnr']), { zusatz: values.editedInFirm });
  await service.crm.webhooks.deliverAll();
  await until('both edits have arrived', () => inCrm(id)['zusatz'] === values.editedInFirm);

  const body = JSON.stringify({
    message: `Der Name "${values.rejected}" ist ungültig`,
    errors: { name: [values.rejected] },
  });
  const headers = { 'content-type': 'application/json' };
  service.firm.faults.add({
    fault: { kind: 'status', status: 400, body, headers },
    method: 'POST',
    path: 'Beteiligte',
    times: 1_000,
  });
  await created(values.rejected);
  await untilCode('rejected');
  service.firm.faults.clear();

  service.firm.offline(true);
  await created(values.duringOutage);
  await untilCode('unavailable');
  expect(await tandem(['doctor'])).toBe(1);
  service.firm.offline(false);

  // An answer that no version gives.
  const odd = `{"id":"${id}","lastName":["${values.odd}"],"versionNumber":1e999}`;
  service.crm.faults.add({
    fault: { kind: 'status', status: 200, body: odd, headers },
    method: 'GET',
    path: `CBeteiligte/${id}`,
    times: 2,
  });
  await call(`/api/v1/pairs/beteiligte/records/${id}/check`, { ...asAnna, method: 'POST' });
  await call(`/api/v1/pairs/beteiligte/records/${id}/plan`, asAnna);
  service.crm.faults.clear();
});

test('a store that breaks in the middle of a pass', async () => {
  // Statements with values fail; what the drivers say about it quotes them, and the whole row.
  await service.admin?.query('alter table ledger add constraint nobody_passes check (id < 0) not valid');
  await created(values.unexpected);
  if (service.admin !== null) await until('it is told', () => service.printed().includes('A pass failed unexpectedly'));
  await service.admin?.query('alter table ledger drop constraint nobody_passes');
  await service.admin?.query('alter table ledger rename to ledger_away');
  const id = await created(values.crashed);
  await call(`/api/v1/pairs/beteiligte/records/${id}/history`, asAnna);
  if (service.admin !== null) {
    await until('the pass has failed', async () =>
      (await temporalNow()).some(({ text }) => text.includes('A pass could not be carried out')),
    );
    // 42P01: there is no such table.
    expect(service.printed()).toMatch(/"code":"42P01".*A pass could not be carried out/);
  }
  seen.push(...(await temporalNow()));
  await service.admin?.query('alter table ledger_away rename to ledger');
  await service.admin?.query('alter table hints rename to hints_away');
  const text = JSON.stringify([{ id, lastName: values.crashed }]);
  const hook = { id: 'byHand', secret: secrets.espoCrmWebhook };
  const sent = await call('/webhooks/espocrm/beteiligte/update', {
    method: 'POST',
    headers: signature(text, hook),
    body: text,
  });
  expect(sent.status).toBe(service.admin === null ? 200 : 503);
  await call('/api/v1/status', asAnna);
  await service.admin?.query('alter table hints_away rename to hints');
  await until('it is synced after all', () => isClean(id));
});

test('credentials that are refused, strangers, and commands that fail', async () => {
  service.firm.setPassword('changed');
  service.firm.expireTokens();
  await created(values.authFailed);
  await untilCode('auth_failed');
  const text = JSON.stringify([{ id: 'm1', lastName: values.signedByNobody }]);
  for (const registration of [
    { id: 'byHand', secret: secrets.guessedWebhook },
    { id: 'nobody', secret: secrets.guessedWebhook },
  ]) {
    const headers = { ...signature(text, registration), authorization: `Bearer ${secrets.wrongToken}` };
    expect((await call('/webhooks/espocrm/beteiligte/update', { method: 'POST', headers, body: text })).status).toBe(
      401,
    );
  }
  const signed = {
    method: 'POST',
    headers: signature('{', { id: 'byHand', secret: secrets.espoCrmWebhook }),
    body: '{',
  };
  expect((await call('/webhooks/espocrm/beteiligte/update', signed)).status).toBe(400);
  const wrong = { headers: { authorization: `Bearer ${secrets.wrongToken}` } };
  expect((await call(`/api/v1/status?token=${secrets.wrongToken}`, wrong)).status).toBe(401);
  expect((await call(`/${secrets.wrongToken}`, wrong)).status).toBe(404);
  const json = { 'content-type': 'application/json', ...asAnna.headers };
  const broken = { method: 'POST', headers: json, body: `{"reason":"${values.signedByNobody}` };
  expect((await call('/api/v1/pairs/beteiligte/pause', broken)).status).toBe(400);

  expect(await tandem(['status'], { TANDEM_API_URL: service.url, TANDEM_API_TOKEN: secrets.wrongToken })).toBe(1);
  expect(await tandem(['status'], { TANDEM_API_URL: 'http://127.0.0.1:9', TANDEM_API_TOKEN: secrets.apiToken })).toBe(
    1,
  );
  expect(
    await tandem(['start'], {
      API_PORT: 'x',
      API_TOKENS: 'me:kurz',
      ADVOWARE_API_KEY: secrets.advowarePassword,
      REDIS_URL: secrets.redisPassword,
    }),
  ).toBe(4);
  expect(
    await tandem(['doctor'], {
      DATABASE_URL: `postgresql://tandem:${encodeURIComponent(secrets.databasePassword)}@127.0.0.1:9/x`,
      REDIS_URL: `redis://:${secrets.redisPassword}@127.0.0.1:9`,
    }),
  ).toBe(1);
});

test('the search finds what stands somewhere: the history of a record shows its values, and a token is known in any form', async () => {
  const id = service.crm.records('CBeteiligte').find(({ lastName }) => lastName === values.created)!.id;
  const { text } = await call(`/api/v1/pairs/beteiligte/records/${id}/history`, asAnna);
  expect(leaksIn([{ place: 'the history', text }], values)).toContain('created (in the clear) in the history');
  const { apiToken } = secrets;
  const forms = [apiToken, Buffer.from(`x:${apiToken}:y`).toString('base64'), Buffer.from(apiToken).toString('hex')];
  for (const form of forms) expect(leaksIn([{ place: 'here', text: `...${form}...` }], { apiToken })).not.toEqual([]);
});

test('no secret and no value of a record stands in logs, histories, metrics, refusals or what commands print', async () => {
  const metrics = await call('/metrics');
  expect(await service.end()).toBe(0);
  seen.push({ place: 'the metrics', text: metrics.text }, ...(await temporalNow()));
  seen.push({ place: 'the log', text: service.printed() });
  const places = [
    'the log',
    'the metrics',
    'the history of',
    'the description of',
    'the answer 401',
    'the answer 400',
    'tandem doctor',
  ];
  for (const place of places) expect(seen.map((one) => one.place)).toContainEqual(expect.stringContaining(place));
  for (const line of ['Looked at a record', '"route"', 'The API listens']) expect(service.printed()).toContain(line);
  // The values of these two belong to the simulator.
  const espoCrm = { espoCrmKey: service.crm.hmacUser.apiKey, espoCrmSecret: service.crm.hmacUser.secretKey };
  const webhookKeys = Object.fromEntries(
    service.crm.webhooks.list().map(({ id, secretKey }) => [`key of webhook ${id}`, secretKey]),
  );
  expect(leaksIn(seen, { ...secrets, ...espoCrm, ...webhookKeys, ...values })).toEqual([]);
  expect(service.printed()).not.toContain('Redis does not answer');
  expect(service.printed()).not.toContain('Redis refuses to count');
});
