import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { definitionText } from '../engine/definition-text.ts';
import type { OpenDatabase } from '../store/database.ts';
import { openInMemory } from '../test/support/embedded.ts';
import { advowareConnector, type House, openHouse, requestTimeoutMs } from '../test/support/house.ts';
import { CircuitStore } from '../store/circuits.ts';
import { PairStore } from '../store/pairs.ts';
import { reconcile } from './reconcile.ts';

const meier = { lastName: 'Meier', firstName: 'Anna', dateOfBirth: '2001-01-05' };

let database: OpenDatabase;
let house: House;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  house = await openHouse({ database });
});
afterEach(() => house.close());

const inCrm = (id: string) => house.crm.record('CBeteiligte', id)!;
const passIn = async (ms: number, id: string) => {
  house.clockOffsetMs += ms;
  return house.pass(id);
};

describe('failures of one record', () => {
  const failing = (times: number) =>
    house.firm.faults.add({ fault: { kind: 'status', status: 500 }, method: 'GET', path: 'Beteiligte', times });

  test('it climbs the ladder, tells the user once per step, and gives up after five attempts', async () => {
    const { id } = await house.linked(meier);
    failing(Infinity);
    const waits = [];
    let summary = await house.sync(id, 'person');
    while (summary.outcome.kind === 'waiting') {
      waits.push(summary.outcome.retryInMs);
      expect(inCrm(id)).toMatchObject({ syncStatus: 'failed', syncRetryCount: waits.length });
      summary = await passIn((summary.outcome.retryInMs ?? 0) + 1, id);
    }
    expect(waits).toEqual([60_000, 300_000, 900_000, 3_600_000]);
    expect(summary.outcome).toEqual({ kind: 'parked', code: 'record_failed', system: 'Advoware' });
    expect(inCrm(id)).toMatchObject({
      syncStatus: 'permanently_failed',
      syncRetryCount: 5,
      syncErrorMessage: expect.stringContaining('Advoware'),
    });
  });

  test('our own failure message neither ends the wait nor revives the record; an edit does', async () => {
    const { id } = await house.linked(meier);
    failing(1);
    const first = await house.sync(id, 'person');
    expect(first.outcome).toMatchObject({ kind: 'waiting', retryInMs: 60_000 });
    const mark = house.mark();
    expect((await house.sync(id)).outcome).toMatchObject({ kind: 'waiting', code: 'record_failed' });
    expect(house.calls(mark)).toEqual({ crm: 1, firm: 0 });
    expect(await house.links()).toMatchObject([{ attempts: 1 }]);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    expect((await house.sync(id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
    expect(inCrm(id)).toMatchObject({ syncStatus: 'clean', syncRetryCount: 0, syncErrorMessage: null });
  });

  test('for a day of failures with every echo heard: at most five attempts and six status writes', async () => {
    const { id } = await house.linked(meier);
    failing(Infinity);
    const mark = house.mark();
    let summary = await house.sync(id, 'person');
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      house.clockOffsetMs += 600_000;
      summary = await house.sync(id);
    }
    expect(summary.outcome.kind).toBe('parked');
    expect(house.firm.requests.count({ since: mark.firm, path: 'Beteiligte' })).toBeLessThanOrEqual(5);
    expect(house.crm.requests.count({ since: mark.crm, method: 'PUT' })).toBeLessThanOrEqual(6);
  });

  test("a value that the CRM refuses is the data owner's matter: no retries, the field is named, the other side keeps it", async () => {
    const { id, betNr } = await house.linked(meier);
    house.firm.update(betNr, { titel: 'x'.repeat(60) });
    expect((await house.sync(id, 'person')).outcome).toEqual({ kind: 'parked', code: 'rejected', system: 'EspoCRM' });
    expect(inCrm(id)).toMatchObject({
      syncStatus: 'permanently_failed',
      syncErrorMessage: expect.stringContaining('titel'),
    });
    expect(inCrm(id)['syncErrorMessage']).not.toContain('xxx');
    house.firm.update(betNr, { titel: 'Dr.' });
    expect((await house.sync(id, 'person')).outcome).toEqual({ kind: 'done', verdict: 'replica_newer' });
    expect(inCrm(id)).toMatchObject({ syncStatus: 'clean', titel: 'Dr.' });
  });

  describe('where the people speak German', () => {
    beforeEach(async () => {
      await house.close();
      house = await openHouse({ database, language: 'de' });
    });

    test('a value that Advoware refuses is told in German, with the field as the CRM knows it', async () => {
      const { id } = await house.linked(meier);
      const body = JSON.stringify({ errors: { Titel: ['Der Wert "Prof. Geheim" ist nicht erlaubt.'] } });
      house.firm.faults.add({ fault: { kind: 'status', status: 400, body }, method: 'PUT', path: 'Beteiligte' });
      house.crm.update('CBeteiligte', id, { titel: 'Prof. Geheim' });
      expect((await house.sync(id)).outcome).toMatchObject({ kind: 'parked', code: 'rejected', system: 'Advoware' });
      const text =
        'Advoware nimmt den Wert im Feld title (titel) nicht an. Bitte hier berichtigen; danach wird von selbst abgeglichen.';
      expect(inCrm(id)).toMatchObject({ syncStatus: 'permanently_failed', syncErrorMessage: text });
      house.crm.update('CBeteiligte', id, { titel: 'Prof.' });
      expect((await house.sync(id)).outcome).toEqual({ kind: 'done', verdict: 'master_newer' });
      expect(inCrm(id)).toMatchObject({ syncStatus: 'clean', syncErrorMessage: null });
    });

    test('a value that the CRM refuses is to be corrected in Advoware, where it comes from', async () => {
      const { id, betNr } = await house.linked(meier);
      house.firm.update(betNr, { titel: 'x'.repeat(60) });
      await house.sync(id, 'person');
      expect(inCrm(id)['syncErrorMessage']).toMatch(
        /^EspoCRM nimmt den Wert aus Advoware im Feld title \(titel\) nicht an\. Bitte in Advoware berichtigen/,
      );
    });

    test('each attempt says when the next one is, the last one that there is none', async () => {
      const { id } = await house.linked(meier);
      failing(Infinity);
      const told: unknown[] = [];
      let summary = await house.sync(id, 'person');
      while (summary.outcome.kind === 'waiting') {
        const [link] = await house.links();
        const at = link!.nextAttemptAt!.toLocaleTimeString('de-DE', { timeStyle: 'short', timeZone: 'Europe/Berlin' });
        const next = `Versuch ${told.length + 1} von 5; der nächste folgt von selbst um ${at} Uhr.`;
        expect(inCrm(id)['syncErrorMessage']).toContain(next);
        told.push(next);
        summary = await passIn((summary.outcome.retryInMs ?? 0) + 1, id);
      }
      expect(told).toHaveLength(4);
      expect(inCrm(id)['syncErrorMessage']).toMatch(
        /^Advoware konnte diesen Datensatz nicht verarbeiten\. Tandem hat aufgegeben\. .*„tandem retry“ .* \[Advoware: GET .*\]$/,
      );
    });
  });

  test('a parked record that is revived while a system is away goes on by itself when it is back', async () => {
    const { id, betNr } = await house.linked(meier);
    house.firm.update(betNr, { titel: 'x'.repeat(60) });
    expect((await house.sync(id, 'person')).outcome.kind).toBe('parked');
    house.firm.update(betNr, { titel: 'Dr.' });
    house.firm.offline(true);
    expect((await house.sync(id, 'person')).outcome).toMatchObject({ kind: 'held_back', code: 'unavailable' });
    house.firm.offline(false);
    await new CircuitStore(house.database.db).close('Advoware', 'back', house.now());
    expect((await passIn(16_000, id)).outcome).toEqual({ kind: 'done', verdict: 'replica_newer' });
  });

  test('a record that the API user may not see is parked; nobody else waits', async () => {
    const [one, other] = [await house.linked(meier), await house.linked({ lastName: 'Schulz' })];
    house.crm.forbid('CBeteiligte', one.id);
    expect((await house.sync(one.id)).outcome).toEqual({ kind: 'parked', code: 'forbidden', system: 'EspoCRM' });
    house.crm.update('CBeteiligte', other.id, { titel: 'Dr.' });
    expect((await house.sync(other.id)).outcome).toMatchObject({ verdict: 'master_newer' });
  });

  test('a record whose write a firewall refuses without a reason is parked at once; nobody else waits', async () => {
    const [one, other] = [await house.linked(meier), await house.linked({ lastName: 'Schulz' })];
    const write = { method: 'PUT', path: `CBeteiligte/${one.id}` };
    house.crm.faults.add({ ...write, fault: { kind: 'status', status: 403 }, times: Infinity });
    house.firm.update(one.betNr, { titel: 'Dr.' });
    house.firm.update(other.betNr, { titel: 'Dr.' });
    expect((await house.sync(one.id, 'person')).outcome).toEqual({
      kind: 'parked',
      code: 'forbidden',
      system: 'EspoCRM',
    });
    expect(await new CircuitStore(house.database.db).list()).toEqual([]);
    expect((await house.sync(other.id, 'person')).outcome).toMatchObject({ verdict: 'replica_newer' });
    expect(inCrm(other.id)).toMatchObject({ titel: 'Dr.' });
  });
});

describe('people who edit meanwhile', () => {
  test('an edit between our read and our write in the CRM is seen, and both edits survive', async () => {
    const { id, betNr } = await house.linked(meier);
    house.firm.update(betNr, { vorname: 'Anne' });
    const edited = onceBefore('EspoCRM', 'update', () =>
      house.crm.update('CBeteiligte', id, { firstName: 'Annika', titel: 'Dr.' }),
    );
    const summary = await syncWith(edited, id);
    expect(summary.outcome).toEqual({ kind: 'done', verdict: 'conflict' });
    expect(inCrm(id)).toMatchObject({ firstName: 'Annika', titel: 'Dr.' });
    expect(house.firm.record(betNr)).toMatchObject({ vorname: 'Annika', titel: 'Dr.' });
    expect((await house.ledger()).filter(({ losingValue }) => losingValue === 'Anne')).toHaveLength(1);
  });

  test('without optimistic concurrency the edit shows in the answer: the pass goes round once more', async () => {
    await house.close();
    house = await openHouse({ database, crm: { optimisticConcurrency: false } });
    const { id, betNr } = await house.linked(meier);
    house.firm.update(betNr, { vorname: 'Anne' });
    const edited = onceBefore('EspoCRM', 'update', () => house.crm.update('CBeteiligte', id, { titel: 'Dr.' }));
    await syncWith(edited, id);
    expect(house.firm.record(betNr)).toMatchObject({ vorname: 'Anne', titel: 'Dr.' });
    expect(inCrm(id)).toMatchObject({ firstName: 'Anne', titel: 'Dr.' });
  });

  test('an edit in Advoware between our read and our write is kept', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    const edited = onceAfter('Advoware', 'update', () => house.firm.update(betNr, { vorname: 'Anne' }));
    await syncWith(edited, id);
    await house.sync(id, 'person');
    expect([inCrm(id)['firstName'], house.firm.record(betNr)!.vorname]).toEqual(['Anne', 'Anne']);
  });

  type Deps = House['deps'];
  const wrapped = (system: string, method: string, around: (run: () => Promise<unknown>) => Promise<unknown>): Deps => {
    const connector = house.deps.connectors[system]!;
    const proxy = new Proxy(connector, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== method || typeof value !== 'function') return value;
        return (...args: unknown[]) => around(() => Reflect.apply(value, target, args) as Promise<unknown>);
      },
    });
    return { ...house.deps, connectors: { ...house.deps.connectors, [system]: proxy } };
  };
  const onceBefore = (system: string, method: string, edit: () => unknown): Deps => {
    let left = 1;
    return wrapped(system, method, (run) => {
      if (left-- > 0) edit();
      return run();
    });
  };
  const onceAfter = (system: string, method: string, edit: () => unknown): Deps => {
    let left = 1;
    return wrapped(system, method, async (run) => {
      const result = await run();
      if (left-- > 0) edit();
      return result;
    });
  };
  const syncWith = async (deps: Deps, id: string) => {
    await house.hint('master', id, 'person');
    const attempt = (n: number) => ({
      owner: id,
      token: `${id}/${n}`,
      signal: new AbortController().signal,
      leaseMs: 60_000,
      isOurs: () => true,
    });
    let summary = await reconcile(deps, { pair: 'beteiligte', key: id }, attempt(0));
    for (let n = 1; summary.again; n += 1) summary = await reconcile(deps, { pair: 'beteiligte', key: id }, attempt(n));
    return summary;
  };
});

describe('answers that never came', () => {
  test('words that were added to a text arrive, though the first write was lost and somebody saved the party meanwhile', async () => {
    const { id, betNr } = await house.linked({ ...meier, titel: 'Dr.' });
    house.crm.update('CBeteiligte', id, { titel: 'Dr. iur.' });
    house.firm.faults.add({ fault: { kind: 'resetBefore' }, method: 'PUT', path: 'Beteiligte' });
    expect((await house.sync(id)).outcome.kind).toBe('waiting');
    house.firm.update(betNr, { vorname: 'Anne' });
    house.clockOffsetMs += requestTimeoutMs + 1;
    await house.sync(id, 'person');
    expect(house.firm.record(betNr)).toMatchObject({ titel: 'Dr. iur.', vorname: 'Anne' });
    expect(inCrm(id)).toMatchObject({ titel: 'Dr. iur.', firstName: 'Anne', syncStatus: 'clean' });
  });

  test.each(['resetAfter', 'resetBefore', 'truncate'] as const)(
    'an update whose answer is lost (%s) ends equal',
    async (kind) => {
      const { id, betNr } = await house.linked(meier);
      house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
      house.firm.faults.add({ fault: { kind }, method: 'PUT' });
      const { outcome } = await house.sync(id);
      expect(outcome).toEqual({
        kind: 'waiting',
        code: 'ambiguous_write',
        system: 'Advoware',
        retryInMs: requestTimeoutMs,
      });
      await passIn(requestTimeoutMs + 1, id);
      expect([house.firm.record(betNr)!.titel, inCrm(id)['advowareRowId']]).toEqual([
        'Dr.',
        house.firm.record(betNr)!.rowId,
      ]);
      expect(await house.links()).toMatchObject([{ state: 'linked', attempts: 0, failure: null }]);
    },
  );

  test.each(['resetAfter', 'truncate'] as const)(
    'a creation whose answer is lost (%s) is never repeated',
    async (kind) => {
      const { id } = house.crm.create('CBeteiligte', meier);
      house.firm.faults.add({ fault: { kind }, method: 'POST', path: 'Beteiligte' });
      expect((await house.sync(id)).outcome).toEqual({ kind: 'parked', code: 'maybe_created', system: 'Advoware' });
      expect(inCrm(id)).toMatchObject({ syncErrorMessage: expect.stringContaining('enter its number') });
      expect((await house.sync(id, 'person')).outcome).toMatchObject({ code: 'maybe_created' });
      expect(house.firm.records()).toHaveLength(1);
      house.crm.update('CBeteiligte', id, { betnr: String(house.firm.records()[0]!.betNr) });
      expect((await house.sync(id)).outcome.kind).toBe('done');
      expect(inCrm(id)).toMatchObject({ syncStatus: 'clean', syncErrorMessage: null });
    },
  );

  test('where Advoware can be searched, the lost creation is found and adopted', async () => {
    await house.close();
    house = await openHouse({ database, firm: { search: ['name', 'vorname'] } });
    const { id } = house.crm.create('CBeteiligte', meier);
    house.firm.faults.add({ fault: { kind: 'resetAfter' }, method: 'POST', path: 'Beteiligte' });
    expect((await house.sync(id)).outcome).toMatchObject({ kind: 'waiting', code: 'ambiguous_write' });
    expect((await passIn(requestTimeoutMs + 1, id)).outcome.kind).toBe('done');
    expect(house.firm.records()).toHaveLength(1);
    expect(inCrm(id)).toMatchObject({ betnr: String(house.firm.records()[0]!.betNr), syncStatus: 'clean' });
  });
});

describe('set-ups that would do damage', () => {
  test('a PUT that empties what it should keep stops the pair, and nothing more is written', async () => {
    await house.close();
    house = await openHouse({ database, firm: { put: 'full' } });
    const { betNr } = house.firm.create({ name: 'Meier', vorname: 'Anna' });
    const { id } = house.crm.create('CBeteiligte', { ...meier, lastName: 'Maier', betnr: String(betNr) });
    const partial = { ...house.deps.connectors, Advoware: advowareConnector(house.firm, { put: 'partial' }) };
    await house.hint('master', id);
    const attempt = { owner: id, token: id, signal: new AbortController().signal, leaseMs: 60_000, isOurs: () => true };
    const summary = await reconcile({ ...house.deps, connectors: partial }, { pair: 'beteiligte', key: id }, attempt);
    expect(summary.outcome).toEqual({ kind: 'paused' });
    const mark = house.mark();
    expect((await house.sync(id, 'person')).outcome).toEqual({ kind: 'paused' });
    expect(house.calls(mark)).toEqual({ crm: 0, firm: 0 });
  });
});

test('a field that the API user may not read is not taken for a cleared one: the pair stops and says which', async () => {
  const { id, betNr } = await house.linked({ ...meier, titel: 'Dr.' });
  house.crm.hideField('CBeteiligte', 'titel');
  expect((await house.sync(id, 'person')).outcome).toEqual({ kind: 'paused' });
  expect(house.firm.record(betNr)!.titel).toBe('Dr.');
  expect((await new PairStore(house.database.db).state('beteiligte')).stop).toMatchObject({
    reason: expect.stringContaining('does not show titel'),
  });
});

test('a record that asks a question still asks it, with its answers, after the pair was stopped while it was looked at', async () => {
  const { id } = await house.linked(meier);
  const { betNr: other } = house.firm.create({ name: 'Schulz' });
  house.crm.update('CBeteiligte', id, { betnr: String(other) });
  expect((await house.sync(id)).outcome).toMatchObject({ kind: 'parked', code: 'number_changed' });
  const asking = await house.links();
  house.crm.hideField('CBeteiligte', 'titel');
  expect((await house.sync(id, 'person')).outcome).toEqual({ kind: 'paused' });
  const { state, failure, attempts } = asking[0]!;
  expect(await house.links()).toMatchObject([{ state, failure, attempts }]);
});

describe('I7: one owner per record', () => {
  test('a pass that was overtaken writes nothing and loses nothing', async () => {
    const { id, betNr } = await house.linked(meier);
    house.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    await house.hint('master', id);
    const { connectors } = house.deps;
    const overtaken = new Proxy(connectors['Advoware']!, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'read' || typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const result: unknown = await Reflect.apply(value, target, args);
          await house.pass(id, 'late');
          return result;
        };
      },
    });
    const late = {
      owner: 'late',
      token: 'first attempt',
      signal: new AbortController().signal,
      leaseMs: 60_000,
      isOurs: () => true,
    };
    const mark = house.mark();
    const deps = { ...house.deps, connectors: { ...connectors, Advoware: overtaken } };
    const summary = await reconcile(deps, { pair: 'beteiligte', key: id }, late);
    expect(summary.outcome).toEqual({ kind: 'nothing' });
    expect(house.firm.requests.count({ since: mark.firm, method: 'PUT' })).toBe(1);
    expect(house.firm.record(betNr)!.titel).toBe('Dr.');
  });

  test('another workflow does not take over a living lease', async () => {
    const { id } = await house.linked(meier);
    await house.hint('master', id);
    const lease = { owner: 'one', token: 'one', leaseMs: 60_000, isOurs: () => true };
    await house.deps.passes.begin(
      { pair: 'beteiligte', key: id },
      lease,
      { definition: definitionText(house.deps.pairs[0]!), loopWindowMs: 1 },
      () => house.now(),
    );
    expect((await house.pass(id, 'other')).outcome).toMatchObject({ kind: 'waiting', code: 'busy' });
    house.clockOffsetMs += 60_001;
    expect((await house.pass(id, 'other')).outcome.kind).toBe('done');
  });
});
