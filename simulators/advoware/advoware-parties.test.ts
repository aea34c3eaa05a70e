import { afterEach, describe, expect, test } from '@jest/globals';
import { onlyParty, signIn } from './test-client.ts';
import { startAdvoware, type Advoware, type AdvowareOptions } from './start-advoware.ts';

const running: Advoware[] = [];

async function start(options: AdvowareOptions = {}) {
  const advoware = await startAdvoware(options);
  running.push(advoware);
  const { call } = await signIn(advoware, options.basePath);
  return { advoware, call };
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((advoware) => advoware.stop()));
});

describe('reading a party', () => {
  test('gives a list of one with everything that the firm has entered', async () => {
    const { advoware, call } = await start();
    const { betNr } = advoware.create({ name: 'Größe', vorname: 'Jörg', geburtsdatum: '2001-01-05T00:00:00' });
    const party = onlyParty(await call('GET', `/${betNr}`));
    expect(betNr).toBe(104860);
    expect(party).toMatchObject({
      betNr,
      name: 'Größe',
      vorname: 'Jörg',
      geburtsdatum: '2001-01-05T00:00:00',
      titel: null,
      bemerkung: expect.any(String),
      aktenzeichenIntern: expect.any(String),
      kommunikation: [expect.objectContaining({ kommKz: 1, rowId: expect.any(String) })],
      adressen: [expect.objectContaining({ ort: 'Köln' })],
      angelegtVon: 'RA',
    });
    expect(party.rowId).toMatch(/^[A-Za-z0-9+/]{16}$/);
    expect(party).toEqual(advoware.record(betNr));
  });

  test('can give an object with property names in Pascal case', async () => {
    const { advoware, call } = await start({ answerShape: 'object', propertyCase: 'pascal' });
    const { betNr } = advoware.create({ name: 'Groß' });
    const { body } = await call('GET', `/${betNr}`);
    expect(body).toMatchObject({
      BetNr: betNr,
      Name: 'Groß',
      BAnrede: null,
      HandelsRegisterNummer: null,
      Kommunikation: [{ KommKz: 1 }],
    });
  });

  test('works below another base path', async () => {
    const { advoware, call } = await start({ basePath: '/api/v1' });
    const { betNr } = advoware.create();
    expect((await call('GET', `/${betNr}`)).status).toBe(200);
  });

  test.each(['abc', '1.5', '104860x', '99999999999', '2147483648'])('the key %s is not a number', async (betNr) => {
    const { call } = await start();
    expect((await call('GET', `/${betNr}`)).status).toBe(400);
    expect((await call('PUT', `/${betNr}`, { name: 'Neu' })).status).toBe(400);
  });

  test.each([
    ['404', 404, { message: expect.any(String) }],
    ['500', 500, { message: expect.any(String) }],
    ['empty', 200, []],
  ] as const)('a removed party is answered as %s', async (notFound, status, body) => {
    const { advoware, call } = await start({ notFound });
    const { betNr } = advoware.create();
    advoware.remove(betNr);
    expect(await call('GET', `/${betNr}`)).toEqual({ status, body });
    expect(await call('PUT', `/${betNr}`, { name: 'Neu' })).toEqual({ status, body });
    expect(advoware.records()).toEqual([]);
  });

  test('there is no list unless the vendor has one', async () => {
    const { call } = await start();
    expect((await call('GET')).status).toBe(404);
    expect((await call('GET', '?name=Alt')).status).toBe(404);
  });
});

describe('searching', () => {
  test('finds by equality of all given properties, names in any case', async () => {
    const { advoware, call } = await start({ search: ['name', 'geburtsdatum', 'betNr'] });
    const wanted = advoware.create({ name: 'Müller', geburtsdatum: '1970-02-03T00:00:00' });
    advoware.create({ name: 'Müller' });
    advoware.create({ name: 'Müllers', geburtsdatum: '1970-02-03T00:00:00' });
    const query = `?Name=${encodeURIComponent('Müller')}`;
    expect((await call('GET', query)).body).toHaveLength(2);
    expect(await call('GET', `${query}&geburtsdatum=1970-02-03`)).toEqual({ status: 200, body: [wanted] });
    expect((await call('GET', `?betNr=${wanted.betNr}`)).body).toEqual([wanted]);
    expect((await call('GET', '?name=Niemand')).body).toEqual([]);
  });

  test('refuses other properties and a question without any', async () => {
    const { call } = await start({ search: ['name'] });
    expect((await call('GET', '?vorname=Jo')).status).toBe(400);
    expect((await call('GET')).status).toBe(400);
    expect((await call('GET', '?name=a&name=b')).status).toBe(400);
  });

  test('an option that names no property is a mistake of its author', async () => {
    await expect(startAdvoware({ search: ['nachname'] })).rejects.toMatchObject({
      code: 'ADVOWARE_SIMULATOR_UNKNOWN_PROPERTY',
    });
  });
});

describe('creating a party', () => {
  test('answers the object with its key and version and ignores what it does not let write', async () => {
    const { advoware, call } = await start();
    const { status, body } = await call('POST', '', {
      Name: 'Neu',
      VORNAME: 'Änne',
      geburtsdatum: '2001-01-05',
      art: 'Mandant',
      kurzname: 'N',
      betNr: 7,
      rowId: 'x',
      unbekannt: 1,
    });
    expect(status).toBe(200);
    expect(body).toEqual(advoware.record(104860));
    expect(body).toMatchObject({ betNr: 104860, name: 'Neu', vorname: 'Änne', geburtsdatum: '2001-01-05T00:00:00' });
    expect(body).toMatchObject({ art: null, kurzname: null, angelegtVon: advoware.credentials.user });
    expect(body).not.toHaveProperty('unbekannt');
  });

  test('can answer without the version and as a list', async () => {
    const { call } = await start({ postAnswersRowId: false, answerShape: { post: 'list' } });
    const { body } = await call('POST', '', { name: 'Neu' });
    expect(body).toEqual([expect.objectContaining({ betNr: 104860 })]);
    expect(body).not.toEqual([expect.objectContaining({ rowId: expect.anything() })]);
    expect(onlyParty(await call('GET', '/104860')).rowId).toEqual(expect.any(String));
  });

  test.each([
    { vorname: 'Jo' },
    { name: '' },
    { name: '  ' },
    { name: null },
    { name: 5 },
    { name: 'Neu', geburtsdatum: '05.01.2001' },
    { name: 'Neu', geburtsdatum: '2001-02-30' },
    { name: 'Neu', geburtsdatum: '2001-01-04T23:00:00.000Z' },
    { name: 'Neu', kommunikation: [{ tlf: '0221' }] },
    [],
  ])('refuses %p', async (body) => {
    const { advoware, call } = await start();
    expect(await call('POST', '', body)).toMatchObject({ status: 400, body: { message: expect.any(String) } });
    expect(advoware.records()).toEqual([]);
  });
});

describe('writing a party', () => {
  test('a replacing PUT empties what its body leaves out, but nothing that it could not have written', async () => {
    const { advoware, call } = await start();
    const before = advoware.create({ name: 'Alt', vorname: 'Jo', geburtsdatum: '2001-01-05T00:00:00', art: 'Gegner' });
    const after = onlyParty(await call('PUT', `/${before.betNr}`, { name: 'Neu' }));
    expect(after).toMatchObject({
      betNr: before.betNr,
      name: 'Neu',
      vorname: null,
      geburtsdatum: null,
      bemerkung: null,
      aktenzeichenIntern: null,
      kommunikation: [],
      adressen: [],
      art: 'Gegner',
      angelegtAm: before.angelegtAm,
      angelegtVon: 'RA',
    });
    expect(after).toEqual(advoware.record(before.betNr));
  });

  test('a replacing PUT of the record just read changes nothing but the version', async () => {
    const { advoware, call } = await start({ propertyCase: 'pascal', answerShape: 'object' });
    const before = advoware.create({ name: 'Alt', geburtsdatum: '2001-01-05T00:00:00' });
    const read = await call('GET', `/${before.betNr}`);
    await call('PUT', `/${before.betNr}`, read.body);
    const { rowId, geaendertAm } = advoware.record(before.betNr)!;
    expect(advoware.record(before.betNr)).toEqual({ ...before, rowId, geaendertAm });
    expect(rowId).not.toBe(before.rowId);
  });

  test('a partial PUT keeps what its body leaves out and empties what it sends as null', async () => {
    const { advoware, call } = await start({ put: 'partial' });
    const before = advoware.create({ name: 'Alt', vorname: 'Jo', titel: 'Dr.' });
    const after = onlyParty(await call('PUT', `/${before.betNr}`, { titel: null, zusatz: 'z. Hd.' }));
    expect(after).toEqual({
      ...before,
      titel: null,
      zusatz: 'z. Hd.',
      rowId: after.rowId,
      geaendertAm: after.geaendertAm,
    });
  });

  test('a PUT that would leave no name is refused and changes nothing', async () => {
    const { advoware, call } = await start();
    const before = advoware.create({ name: 'Alt' });
    expect(await call('PUT', `/${before.betNr}`, { vorname: 'Jo' })).toEqual({
      status: 400,
      body: { message: 'Der Name darf nicht leer sein.' },
    });
    expect(advoware.record(before.betNr)).toEqual(before);
  });

  test('properties that are only for the firm are ignored without a word', async () => {
    const { advoware, call } = await start();
    const { betNr } = advoware.create({ kurzname: 'Alt', registergericht: 'Köln' });
    const after = onlyParty(await call('PUT', `/${betNr}`, { name: 'A', kurzname: 'Neu', registergericht: null }));
    expect(after).toMatchObject({ name: 'A', kurzname: 'Alt', registergericht: 'Köln' });
  });

  test('which properties are ignored can be chosen', async () => {
    const { advoware, call } = await start({ ignoredFields: ['Titel'] });
    const { betNr } = advoware.create({ titel: 'Dr.' });
    const after = onlyParty(await call('PUT', `/${betNr}`, { name: 'A', titel: 'Prof.', kurzname: 'Neu' }));
    expect(after).toMatchObject({ titel: 'Dr.', kurzname: 'Neu' });
  });

  test('text that is too long is cut without a word', async () => {
    const { advoware, call } = await start({ maxLengths: { vorname: 3 } });
    const { betNr } = advoware.create();
    const after = onlyParty(await call('PUT', `/${betNr}`, { name: 'ä'.repeat(101), vorname: 'Hans', titel: 'Dr.' }));
    expect(after).toMatchObject({ name: 'ä'.repeat(100), vorname: 'Han', titel: 'Dr.' });
  });

  test('every PUT and every edit at the firm is a new version, also without a change', async () => {
    const { advoware, call } = await start({ put: 'partial' });
    const { betNr, rowId } = advoware.create();
    const written = onlyParty(await call('PUT', `/${betNr}`, {})).rowId;
    const writtenAgain = onlyParty(await call('PUT', `/${betNr}`, {})).rowId;
    const edited = advoware.update(betNr, {}).rowId;
    expect(new Set([rowId, written, writtenAgain, edited]).size).toBe(4);
    expect(onlyParty(await call('GET', `/${betNr}`)).rowId).toBe(edited);
  });

  test('an outdated version is no obstacle unless versions are checked', async () => {
    const { advoware, call } = await start();
    const { betNr, rowId } = advoware.create();
    advoware.update(betNr, { name: 'Anwalt' });
    expect((await call('PUT', `/${betNr}`, { rowId, name: 'Dienst' })).status).toBe(200);
    expect(advoware.record(betNr)?.name).toBe('Dienst');
  });

  test('where versions are checked only the current one may write', async () => {
    const { advoware, call } = await start({ checkRowId: true });
    const { betNr, rowId } = advoware.create();
    const edited = advoware.update(betNr, { name: 'Anwalt' });
    expect((await call('PUT', `/${betNr}`, { rowId, name: 'Dienst' })).status).toBe(409);
    expect((await call('PUT', `/${betNr}`, { name: 'Dienst' })).status).toBe(409);
    expect(advoware.record(betNr)).toEqual(edited);
    expect((await call('PUT', `/${betNr}`, { RowId: edited.rowId, name: 'Dienst' })).status).toBe(200);
  });

  test('a body about another party is refused', async () => {
    const { advoware, call } = await start();
    const { betNr } = advoware.create({ name: 'Alt' });
    expect((await call('PUT', `/${betNr}`, { betNr: betNr + 1, name: 'Neu' })).status).toBe(400);
    expect(advoware.record(betNr)?.name).toBe('Alt');
  });

  test('a party cannot be deleted', async () => {
    const { advoware, call } = await start();
    const { betNr } = advoware.create();
    expect((await call('DELETE', `/${betNr}`)).status).toBe(403);
    expect(advoware.records()).toHaveLength(1);
  });
});

describe('the time of the last change', () => {
  test('is the wall clock in Berlin without offset, so the doubled hour is ambiguous', async () => {
    let now = new Date('2026-10-24T22:30:00.789Z');
    const advoware = await startAdvoware({ now: () => now });
    running.push(advoware);
    const { betNr, geaendertAm } = advoware.create();
    const changedAt = (instant: string) => {
      now = new Date(instant);
      return advoware.update(betNr, {}).geaendertAm;
    };
    expect(geaendertAm).toBe('2026-10-25T00:30:00');
    expect(changedAt('2026-10-25T00:30:00Z')).toBe('2026-10-25T02:30:00');
    expect(changedAt('2026-10-25T01:30:00Z')).toBe('2026-10-25T02:30:00');
    expect(changedAt('2026-10-25T02:30:00Z')).toBe('2026-10-25T03:30:00');
    expect(changedAt('2026-03-29T00:59:59Z')).toBe('2026-03-29T01:59:59');
    expect(changedAt('2026-03-29T01:00:00Z')).toBe('2026-03-29T03:00:00');
    expect(advoware.record(betNr)?.angelegtAm).toBe('2026-10-25T00:30:00');
  });

  test('can carry milliseconds and another zone', async () => {
    const now = () => new Date('2026-07-01T22:30:00.007Z');
    const advoware = await startAdvoware({ now, timeZone: 'Europe/Lisbon', timePrecision: 'milliseconds' });
    running.push(advoware);
    expect(advoware.create().geaendertAm).toBe('2026-07-01T23:30:00.007');
  });
});

test('what is handed out is a copy', async () => {
  const { advoware } = await start();
  const party = advoware.create({ name: 'Alt' });
  party.name = 'Neu';
  party.adressen.pop();
  expect(advoware.record(party.betNr)).toMatchObject({ name: 'Alt', adressen: [expect.anything()] });
  expect(() => advoware.update(1, {})).toThrow('There is no party 1');
  expect(() => {
    advoware.remove(1);
  }).toThrow('There is no party 1');
});
