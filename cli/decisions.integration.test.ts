import { execFile } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { conflictsPage } from '../api/ops/get-conflicts.ts';
import { askingPair } from '../test/support/asking-pair.ts';
import { until } from '../test/support/house.ts';
import { apiToken, type ServiceUnderTest, startService } from '../test/support/service-under-test.ts';

let service: ServiceUnderTest;
beforeAll(async () => {
  const pair = askingPair({
    of: { master: { kind: 'delete' }, replica: { kind: 'ask' } },
    budget: { windowMs: 3_600_000, least: 1, share: 0 },
  });
  service = await startService({ pairs: [pair], firm: { search: ['name', 'vorname', 'geburtsdatum'] } });
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

const inCrm = (id: string) => service.crm.record('CBeteiligte', id);
const isDeleted = (id: string): boolean => inCrm(id)!.deleted;
const atFirm = (id: string) => service.firm.record(Number(inCrm(id)!['betnr']))!;
const created = async (attributes: Record<string, unknown>): Promise<string> => {
  const { id } = service.crm.create('CBeteiligte', attributes);
  await service.deliver();
  await until('it is synced', () => inCrm(id)!['syncStatus'] === 'clean');
  return id;
};
const check = (id: string) => service.api('POST', `/pairs/beteiligte/records/${id}/check`);
const openConflicts = async () => conflictsPage.parse((await service.api('GET', '/conflicts')).body).conflicts;
/** A party whose last name was changed on both sides, and the id of the conflict. */
const contested = async (master: string, replica: string): Promise<{ id: string; conflict: string }> => {
  const id = await created({ lastName: 'Meier', firstName: `${master} or ${replica}` });
  service.crm.update('CBeteiligte', id, { lastName: master });
  service.firm.update(atFirm(id).betNr, { name: replica });
  await check(id);
  const conflict = (await openConflicts()).find(({ masterId }) => masterId === id);
  return { id, conflict: String(conflict?.id) };
};
const closed = (id: string) =>
  until('its conflict is closed', async () => !(await openConflicts()).some(({ masterId }) => masterId === id));

describe('a conflict that a person settles', () => {
  test('is listed with both values, decided, carried out, and explained; then there is nothing to decide', async () => {
    const { id, conflict } = await contested('Maier', 'Mayer');
    expect(inCrm(id)).toMatchObject({ lastName: 'Maier', syncStatus: 'conflict' });
    const { out } = await tandem('conflicts', 'beteiligte', '--field', 'lastName');
    expect(out).toMatch(/^id +pair +record +field +master +replica +base +since +decided$/m);
    expect(out).toMatch(
      new RegExp(`^${conflict} +beteiligte +${id} +lastName +"Maier" +"Mayer" +"Meier" +\\d{4}-`, 'm'),
    );
    expect((await tandem('status')).out).toContain('1 open conflict: `tandem conflicts beteiligte`');

    const decided = await tandem('conflicts', 'decide', conflict, '--take', 'replica');
    expect(decided).toMatchObject({ exitCode: 0, error: '' });
    expect(decided.out).toContain(`${conflict}: beteiligte ${id} lastName becomes "Mayer" of the replica`);
    await until('it is carried out', () => inCrm(id)!['lastName'] === 'Mayer');
    expect(atFirm(id).name).toBe('Mayer');
    await closed(id);
    expect((await tandem('explain', 'beteiligte', id, 'lastName')).out).toContain(
      `EspoCRM lastName: "Maier" → "Mayer"  (a person settled the conflict with the replica's value; conflict ${conflict}; the losing value was "Maier"; written, by person)`,
    );
    const again = await tandem('conflicts', 'decide', conflict, '--take', 'master');
    expect(again).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining(`Conflict ${conflict} is closed by now`),
    });
  });

  test('may become a value of neither side, which both systems then have; digits stay a text', async () => {
    const { id, conflict } = await contested('Alt', 'Neu');
    expect((await tandem('conflicts', 'decide', conflict, '--value', '4711')).out).toContain('becomes "4711"');
    await until('both have it', () => inCrm(id)!['lastName'] === '4711' && atFirm(id).name === '4711');
  });

  test('is void when an edit makes both sides equal before anybody decided', async () => {
    const { id, conflict } = await contested('Eins', 'Zwei');
    service.crm.update('CBeteiligte', id, { lastName: 'Zwei' });
    await service.deliver();
    await closed(id);
    expect((await tandem('conflicts', 'decide', conflict, '--take', 'master')).error).toContain('is closed by now');
    expect([inCrm(id)!['lastName'], atFirm(id).name]).toEqual(['Zwei', 'Zwei']);
  });

  test('is decided together with all others of a field', async () => {
    const parties = [await contested('A1', 'B1'), await contested('A2', 'B2')];
    const { out } = await tandem(
      'conflicts',
      'decide',
      '--all',
      'beteiligte',
      '--field',
      'lastName',
      '--take',
      'master',
    );
    expect(out).toContain('2 decided; the next look at each record carries it out.');
    await until('both are carried out', () => parties.every(({ id }) => atFirm(id).name?.startsWith('A')));
    const none = await tandem('conflicts', 'decide', '--all', 'beteiligte', '--take', 'master');
    expect(none).toMatchObject({ exitCode: 1, error: expect.stringContaining('No open conflict fits') });
    expect((await tandem('conflicts')).out).toBe('There is no open conflict.\n');
    expect(JSON.parse((await tandem('conflicts', '--json')).out)).toEqual([]);
  });
});

describe('a question that a person answers', () => {
  test('is listed with the commands that answer it, and is answered by one of them', async () => {
    service.firm.create({ name: 'Doppel', vorname: 'Anna', geburtsdatum: '2001-01-05T00:00:00' });
    const { betNr } = service.firm.create({ name: 'Doppel', vorname: 'Anna', geburtsdatum: '2001-01-05T00:00:00' });
    const { id } = service.crm.create('CBeteiligte', {
      ...{ lastName: 'Doppel', firstName: 'Anna', dateOfBirth: '2001-01-05' },
    });
    await service.deliver();
    await until('it asks', () => inCrm(id)!['syncStatus'] === 'conflict');
    const { out } = await tandem('questions');
    expect(out).toContain(`beteiligte ${id}  (look_alikes, since `);
    expect(out).toContain('Advoware has records that may be the same');
    expect(out).toContain(`answer: tandem answer beteiligte ${id} link <other id> | create`);

    const unfitting = await tandem('answer', 'beteiligte', id, 'delete');
    expect(unfitting.exitCode).toBe(1);
    expect(unfitting.error).toContain(`${id} asks about look_alikes, which takes: link, create`);
    const answered = await tandem('answer', 'beteiligte', id, 'link', String(betNr));
    expect(answered.exitCode).toBe(0);
    expect(answered.out).toContain('no_change: both sides agree');
    expect(inCrm(id)).toMatchObject({ betnr: String(betNr), syncStatus: 'clean' });
    expect((await tandem('questions', 'beteiligte')).out).toBe('No record asks anything.\n');
  });

  test('is not answered by something that is no answer', async () => {
    for (const args of [['perhaps'], ['link'], ['create', '17']]) {
      const { exitCode, error } = await tandem('answer', 'beteiligte', 'm1', ...args);
      expect([exitCode, error]).toEqual([1, 'The answer is one of: link <other id>, create, delete, keep\n']);
    }
  });
});

test('deletions beyond the budget are held, shown, and carried out when they are approved', async () => {
  const ids = [await created({ lastName: 'Geht 1' }), await created({ lastName: 'Geht 2' })];
  const third = await created({ lastName: 'Geht 3' });
  for (const id of [...ids, third]) {
    service.firm.remove(atFirm(id).betNr);
    await check(id);
  }
  expect(isDeleted(ids[0]!)).toBe(true);
  expect(isDeleted(ids[1]!)).toBe(false);
  const { out } = await tandem('deletions', 'beteiligte');
  expect(out).toContain('beteiligte has deleted nothing by itself since');
  expect(out).toContain(`beteiligte ${ids[1]!}  (deletion_held, since `);
  expect(out).toContain(`answer: tandem answer beteiligte ${ids[1]!} delete | keep | create`);
  expect((await tandem('status')).out).toMatch(/DELETIONS HELD since .*: `tandem deletions beteiligte` shows them/);
  expect((await tandem('deletions', 'beteiligte', ids[1]!)).error).toBe(
    'Say what becomes of them: --approve or --keep\n',
  );
  expect((await tandem('deletions', 'beteiligte', '--keep')).error).toBe('Name either the records or --all\n');

  const kept = await tandem('deletions', 'beteiligte', '--keep', third);
  expect(kept.out).toMatch(/^1 answered with keep; .*\n1 still wait for an answer: .*\nNothing is deleted by itself/);
  const approved = await tandem('deletions', 'beteiligte', '--approve', '--all');
  expect(approved).toMatchObject({ exitCode: 0, error: '' });
  expect(approved.out).toMatch(/answered with delete; the next look at each carries it out\.\n$/);
  await until('the approved one is gone', () => isDeleted(ids[1]!));
  expect((await tandem('explain', 'beteiligte', ids[1]!)).out).toContain(
    'EspoCRM: record deleted  (the partner was deleted, and a person decided to delete this record too; it held {"lastName":"Geht 2"}; written, by person)',
  );
  expect(isDeleted(third)).toBe(false);
  expect((await tandem('status')).out).not.toContain('DELETIONS HELD');
});

describe('the plan', () => {
  let id = '';
  beforeEach(async () => {
    id = await created({ lastName: 'Planmann' });
  });

  test('says what would be written and ends with 2; nothing is written; once it is synced it ends with 0', async () => {
    service.crm.update('CBeteiligte', id, { titel: 'Dr.' });
    const rowId = atFirm(id).rowId;
    const one = await tandem('plan', 'beteiligte', id);
    expect([one.exitCode, one.error]).toEqual([2, '']);
    expect(one.out).toBe(
      [
        `${id}: master_newer`,
        '  Advoware title: empty → "Dr."  (only the master had changed it)',
        '  EspoCRM status: betnr, advowareRowId, advowareLastSync, syncStatus, syncRetryCount, syncErrorMessage',
        '',
      ].join('\n'),
    );
    const all = await tandem('plan', 'beteiligte');
    expect(all.exitCode).toBe(2);
    expect(all.out).toContain(one.out);
    expect(all.out).toMatch(/^\d+ looked at, 1 would be written to \(1 field\)/m);
    expect(atFirm(id).rowId).toBe(rowId);
    await check(id);
    const afterwards = await tandem('plan', 'beteiligte', id);
    expect([afterwards.exitCode, afterwards.out]).toEqual([0, `${id}: nothing to do\n`]);
    const nothing = await tandem('plan', 'beteiligte', '--json');
    expect([nothing.exitCode, JSON.parse(nothing.out)]).toMatchObject([0, { definitionChanges: [] }]);
  });

  test('looks at so many records at most', async () => {
    expect((await tandem('plan', 'beteiligte', '--limit', '1')).out).toContain('1 looked at, nothing would be written');
    expect((await tandem('plan', 'beteiligte', '--limit', 'x')).error).toContain('a whole number from 1');
  });

  test('accepts only a definition that has changed, and for the whole pair', async () => {
    expect((await tandem('plan', 'beteiligte', '--accept')).error).toContain('nothing waits to be accepted');
    expect((await tandem('plan', 'beteiligte', id, '--accept')).error).toContain('leave the id out');
    expect((await tandem('plan', 'parties')).error).toContain('There is no pair parties; the pairs are: beteiligte');
  });
});
