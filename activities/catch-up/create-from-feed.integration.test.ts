import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../../store/database.ts';
import { CircuitStore } from '../../store/circuits.ts';
import { FeedCursorStore } from '../../store/feed-cursors.ts';
import { PairStore } from '../../store/pairs.ts';
import { portalActivities, portalTasks } from '../../store/portal/work-tables.ts';
import { RecordStore } from '../../store/records.ts';
import { hints } from '../../store/schema.ts';
import { SightingStore } from '../../store/sightings.ts';
import { empty } from '../../test/support/empty.ts';
import { openInMemory } from '../../test/support/embedded.ts';
import { PortalHouse } from '../../test/support/portal-house.ts';
import { until } from '../../test/support/until.ts';
import { readFeeds } from './read-feeds.ts';

let database: OpenDatabase;
let house: PortalHouse;
/** Ids in Productive. */
let project: string;
let task: string;
beforeAll(async () => {
  database = await openInMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  await empty(database.db);
  house = await PortalHouse.open(database);
  const { productive } = house;
  const company = productive.create('companies', { name: 'Muster GmbH' }).id;
  const place = { name: 'Website', project_type_id: 2, company_id: company, workflow_id: '7001' };
  project = productive.create('projects', { ...place, project_manager_id: productive.persons.anna }).id;
  const list = productive.create('task_lists', { name: 'Backlog', project_id: project }).id;
  task = productive.create('tasks', { title: 'Offer', project_id: project, task_list_id: list }).id;
  for (const person of Object.values(productive.persons)) await house.say('people', person);
  for (const [pair, id] of Object.entries({ companies: company, projects: project, task_lists: list, tasks: task })) {
    await house.say(pair, id);
    await house.settle();
  }
  // The feed begins with the newest entry, which must be alone with its time.
  const built = Date.now();
  await until('the clock has gone on', () => Date.now() > built);
  productive.update('projects', project, { name: 'Website, begun' });
  await read();
});
afterEach(async () => {
  await house.close();
  expect(house.problems).toEqual([]);
});

const read = () => {
  const { db } = database;
  const deps = { ...house.deps, db, circuits: new CircuitStore(db), feedCursors: new FeedCursorStore(db) };
  return readFeeds(deps, { system: 'Productive' }, new AbortController().signal);
};
const waiting = async () =>
  (await database.db.select().from(hints)).map(({ pair, recordId }) => `${pair} ${recordId}`).sort();
const activities = () => database.db.select().from(portalActivities).orderBy(portalActivities.id);
/** The latest entry of Productive's own log. */
const logged = () => house.productive.records('activities').at(-1)!['id'];

test('an activity is in the portal as soon as its feed is read: nobody reads it once more', async () => {
  house.productive.update('tasks', task, { title: 'Offer, second version' });
  const mark = house.productive.requests.mark();
  await read();
  expect(house.calls(mark).filter((call) => call.includes('activities'))).toEqual(['GET /activities']);
  const [row] = await database.db.select().from(portalTasks);
  expect(await activities()).toMatchObject([{ productiveId: logged(), itemType: 'task', taskId: row!.id }]);
  expect(await waiting()).toEqual([`tasks ${task}`]);
  await house.settle();
  expect(house.calls(mark).filter((call) => call.includes('activities'))).toEqual(['GET /activities']);
});

test('it is remembered as a look would have it: a look finds nothing to do, and its values can be explained', async () => {
  house.productive.update('tasks', task, { title: 'Offer, second version' });
  await read();
  await house.settle();
  const [before] = await activities();
  const couple = await new RecordStore(database.db).find('activities', logged());
  await house.say('activities', logged());
  expect((await house.settle()).map(({ outcome }) => outcome)).toEqual([{ kind: 'done', verdict: 'no_change' }]);
  expect((await activities())[0]!.version).toBe(before!.version);
  expect((await new RecordStore(database.db).find('activities', logged()))!.versionMaster).toBe(couple!.versionMaster);
  const history = await new RecordStore(database.db).history(couple!.id, { field: 'event', limit: 10 });
  expect(history).toMatchObject([{ action: 'set', trigger: 'catch_up', runId: 'feed/Productive/activities' }]);
});

test('one that points to what is not here yet is left to a look', async () => {
  house.productive.create('comments', { body: 'Fine', task_id: task, commentable_type: 'task' });
  await read();
  expect(await activities()).toEqual([]);
  expect(await waiting()).toContain(`activities ${logged()}`);
  await house.settle();
  expect((await activities()).map(({ productiveId }) => productiveId)).toContain(logged());
});

test('while the pair is stopped nothing is created, and nothing is lost', async () => {
  const stops = new PairStore(database.db);
  await stops.pause('activities', 'by hand', house.now());
  house.productive.update('tasks', task, { title: 'Offer, second version' });
  await read();
  expect([await activities(), await waiting()]).toEqual([[], [`activities ${logged()}`, `tasks ${task}`].sort()]);
});

test('one that is known already is not made twice', async () => {
  house.productive.update('tasks', task, { title: 'Offer, second version' });
  await house.say('activities', logged());
  await house.settle();
  await read();
  expect((await activities()).length).toBe(1);
  const couples = await new SightingStore(database.db).linksOf('activities', 'master', [logged()]);
  expect(couples.size).toBe(1);
});
