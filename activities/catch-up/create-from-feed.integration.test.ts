import { beforeEach, expect, test } from '@jest/globals';
import { CircuitStore } from '../../store/circuits.ts';
import { FeedCursorStore } from '../../store/feed-cursors.ts';
import { PairStore } from '../../store/pairs.ts';
import { portalActivities, portalTasks } from '../../store/portal/work-tables.ts';
import { RecordStore } from '../../store/records.ts';
import { hints } from '../../store/schema.ts';
import { SightingStore } from '../../store/sightings.ts';
import { portalHouseUnderTest } from '../../test/support/portal-house-under-test.ts';
import { until } from '../../test/support/until.ts';
import { readFeeds } from './read-feeds.ts';

const under = portalHouseUnderTest();
/** Ids in Productive. */
let project: string;
let task: string;
beforeEach(async () => {
  const { productive } = under.house;
  const company = productive.create('companies', { name: 'Muster GmbH' }).id;
  const place = { name: 'Website', project_type_id: 2, company_id: company, workflow_id: '7001' };
  project = productive.create('projects', { ...place, project_manager_id: productive.persons.anna }).id;
  const list = productive.create('task_lists', { name: 'Backlog', project_id: project }).id;
  task = productive.create('tasks', { title: 'Offer', project_id: project, task_list_id: list }).id;
  for (const person of Object.values(productive.persons)) await under.house.say('people', person);
  for (const [pair, id] of Object.entries({ companies: company, projects: project, task_lists: list, tasks: task })) {
    await under.house.say(pair, id);
    await under.house.settle();
  }
  // The feed begins with the newest entry, which must be alone with its time.
  const built = Date.now();
  await until('the clock has gone on', () => Date.now() > built);
  productive.update('projects', project, { name: 'Website, begun' });
  await read();
});

const read = () => {
  const { db } = under.database;
  const deps = { ...under.house.deps, db, circuits: new CircuitStore(db), feedCursors: new FeedCursorStore(db) };
  return readFeeds(deps, { system: 'Productive' }, new AbortController().signal);
};
const waiting = async () =>
  (await under.database.db.select().from(hints)).map(({ pair, recordId }) => `${pair} ${recordId}`).sort();
const activities = () => under.database.db.select().from(portalActivities).orderBy(portalActivities.id);
/** The latest entry of Productive's own log. */
const logged = () => under.house.productive.records('activities').at(-1)!['id'];

test('an activity is in the portal as soon as its feed is read: nobody reads it once more', async () => {
  under.house.productive.update('tasks', task, { title: 'Offer, second version' });
  const mark = under.house.productive.requests.mark();
  await read();
  expect(under.house.calls(mark).filter((call) => call.includes('activities'))).toEqual(['GET /activities']);
  const [row] = await under.database.db.select().from(portalTasks);
  expect(await activities()).toMatchObject([{ productiveId: logged(), itemType: 'task', taskId: row!.id }]);
  // A new title is in the list of tasks, which is asked anyway.
  expect(await waiting()).toEqual([]);
  await under.house.settle();
  expect(under.house.calls(mark).filter((call) => call.includes('activities'))).toEqual(['GET /activities']);
});

test('it is remembered as a look would have it: a look finds nothing to do, and its values can be explained', async () => {
  under.house.productive.update('tasks', task, { title: 'Offer, second version' });
  await read();
  await under.house.settle();
  const [before] = await activities();
  const couple = await new RecordStore(under.database.db).find('activities', logged());
  await under.house.say('activities', logged());
  expect((await under.house.settle()).map(({ outcome }) => outcome)).toEqual([{ kind: 'done', verdict: 'no_change' }]);
  expect((await activities())[0]!.version).toBe(before!.version);
  expect((await new RecordStore(under.database.db).find('activities', logged()))!.versionMaster).toBe(
    couple!.versionMaster,
  );
  const history = await new RecordStore(under.database.db).history(couple!.id, { field: 'event', limit: 10 });
  expect(history).toMatchObject([{ action: 'set', trigger: 'catch_up', runId: 'feed/Productive/activities' }]);
});

test('one that points to what is not here yet is left to a look', async () => {
  under.house.productive.create('comments', { body: 'Fine', task_id: task, commentable_type: 'task' });
  await read();
  expect(await activities()).toEqual([]);
  expect(await waiting()).toContain(`activities ${logged()}`);
  await under.house.settle();
  expect((await activities()).map(({ productiveId }) => productiveId)).toContain(logged());
});

test('while the pair is stopped nothing is created, and nothing is lost', async () => {
  const stops = new PairStore(under.database.db);
  await stops.pause('activities', 'by hand', under.house.now());
  under.house.productive.update('tasks', task, { title: 'Offer, second version' });
  await read();
  expect([await activities(), await waiting()]).toEqual([[], [`activities ${logged()}`]]);
});

test('one that is known already is not made twice', async () => {
  under.house.productive.update('tasks', task, { title: 'Offer, second version' });
  await under.house.say('activities', logged());
  await under.house.settle();
  await read();
  expect((await activities()).length).toBe(1);
  const couples = await new SightingStore(under.database.db).linksOf('activities', 'master', [logged()]);
  expect(couples.size).toBe(1);
});
