import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { CallBudget } from '../../connectors/call-budget.ts';
import { createEspoCrmConnector } from '../../connectors/espocrm/connector.ts';
import { messagesIn } from '../../engine/messages.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { type DatabaseUnderTest, databasesUnderTest } from '../../test/support/databases.ts';
import { openDatabase } from '../../test/support/house.ts';
import { unlimitedBudget } from '../../test/support/unlimited-budget.ts';
import { createCircuitBreaker } from '../circuit-breaker.ts';
import type { GapFiller, KeeperDependencies } from './dependencies.ts';
import { keepWebhooks } from './keep-webhooks.ts';

const second = 'second EspoCRM';
const publicUrl = 'https://sync.example.com';
const parties = {
  name: 'beteiligte',
  master: { system: 'EspoCRM', entity: 'CBeteiligte' },
  replica: { system: 'Advoware', entity: 'Beteiligte' },
};
const contacts = {
  name: 'contacts',
  master: { system: 'EspoCRM', entity: 'Contact' },
  replica: { system: second, entity: 'Contact' },
};
const kinds = ['create', 'update', 'delete'];
const urlOf = (pair: string, kind: string, host = publicUrl): string => `${host}/webhooks/espocrm/${pair}/${kind}`;

/** Remembers which pairs it was asked for; can be away. */
class RecordingGapFiller implements GapFiller {
  readonly asked: string[] = [];
  isAway = false;
  isInTheWay = false;

  cover(pair: string): Promise<boolean> {
    if (this.isAway) return Promise.reject(new Error('Temporal does not answer'));
    this.asked.push(pair);
    return Promise.resolve(!this.isInTheWay);
  }
}

/** The process is gone right after the system has made a registration. */
class Killed extends Error {}

describe.each(databasesUnderTest())('The keeper on $name', (kind: DatabaseUnderTest) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let crms: readonly [EspoCrm, EspoCrm];
  let registrations: WebhookRegistrationStore;
  let gaps: RecordingGapFiller;
  let problems: { message: string; trouble: unknown }[];
  let nowMs: number;

  beforeAll(async () => {
    opened = await openDatabase(kind);
  });
  beforeEach(async () => {
    await opened.database.db.execute(
      sql`truncate webhook_registrations, webhook_checks, circuits, notifications cascade`,
    );
    crms = await Promise.all([startEspoCrm(), startEspoCrm({ apiKey: 'key-of-the-second' })]);
    registrations = new WebhookRegistrationStore(opened.database.db);
    gaps = new RecordingGapFiller();
    problems = [];
    nowMs = Date.now();
  });
  afterEach(() => Promise.all(crms.map((crm) => crm.stop())));
  afterAll(() => opened.drop());

  const connectorOf = (system: string, crm: EspoCrm) =>
    createEspoCrmConnector({
      system,
      url: crm.url,
      auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey },
      timeoutMs: 1_000,
    });
  function dependencies(changes: Partial<KeeperDependencies> = {}): KeeperDependencies {
    const circuits = new CircuitStore(opened.database.db);
    const now = (): Date => new Date(nowMs);
    const observer = {
      onCall: () => undefined,
      onRecovery: () => undefined,
      onProblem: (message: string, { trouble }: Readonly<Record<string, unknown>>) =>
        problems.push({ message, trouble }),
    };
    return {
      pairs: [parties],
      connectors: { EspoCRM: connectorOf('EspoCRM', crms[0]), [second]: connectorOf(second, crms[1]) },
      publicUrl,
      ...{ registrations, circuits, gaps, observer, now },
      breaker: createCircuitBreaker({ circuits, observer, now, messages: messagesIn('en', 'Europe/Berlin') }),
      budget: unlimitedBudget,
      ...changes,
    };
  }
  const keep = (changes: Partial<KeeperDependencies> = {}) =>
    keepWebhooks(dependencies(changes), new AbortController().signal);
  const nothingDone = { made: 0, mended: 0, removed: 0, covered: [], troubled: [] };

  const registeredIn = ({ webhooks, apiUser }: EspoCrm) =>
    webhooks
      .list()
      .filter(({ owner }) => owner.id === apiUser.id)
      .map(({ event, url, isActive, skipOwn }) => [event, url, isActive, skipOwn])
      .toSorted();
  const sound = (entity: string, pair: string) =>
    kinds.map((one) => [`${entity}.${one}`, urlOf(pair, one), true, true]).toSorted();
  const register = (changes: { url?: string; skipOwn?: boolean; event?: string } = {}, crm = crms[0]) =>
    crm.webhooks.register(
      { event: 'CBeteiligte.create', url: urlOf('beteiligte', 'create'), skipOwn: true, ...changes },
      crm.apiUser,
    );
  const knownIds = async (system = 'EspoCRM') => (await registrations.known(system)).map(({ id }) => id).toSorted();
  const idsIn = ({ webhooks }: EspoCrm) =>
    webhooks
      .list()
      .map(({ id }) => id)
      .toSorted();

  test('registers what is missing, once, and has the time before looked at', async () => {
    expect(await keep()).toEqual({ ...nothingDone, made: 3, covered: ['beteiligte'] });
    expect(registeredIn(crms[0])).toEqual(sound('CBeteiligte', 'beteiligte'));
    expect([await knownIds(), gaps.asked, problems]).toEqual([idsIn(crms[0]), ['beteiligte'], []]);
    expect(await keep()).toEqual(nothingDone);
    expect(gaps.asked).toEqual(['beteiligte']);
  });

  test('two pairs on one EspoCRM and a second EspoCRM each get theirs', async () => {
    expect(await keep({ pairs: [parties, contacts] })).toMatchObject({ made: 9, covered: ['beteiligte', 'contacts'] });
    expect(registeredIn(crms[0])).toEqual(
      [...sound('CBeteiligte', 'beteiligte'), ...sound('Contact', 'contacts')].toSorted(),
    );
    expect(registeredIn(crms[1])).toEqual(sound('Contact', 'contacts'));
  });

  test('takes over what was registered by hand, and asks for nothing that is there', async () => {
    for (const one of kinds) register({ event: `CBeteiligte.${one}`, url: urlOf('beteiligte', one) });
    const before = idsIn(crms[0]);
    expect(await keep()).toEqual({ ...nothingDone, covered: ['beteiligte'] });
    expect([idsIn(crms[0]), await knownIds()]).toEqual([before, before]);
  });

  describe('when everything was in order', () => {
    let ids: readonly string[];
    beforeEach(async () => {
      await keep();
      ids = idsIn(crms[0]);
      gaps.asked.length = 0;
    });
    const first = () => crms[0].webhooks.list().find(({ event }) => event === 'CBeteiligte.create')!;

    test.each<[string, () => unknown]>([
      ['was switched off', () => crms[0].webhooks.update(first().id, { isActive: false })],
      [
        'points to the address that we had before',
        () => crms[0].webhooks.update(first().id, { url: urlOf('beteiligte', 'create', 'http://10.0.0.5:8080') }),
      ],
      ['was pointed at somebody else', () => crms[0].webhooks.update(first().id, { url: 'https://x.example/hook' })],
    ])('one that %s is put right without losing its key', async (_title, spoil) => {
      spoil();
      expect(await keep()).toEqual({ ...nothingDone, mended: 1, covered: ['beteiligte'] });
      expect([registeredIn(crms[0]), idsIn(crms[0])]).toEqual([sound('CBeteiligte', 'beteiligte'), ids]);
      expect(await keep()).toEqual(nothingDone);
    });

    test('one that reports our own writes stops doing so, and nothing has to be looked for', async () => {
      crms[0].webhooks.update(first().id, { skipOwn: false });
      expect(await keep()).toEqual({ ...nothingDone, mended: 1 });
      expect([registeredIn(crms[0]), gaps.asked]).toEqual([sound('CBeteiligte', 'beteiligte'), []]);
    });

    test('of doubles the one that is known stays', async () => {
      register();
      register({ url: urlOf('beteiligte', 'create', 'http://10.0.0.5:8080') });
      expect(await keep()).toEqual({ ...nothingDone, removed: 2, covered: ['beteiligte'] });
      expect([idsIn(crms[0]), await knownIds()]).toEqual([ids, ids]);
    });

    test("somebody else's are left alone", async () => {
      const { webhooks, hmacUser } = crms[0];
      const others = [
        register({ url: 'https://x.example/hook' }),
        register({ event: 'Contact.create', url: 'https://x.example/contacts' }),
        webhooks.register({ event: 'CBeteiligte.create', url: urlOf('beteiligte', 'create') }, hmacUser),
      ].map((one) => ({ ...one }));
      expect(await keep()).toEqual(nothingDone);
      expect(webhooks.list()).toEqual(expect.arrayContaining(others));
      expect(await knownIds()).toEqual(ids);
    });

    test('one that somebody has deleted is registered anew', async () => {
      crms[0].webhooks.remove(first().id);
      expect(await keep()).toEqual({ ...nothingDone, made: 1, covered: ['beteiligte'] });
      expect([registeredIn(crms[0]), await knownIds()]).toEqual([sound('CBeteiligte', 'beteiligte'), idsIn(crms[0])]);
    });

    test('those of a pair that is gone are removed', async () => {
      expect(await keep({ pairs: [] })).toEqual({ ...nothingDone, removed: 3 });
      expect([idsIn(crms[0]), await knownIds()]).toEqual([[], []]);
    });

    test('without a public URL nothing is touched, nor is any system asked', async () => {
      const mark = crms[0].requests.mark();
      crms[0].webhooks.remove(first().id);
      expect(await keep({ publicUrl: null })).toEqual(nothingDone);
      expect(crms[0].requests.count({ since: mark })).toBe(0);
    });

    test('while somebody keeps them nobody else does', async () => {
      expect(await registrations.beginCheck('EspoCRM', new Date(nowMs), 120_000)).toBe(true);
      crms[0].webhooks.remove(first().id);
      expect(await keep()).toMatchObject({ made: 0, troubled: [{ system: 'EspoCRM', code: 'busy' }] });
      nowMs += 120_001;
      expect(await keep()).toMatchObject({ made: 1 });
    });
  });

  describe('what goes wrong', () => {
    test('one that EspoCRM deletes because something on the way has answered 410 is registered anew', async () => {
      const proxy = createServer((_request, response) => response.writeHead(410).end());
      await once(proxy.listen(0, '127.0.0.1'), 'listening');
      const here = { publicUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
      await keep(here);
      crms[0].create('CBeteiligte', { lastName: 'Meier' });
      expect(await crms[0].webhooks.deliverAll()).toMatchObject({ statuses: [410] });
      proxy.close();
      expect(idsIn(crms[0])).toHaveLength(2);
      expect(await keep(here)).toEqual({ ...nothingDone, made: 1, covered: ['beteiligte'] });
      expect(await knownIds()).toEqual(idsIn(crms[0]));
    });

    test('a creation whose answer is lost is found again and not made twice', async () => {
      crms[0].faults.add({ fault: { kind: 'resetAfter' }, method: 'POST', path: 'Webhook' });
      expect(await keep()).toMatchObject({ made: 0, troubled: [{ system: 'EspoCRM', code: 'ambiguous_write' }] });
      expect(idsIn(crms[0])).toHaveLength(1);
      expect(await keep()).toEqual({ ...nothingDone, made: 2, covered: ['beteiligte'] });
      expect(registeredIn(crms[0])).toEqual(sound('CBeteiligte', 'beteiligte'));
      expect(await knownIds()).toEqual(idsIn(crms[0]));
    });

    test('a crash between creating and remembering makes no double, and what was missed is looked for', async () => {
      const dying = new WebhookRegistrationStore(opened.database.db);
      dying.remember = () => Promise.reject(new Killed());
      await expect(keep({ registrations: dying })).rejects.toThrow(Killed);
      expect([idsIn(crms[0]).length, gaps.asked]).toEqual([1, []]);
      nowMs += 120_001;
      expect(await keep()).toEqual({ ...nothingDone, made: 2, covered: ['beteiligte'] });
      expect(registeredIn(crms[0])).toEqual(sound('CBeteiligte', 'beteiligte'));
    });

    test('what could not be looked for is asked for again', async () => {
      gaps.isAway = true;
      expect(await keep()).toMatchObject({ made: 3, covered: [] });
      gaps.isAway = false;
      expect(await keep()).toEqual({ ...nothingDone, covered: ['beteiligte'] });
      expect(await keep()).toEqual(nothingDone);
    });

    test('what can not be looked for yet, because another walk is in the way, is asked for again without a word', async () => {
      gaps.isInTheWay = true;
      expect(await keep()).toMatchObject({ made: 3, covered: [], troubled: [] });
      expect(await keep()).toEqual(nothingDone);
      gaps.isInTheWay = false;
      expect(await keep()).toEqual({ ...nothingDone, covered: ['beteiligte'] });
      expect(await keep()).toEqual(nothingDone);
      expect([gaps.asked, problems]).toEqual([['beteiligte', 'beteiligte', 'beteiligte'], []]);
    });

    test('a crash between mending and asking to look is no gap', async () => {
      await keep();
      const { id } = crms[0].webhooks.list()[0]!;
      crms[0].webhooks.update(id, { isActive: false });
      const dying = new WebhookRegistrationStore(opened.database.db);
      dying.endCheck = () => Promise.reject(new Killed());
      await expect(keep({ registrations: dying })).rejects.toThrow(Killed);
      nowMs += 120_001;
      gaps.asked.length = 0;
      expect([await keep(), gaps.asked]).toEqual([{ ...nothingDone, covered: ['beteiligte'] }, ['beteiligte']]);
    });

    test('the limit of an API user is told, and what is registered already is kept', async () => {
      crms[0].webhooks.settings.maxPerUser = 2;
      expect(await keep()).toMatchObject({ made: 2, troubled: [{ system: 'EspoCRM', code: 'rejected' }] });
      const { trouble } = await registrations.lastCheck('EspoCRM');
      expect(trouble).toMatch(/webhookMaxCountPerUser/);
      expect(problems).toEqual([{ message: "A system's webhooks could not all be put right", trouble }]);
      await keep();
      expect(problems).toHaveLength(1);
    });

    test('doubles make room for what is missing where the limit is reached', async () => {
      for (let count = 0; count < 3; count += 1) register();
      crms[0].webhooks.settings.maxPerUser = 3;
      expect(await keep()).toMatchObject({ made: 2, removed: 2, troubled: [] });
    });

    test('an internal address that is refused is told as the administrator has to enter it, and mending is not repeated as a gap', async () => {
      await keep();
      gaps.asked.length = 0;
      crms[0].webhooks.allowedAddresses = [];
      const internal = { publicUrl: 'http://10.0.0.7:8080' };
      expect(await keep(internal)).toMatchObject({ mended: 0, troubled: [{ system: 'EspoCRM', code: 'rejected' }] });
      expect((await registrations.lastCheck('EspoCRM')).trouble).toContain(
        "'10.0.0.7:8080' to webhookAllowedAddressList",
      );
      expect(gaps.asked).toEqual([]);
      crms[0].webhooks.allowedAddresses = ['10.0.0.7:8080'];
      expect(await keep(internal)).toEqual({ ...nothingDone, mended: 3, covered: ['beteiligte'] });
      expect(await registrations.lastCheck('EspoCRM')).toMatchObject({ trouble: null });
    });

    test('a role without the scope is told so', async () => {
      crms[0].faults.add({
        fault: { kind: 'status', status: 403, headers: { 'X-Status-Reason': 'No access.' } },
        path: 'Webhook',
      });
      expect(await keep()).toMatchObject({ troubled: [{ system: 'EspoCRM', code: 'forbidden' }] });
      expect((await registrations.lastCheck('EspoCRM')).trouble).toMatch(/scope Webhooks/);
    });

    test('a system in trouble is left alone, and the other one is not', async () => {
      crms[0].maintenance(true);
      const both = { pairs: [parties, contacts] };
      expect(await keep(both)).toMatchObject({ made: 3, troubled: [{ system: 'EspoCRM', code: 'unavailable' }] });
      const mark = crms[0].requests.mark();
      expect(await keep(both)).toMatchObject({ made: 0, troubled: [{ system: 'EspoCRM', code: 'unavailable' }] });
      expect(crms[0].requests.count({ since: mark })).toBe(0);
    });

    test('a budget that has room again soon is waited for', async () => {
      let asked = 0;
      const soon: Pick<CallBudget, 'reserve'> = {
        reserve: (...wanted) => {
          asked += 1;
          return asked < 3 ? Promise.resolve({ kind: 'spent', retryAfterMs: 1 }) : unlimitedBudget.reserve(...wanted);
        },
      };
      expect(await keep({ budget: soon })).toMatchObject({ made: 3, troubled: [] });
    });

    test('a spent budget leaves it for the next time', async () => {
      const spent: Pick<CallBudget, 'reserve'> = {
        reserve: () => Promise.resolve({ kind: 'spent', retryAfterMs: 60_000 }),
      };
      expect(await keep({ budget: spent })).toMatchObject({ troubled: [{ system: 'EspoCRM', code: 'budget_spent' }] });
      expect(crms[0].requests.count()).toBe(0);
    });
  });
});
