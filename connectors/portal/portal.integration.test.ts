import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory, takeAway } from '../../test/support/embedded.ts';
import { PortalRecordStore } from '../../store/portal/records.ts';
import { databasesUnderTest } from '../../test/support/databases.ts';
import { openDatabase } from '../../test/support/house.ts';
import type { Connector, PagePosition, ReadResult, RemoteRecord } from '../connector.ts';
import { AmbiguousWrite, Misconfigured, Rejected, StaleVersion, Stopped, Unavailable } from '../errors.ts';
import { createContext, rejectionOf } from '../test-context.ts';
import { createPortalConnector } from './connector.ts';

const connectorOver = ({ db }: OpenDatabase): Connector =>
  createPortalConnector({ records: () => new PortalRecordStore(db), timeoutMs: 20_000 });

const context = createContext();

describe.each(databasesUnderTest())('the connector of the portal on $name', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let portal: Connector;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    portal = connectorOver(opened.database);
  });
  beforeEach(async () => {
    await opened.database.db.execute(sql`truncate portal_companies, portal_people, portal_projects cascade`);
  });
  afterAll(() => opened.drop());

  const create = (entity: string, attributes: RemoteRecord['attributes']) => portal.create(entity, attributes, context);
  const read = (entity: string, id: string): Promise<ReadResult> => portal.read(entity, id, context);
  const remove = (entity: string, id: string): Promise<void> | undefined => portal.remove?.(entity, id, context);

  test('a record that was created reads as it was answered, every kind of value in the form that mappers use', async () => {
    const project = await create('projects', { productiveId: '102877', name: 'Site' });
    const attributes = {
      productiveId: '77',
      title: 'Ünïcode „and“ 🎈',
      private: false,
      startDate: '2024-02-29',
      initialEstimate: 90,
      placement: 1.5,
      tagList: ['b', 'a'],
      customFields: { '12': 'x', '7': ['1', '2'] },
      createdAt: '2024-07-01T10:11:12.345Z',
      projectId: project.id,
    };
    const task = await create('tasks', attributes);
    expect(task.attributes).toMatchObject({ ...attributes, description: null, assigneeId: null });
    expect(await read('tasks', task.id)).toEqual({ kind: 'found', record: task });
  });

  test('an update changes what it names, clears by null, and moves version and time', async () => {
    const before = await create('companies', { productiveId: '1', name: 'Acme', companyCode: 'AC' });
    const after = await portal.update('companies', before, { name: 'Acme & Co', companyCode: null }, context);
    expect(after.attributes).toEqual({ ...before.attributes, name: 'Acme & Co', companyCode: null });
    expect(after.version).not.toBe(before.version);
    expect(Date.parse(after.modifiedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before.modifiedAt ?? ''));
  });

  test('of two updates from the same version one is stale and writes nothing', async () => {
    const seen = await create('companies', { name: 'Acme' });
    const names = ['one', 'two'];
    const updates = await Promise.allSettled(names.map((name) => portal.update('companies', seen, { name }, context)));
    const [refused] = updates.flatMap((update) => (update.status === 'rejected' ? [update.reason as unknown] : []));
    expect(refused).toBeInstanceOf(StaleVersion);
    const [won] = updates.flatMap((update) => (update.status === 'fulfilled' ? [update.value] : []));
    expect(await read('companies', seen.id)).toEqual({ kind: 'found', record: won });
  });

  test('a deleted record is gone for everybody, also a second time, and an update of it is told to read again', async () => {
    const company = await create('companies', { productiveId: '5', name: 'Acme' });
    await remove('companies', company.id);
    await remove('companies', company.id);
    expect(await read('companies', company.id)).toEqual({ kind: 'gone' });
    expect(await portal.search('companies', { productiveId: '5' }, context)).toEqual([]);
    expect(await allPages({ by: 'id', afterId: null }, 10)).toEqual([]);
    expect(await rejectionOf(portal.update('companies', company, { name: 'x' }, context))).toBeInstanceOf(StaleVersion);
  });

  test('a record that comes back under its old marker keeps its id, and has nothing of what it was', async () => {
    const company = await create('companies', { productiveId: '5', name: 'Acme', companyCode: 'AC' });
    await remove('companies', company.id);
    const again = await create('companies', { productiveId: '5', name: 'Acme reborn' });
    expect(again).toMatchObject({ id: company.id, attributes: { name: 'Acme reborn', companyCode: null } });
    expect(again.version).not.toBe(company.version);
  });

  test('a second record with the same marker is not made: whoever asks is sent to search for the first', async () => {
    const first = await create('companies', { productiveId: '5', name: 'Acme' });
    expect(await rejectionOf(create('companies', { productiveId: '5', name: 'Double' }))).toBeInstanceOf(
      AmbiguousWrite,
    );
    expect(await portal.search('companies', { productiveId: '5' }, context)).toEqual([first]);
  });

  test.each([
    [{ projectId: '999' }, 'projectId', /no such record for projectId/],
    [{ projectId: 'x' }, 'projectId', /id of another record/],
    [{ initialEstimate: 'long' }, 'initialEstimate', /whole number/],
    [{ dueDate: '2024-02-30' }, 'dueDate', /a date/],
    [{ createdAt: 'yesterday' }, 'createdAt', /a time/],
    [{ title: 'with a NUL \0' }, null, /NUL/],
  ])('the value %j is refused with words that name it', async (attributes, field, message) => {
    const error = await rejectionOf(create('tasks', attributes));
    expect(error).toBeInstanceOf(Rejected);
    expect(error).toMatchObject({ field, message: expect.stringMatching(message) as unknown });
  });

  test('what the tables do not have is a mistake of the set-up, not of a record', async () => {
    expect(await rejectionOf(read('unicorns', '1'))).toBeInstanceOf(Misconfigured);
    expect(await rejectionOf(create('tasks', { horn: 'long' }))).toBeInstanceOf(Misconfigured);
    const needs = { entity: 'tasks', attributes: ['title', 'horn'], options: {}, webhooks: [] };
    expect(await portal.diagnose(needs, context)).toMatchObject([{ level: 'failure' }]);
    expect(await portal.diagnose({ ...needs, attributes: ['title'] }, context)).toMatchObject([{ level: 'ok' }]);
  });

  test('a walk by id sees every record once, however short the pages are', async () => {
    const made = await fiveCompanies();
    for (const limit of [1, 2, 5, 200]) {
      expect(await allPages({ by: 'id', afterId: null }, limit)).toEqual(made);
    }
  });

  test('a walk by modification begins at its time, and sees records that were changed again at their new place', async () => {
    const made = await fiveCompanies();
    const [first, ...others] = made;
    if (first === undefined) throw new Error('nothing was made');
    const changed = await portal.update('companies', first, { name: 'changed' }, context);
    const since = others[0]?.modifiedAt ?? null;
    for (const limit of [1, 2, 200]) {
      const seen = await allPages({ by: 'modification', since, afterId: null }, limit);
      expect(new Set(seen)).toEqual(new Set([...others, changed]));
      expect(seen.at(-1)).toEqual(changed);
    }
  });

  test('a page says how many there are if it is asked', async () => {
    await fiveCompanies();
    const query = { attributes: [], limit: 2, withTotal: true };
    const position = { by: 'id', afterId: null } as const;
    expect(await portal.list?.page('companies', { ...query, position }, context)).toMatchObject({
      total: 5,
      isLast: false,
    });
  });

  test('nothing is asked once the attempt was stopped', async () => {
    const stopped = createContext();
    stopped.abort();
    expect(await rejectionOf(portal.read('companies', '1', stopped))).toBeInstanceOf(Stopped);
    expect(stopped.count('record')).toBe(0);
  });

  test('each call is counted once', async () => {
    const counting = createContext();
    const company = await portal.create('companies', { name: 'Acme' }, counting);
    await portal.update('companies', company, { name: 'Other' }, counting);
    await portal.read('companies', company.id, counting);
    await portal.probe(null, counting);
    expect(counting.purposes).toEqual(['record', 'record', 'record', 'check']);
  });

  async function fiveCompanies(): Promise<RemoteRecord[]> {
    const made: RemoteRecord[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) made.push(await create('companies', { name }));
    return made;
  }

  async function allPages(from: PagePosition, limit: number): Promise<RemoteRecord[]> {
    const seen: RemoteRecord[] = [];
    for (let position = from; ;) {
      const query = { attributes: ['name'], position, limit, withTotal: false };
      const page = await portal.list?.page('companies', query, context);
      seen.push(...(page?.records ?? []));
      const last = page?.records.at(-1);
      if (last === undefined || page?.isLast === true) return seen;
      position =
        from.by === 'id'
          ? { by: 'id', afterId: last.id }
          : { by: 'modification', since: last.modifiedAt, afterId: last.id };
    }
  }
});

describe('while the database of the portal is away', () => {
  const absent = (records: () => PortalRecordStore) => createPortalConnector({ records, timeoutMs: 2_000 });

  test('a process that has none yet says that the portal is not available', async () => {
    const portal = absent(() => {
      throw Object.assign(new Error('not yet'), { code: 'no_database' });
    });
    expect(await rejectionOf(portal.read('tasks', '1', context))).toBeInstanceOf(Unavailable);
    expect(await rejectionOf(portal.create('tasks', {}, context))).toBeInstanceOf(Unavailable);
  });

  test('an embedded one that was closed is not available', async () => {
    const database = await openInMemory();
    const portal = connectorOver(database);
    await takeAway(database);
    expect(await rejectionOf(portal.probe(null, context))).toBeInstanceOf(Unavailable);
  });
});
