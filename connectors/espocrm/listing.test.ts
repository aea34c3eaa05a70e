import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import type { PagePosition, RecordPage } from '../connector.ts';
import { createContext, rejectionOf, type TestContext } from '../test-context.ts';
import { createEspoCrmConnector, type EspoCrmConnector } from './connector.ts';

const entity = 'CBeteiligte';
let clock = new Date('2026-11-21T09:12:00Z');
let crm: EspoCrm;
let connector: EspoCrmConnector;
let context: TestContext;
beforeEach(async () => {
  clock = new Date('2026-11-21T09:12:00Z');
  crm = await startEspoCrm({ now: () => clock });
  connector = createEspoCrmConnector({
    url: crm.url,
    auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey },
    timeoutMs: 20_000,
  });
  context = createContext();
});
afterEach(() => crm.stop());

const people = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => crm.create(entity, { lastName: `Person ${index}` }).id);

const page = (position: PagePosition, limit = 2, withTotal = false): Promise<RecordPage> =>
  connector.list!.page(entity, { attributes: ['lastName'], position, limit, withTotal }, context);

/** Every page from there on. */
async function walk(first: PagePosition, between: () => void = () => undefined): Promise<readonly string[]> {
  const ids: string[] = [];
  let position = first;
  for (;;) {
    const { records, isLast } = await page(position);
    ids.push(...records.map(({ id }) => id));
    const last = records.at(-1);
    if (isLast || last === undefined) return ids;
    position =
      position.by === 'id'
        ? { by: 'id', afterId: last.id }
        : { by: 'modification', since: last.modifiedAt, afterId: last.id };
    between();
  }
}

describe('a walk by id', () => {
  const start: PagePosition = { by: 'id', afterId: null };

  test('sees every living record once, whatever is created, edited or deleted meanwhile', async () => {
    const ids = people(7);
    crm.remove(entity, ids[0]!);
    let isDisturbed = false;
    const seen = await walk(start, () => {
      if (isDisturbed) return;
      isDisturbed = true;
      for (const id of ids.slice(1)) crm.update(entity, id, { firstName: 'moved' });
    });
    expect(seen.toSorted()).toEqual(ids.slice(1).toSorted());
  });

  test('says how many there are, if asked', async () => {
    people(5);
    expect(await page(start, 2, true)).toMatchObject({ total: 5, isLast: false });
    expect(await page(start, 2)).toMatchObject({ total: null });
    expect(await page(start, 200)).toMatchObject({ isLast: true });
  });

  test('shows what was asked for, with version, time and author', async () => {
    const [id] = people(1);
    const { records } = await page(start);
    expect(records).toMatchObject([
      {
        id,
        version: '1',
        modifiedAt: '2026-11-21T09:12:00.000Z',
        modifiedByUs: false,
        attributes: { lastName: 'Person 0' },
      },
    ]);
    expect(records[0]!.attributes).not.toHaveProperty('firstName');
  });

  test('never asks for more than a page may have', async () => {
    people(3);
    expect((await page(start, 1_000)).records).toHaveLength(3);
  });
});

describe('a walk by time of modification', () => {
  test('begins with those of that very second, and goes on after a record within one second', async () => {
    const early = people(2);
    clock = new Date('2026-11-21T09:13:00Z');
    const late = people(5);
    const all = await walk({ by: 'modification', since: '2026-11-21T09:13:00Z', afterId: null });
    expect(all).toEqual(late.toSorted());
    expect(await walk({ by: 'modification', since: null, afterId: null })).toEqual([
      ...early.toSorted(),
      ...late.toSorted(),
    ]);
  });
});

test('a login that is refused, an entity that does not exist: the errors of any call', async () => {
  expect(
    await rejectionOf(
      connector.list!.page(
        'NoSuchEntity',
        { attributes: [], position: { by: 'id', afterId: null }, limit: 1, withTotal: false },
        context,
      ),
    ),
  ).toMatchObject({ code: 'misconfigured' });
});

test('knows what a list leaves out or cuts', () => {
  const list = connector.list!;
  const asked = [
    list.showsLess('emailAddressData', undefined),
    list.showsLess('lastName', 'Meier'),
    list.showsLess('notes', 'x'.repeat(10_000)),
  ];
  expect(asked).toEqual([true, false, true]);
});
