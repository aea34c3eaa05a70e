import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Advoware,
  type AdvowareOptions as FirmOptions,
  startAdvoware,
} from '../../simulators/advoware/start-advoware.ts';
import type { Attributes, Connector, RemoteRecord } from '../connector.ts';
import { AmbiguousWrite, type ConnectorError, Misconfigured, RecordFailed, Rejected, StaleVersion } from '../errors.ts';
import { createContext, rejectionOf, type TestContext } from '../test-context.ts';
import type { AdvowareOptions } from './connector.ts';
import { connectorFor } from './test-connector.ts';

let firm: Advoware;
let connector: Connector;
let context: TestContext;

async function start(firmOptions: FirmOptions = {}, options: Partial<AdvowareOptions> = {}): Promise<void> {
  firm = await startAdvoware(firmOptions);
  connector = connectorFor(firm, options);
  context = createContext();
}
async function restart(firmOptions: FirmOptions, options: Partial<AdvowareOptions> = {}): Promise<void> {
  await firm.stop();
  await start(firmOptions, options);
}
beforeEach(() => start());
afterEach(() => firm.stop());

async function readRecord(betNr: number): Promise<RemoteRecord> {
  const result = await connector.read('Beteiligte', String(betNr), context);
  if (result.kind !== 'found') throw new Error('The party is gone');
  return result.record;
}
const update = (current: RemoteRecord, changes: Attributes) =>
  connector.update('Beteiligte', current, changes, context);
const callsOf = (mark: number) => firm.requests.all({ since: mark, path: 'Beteiligte' }).map(({ method }) => method);

const forms: readonly FirmOptions[] = [
  { propertyCase: 'camel', answerShape: 'object' },
  { propertyCase: 'camel', answerShape: 'list' },
  { propertyCase: 'pascal', answerShape: 'object' },
  { propertyCase: 'pascal', answerShape: 'list' },
];

describe.each(forms)('whatever form answers have: %j', (form) => {
  beforeEach(() => restart({ ...form, ignoredFields: [] }));

  test('a party reads the same', async () => {
    const { betNr, rowId } = firm.create({
      name: 'Muster',
      bAnrede: 'Sehr geehrte',
      geburtsdatum: '2001-01-05T00:00:00',
    });
    expect(await readRecord(betNr)).toMatchObject({
      id: String(betNr),
      version: rowId,
      modifiedByUs: null,
      attributes: { name: 'Muster', bAnrede: 'Sehr geehrte', geburtsdatum: '2001-01-05T00:00:00' },
    });
  });

  test('a party is created and changed in two calls', async () => {
    const created = await connector.create('Beteiligte', { name: 'Neu', vorname: 'Eva' }, context);
    const changed = await update(created, { vorname: 'Eva Maria' });
    expect(firm.record(Number(created.id))).toMatchObject({
      name: 'Neu',
      vorname: 'Eva Maria',
      rowId: changed.version,
    });
    expect(context.count('record')).toBe(2);
  });

  test('a change keeps everything that was not meant to change', async () => {
    const before = firm.create({ name: 'Muster', vorname: 'Max', titel: 'Dr.' });
    await update(await readRecord(before.betNr), { vorname: null, titel: 'Prof.' });
    const { rowId: _rowId, geaendertAm: _geaendertAm, ...kept } = firm.record(before.betNr)!;
    expect({ ...before, ...kept }).toEqual({ ...before, vorname: null, titel: 'Prof.' });
  });
});

describe('writing the whole record or the changes only', () => {
  const both = [
    ['full', 'full'],
    ['full', 'partial'],
    ['partial', 'partial'],
  ] as const;

  test.each(both)('we send it %s and a PUT is %s: nothing is lost', async (ours, theirs) => {
    await restart({ put: theirs }, { put: ours });
    const { betNr } = firm.create({ name: 'Muster', bemerkung: 'bleibt' });
    await update(await readRecord(betNr), { vorname: 'Max' });
    expect(firm.record(betNr)).toMatchObject({
      vorname: 'Max',
      bemerkung: 'bleibt',
      kommunikation: [{ tlf: '0221 4710' }],
    });
  });

  test('properties that only came with the record travel back with it', async () => {
    const { betNr } = firm.create({ aktenzeichenIntern: '17/26' });
    const current = await readRecord(betNr);
    await update({ ...current, attributes: { betNr } }, { vorname: 'Max' });
    expect(firm.record(betNr)).toMatchObject({ aktenzeichenIntern: '17/26', vorname: 'Max' });
  });

  test('a PUT that empties more than was meant stops everything and says which setting to change', async () => {
    await restart({ put: 'full' }, { put: 'partial' });
    const { betNr } = firm.create({ name: 'Muster', bemerkung: 'geht verloren' });
    const error = (await rejectionOf(update(await readRecord(betNr), { name: 'Neu' }))) as Error;
    expect(error).toBeInstanceOf(Misconfigured);
    expect(error.message).toMatch(/bemerkung.*ADVOWARE_PUT=full/);
    expect(error.message).not.toContain('geht verloren');
  });

  test('an answer that only leaves something out is not held against the PUT', async () => {
    const { betNr, rowId } = firm.create();
    const current = await readRecord(betNr);
    const body = JSON.stringify([{ betNr, rowId }]);
    firm.faults.add({ method: 'PUT', fault: { kind: 'status', status: 200, body } });
    const mark = firm.requests.mark();
    expect(await update(current, {})).toMatchObject({ attributes: { bemerkung: 'Nur nachmittags anrufen' } });
    expect(callsOf(mark)).toEqual(['PUT', 'GET']);
  });

  test('a write that was accepted is not taken for one that was not sent because the look after it failed', async () => {
    const { betNr, rowId } = firm.create();
    const current = await readRecord(betNr);
    firm.faults.add({
      method: 'PUT',
      fault: { kind: 'status', status: 200, body: JSON.stringify([{ betNr, rowId }]) },
    });
    firm.faults.add({ method: 'GET', fault: { kind: 'status', status: 503, body: 'Kanzlei nicht angemeldet' } });
    expect(await rejectionOf(update(current, {}))).toMatchObject({ code: 'ambiguous_write', settleMs: 0 });
  });
});

describe('creating', () => {
  test.each([
    ['brings no version', { postAnswersRowId: false }],
    ['brings no version in a list', { postAnswersRowId: false, answerShape: 'list' }],
  ] as const)('the party is read once more if the answer %s', async (_title, form) => {
    await restart(form);
    const record = await connector.create('Beteiligte', { name: 'Neu' }, context);
    expect([record.version, context.count('record')]).toEqual([firm.record(Number(record.id))?.rowId, 2]);
  });

  test('the number is kept even if the second look fails', async () => {
    await restart({ postAnswersRowId: false });
    firm.faults.add({ method: 'GET', path: 'Beteiligte', fault: { kind: 'resetBefore' } });
    const record = await connector.create('Beteiligte', { name: 'Neu' }, context);
    expect([record.id, record.version]).toEqual([String(firm.records()[0]?.betNr), null]);
  });

  test('an answer without a number leaves open what was created', async () => {
    firm.faults.add({
      method: 'POST',
      path: 'Beteiligte',
      fault: { kind: 'status', status: 200, body: '{"rowId":"x"}' },
    });
    expect(await rejectionOf(connector.create('Beteiligte', { name: 'Neu' }, context))).toBeInstanceOf(AmbiguousWrite);
  });
});

describe('a number that does not exist', () => {
  const answers = ['404', '500', 'empty'] as const;
  const read = () => connector.read('Beteiligte', '999', context);

  test.each(answers)('is gone if the setting says that it is answered with %s', async (notFound) => {
    await restart({ notFound }, { notFound });
    expect(await read()).toEqual({ kind: 'gone' });
  });

  test.each(answers)('is not believed to be gone while nobody knows what %s means', async (notFound) => {
    await restart({ notFound }, { notFound: 'ask' });
    const error = (await rejectionOf(read())) as ConnectorError;
    expect(error).toBeInstanceOf(RecordFailed);
    expect(error.message).toContain(`set ADVOWARE_NOT_FOUND=${notFound}`);
  });

  test.each([
    ['404', '500', Misconfigured],
    ['404', 'empty', Misconfigured],
    ['500', '404', RecordFailed],
    ['500', 'empty', RecordFailed],
    ['empty', '404', RecordFailed],
    ['empty', '500', RecordFailed],
  ] as const)('is an error if %s comes where %s is set', async (answer, setting, expected) => {
    await restart({ notFound: answer }, { notFound: setting });
    expect(await rejectionOf(read())).toBeInstanceOf(expected);
  });

  test.each([
    ['404', '404', StaleVersion],
    ['empty', 'empty', StaleVersion],
    ['500', '500', RecordFailed],
    ['404', 'ask', RecordFailed],
    ['404', 'empty', Misconfigured],
  ] as const)('on a change, answered with %s where %s is set', async (answer, setting, expected) => {
    await restart({ notFound: answer }, { notFound: setting });
    const { betNr } = firm.create();
    const current = await readRecord(betNr);
    firm.remove(betNr);
    expect(await rejectionOf(update(current, { vorname: 'Max' }))).toBeInstanceOf(expected);
  });

  test('an offline office is never taken for a missing record', async () => {
    await restart({ apiOfflineStatus: 500 }, { notFound: '500' });
    await connector.read('Beteiligte', String(firm.create().betNr), context);
    firm.offline(true);
    expect(await rejectionOf(read())).toHaveProperty('code', 'unavailable');
  });

  test('a number of another form is never sent', async () => {
    expect(await rejectionOf(connector.read('Beteiligte', '../Akten', context))).toBeInstanceOf(Rejected);
    expect(firm.requests.count()).toBe(0);
  });
});

test('a version that moved meanwhile is refused where Advoware compares it, whichever way we write', async () => {
  for (const put of ['full', 'partial'] as const) {
    await restart({ checkRowId: true, put }, { put });
    const { betNr } = firm.create();
    const current = await readRecord(betNr);
    await update(current, { vorname: 'Max' });
    expect(await rejectionOf(update(current, { vorname: 'Moritz' }))).toBeInstanceOf(StaleVersion);
  }
});

test('parties can not be deleted, a person has to', () => {
  expect(connector.remove).toBeNull();
});

describe('searching', () => {
  test('is not offered unless it is configured', () => {
    expect(connector.find).toEqual({ by: 'id' });
  });

  test('finds parties by the configured properties', async () => {
    await restart({ search: ['name', 'geburtsdatum'] }, { search: ['name', 'geburtsdatum'] });
    const wanted = firm.create({ name: 'Muster', geburtsdatum: '2001-01-05T00:00:00' });
    firm.create({ name: 'Muster', geburtsdatum: '1999-01-05T00:00:00' });
    const found = await connector.search('Beteiligte', { name: 'Muster', geburtsdatum: '2001-01-05' }, context);
    expect(found.map(({ id }) => id)).toEqual([String(wanted.betNr)]);
    expect(connector.find).toEqual({ by: 'keys', attributes: ['name', 'geburtsdatum'] });
  });

  test('does not believe an API that ignores the question', async () => {
    await restart({}, { search: ['name'] });
    const body = JSON.stringify([firm.create({ name: 'Anders' }), firm.create({ name: 'Muster' })]);
    firm.faults.add({ path: 'Beteiligte', fault: { kind: 'status', status: 200, body } });
    const found = await connector.search('Beteiligte', { name: 'Muster' }, context);
    expect(found.map(({ attributes }) => attributes['name'])).toEqual(['Muster']);
  });

  test('by something else is a mistake in the set-up', async () => {
    expect(await rejectionOf(connector.search('Beteiligte', { vorname: 'Max' }, context))).toBeInstanceOf(
      Misconfigured,
    );
  });
});
