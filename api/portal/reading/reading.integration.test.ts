import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Checker } from '../../checker.ts';
import {
  portalComments,
  portalCompanies,
  portalPeople,
  portalProjects,
  portalTasks,
} from '../../../store/portal/work-tables.ts';
import { cursors } from '../../../store/population-tables.ts';
import { hints, links } from '../../../store/schema.ts';
import { type ApiUnderTest, refusedWith } from '../../../test/support/api.ts';
import { databasesUnderTest } from '../../../test/support/databases.ts';
import { openDatabase } from '../../../test/support/house.ts';
import { adminToken, askPortal, portalTokens, startTestPortal } from '../../../test/support/portal.ts';
import { composePortal } from '../compose-portal.ts';
import { type CurrencyRules, neverAsking } from './currency.ts';

const listed = z.object({
  tasks: z.array(z.object({ id: z.string(), title: z.string() })),
  next: z.string().nullable(),
});

const caughtUp = z.object({ freshness: z.object({ caughtUpAt: z.string().nullable() }) });

/** Stands for Temporal and the worker: what a look does to the database, and which ones were asked for. */
class ScriptedChecker implements Checker {
  readonly asked: string[] = [];
  effect: () => Promise<unknown> = () => Promise.resolve();

  async check({ pair, key }: Parameters<Checker['check']>[0]): ReturnType<Checker['check']> {
    this.asked.push(`${pair}/${key}`);
    await this.effect();
    const outcome = { kind: 'done', verdict: 'merged' } as const;
    return { kind: 'finished', summary: { outcome, again: false, fields: [], calls: {}, tookMs: 1 } };
  }
}

describe.each(databasesUnderTest())('reading the portal on $name', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let api: ApiUnderTest;
  let token: string;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    api = await startTestPortal(opened.database);
    token = await adminToken();
  });
  beforeEach(async () => {
    await opened.database.db.execute(
      sql`truncate portal_companies, portal_people, portal_projects, portal_tasks, portal_comments, links, hints cascade`,
    );
  });
  afterAll(async () => {
    await api.stop();
    await opened.drop();
  });

  const ask = (path: string, at = api) => askPortal(at, token, path);

  async function insertTask(values: Partial<typeof portalTasks.$inferInsert>) {
    const [row] = await opened.database.db.insert(portalTasks).values(values).returning();
    if (row === undefined) throw new Error('nothing was stored');
    return row;
  }
  type Task = Awaited<ReturnType<typeof insertTask>>;

  const link = ({ id, version, productiveId }: Task, more: Partial<typeof links.$inferInsert> = {}) =>
    opened.database.db.insert(links).values({
      ...{ pair: 'tasks', masterId: productiveId, replicaId: String(id), state: 'linked' as const },
      ...{ versionReplica: String(version), syncedAt: new Date('2024-07-01T10:00:00Z'), ...more },
    });

  async function walk(path: string): Promise<string[]> {
    const titles: string[] = [];
    for (let after = ''; ;) {
      const { tasks, next } = listed.parse((await ask(`${path}&limit=2${after}`)).body);
      titles.push(...tasks.map(({ title }) => title));
      if (next === null) return titles;
      after = `&after=${encodeURIComponent(next)}`;
    }
  }

  test.each(['lastActivityAt', '-lastActivityAt', 'dueDate', '-dueDate', 'createdAt', '-createdAt'])(
    'pages by %s show every task once, those without a value and those with the same one too',
    async (sort) => {
      for (const [index, day] of [null, '2024-07-01', '2024-07-02', '2024-07-01', null, '2024-07-03'].entries()) {
        const time = day === null ? null : new Date(`${day}T10:11:12.345Z`);
        await insertTask({ title: `${index}`, dueDate: day, lastActivityAt: time, createdAt: time });
      }
      const walked = await walk(`/tasks?sort=${sort}`);
      expect([...walked].sort()).toEqual(['0', '1', '2', '3', '4', '5']);
      const whole = listed.parse((await ask(`/tasks?sort=${sort}`)).body).tasks.map(({ title }) => title);
      expect(walked).toEqual(whole);
      const known = walked.filter((title) => title !== '0' && title !== '4');
      expect(known).toEqual(sort.startsWith('-') ? ['5', '2', '3', '1'] : ['1', '3', '2', '5']);
    },
  );

  test('a task that vanishes while somebody turns pages does not take another one with it', async () => {
    for (const title of ['a', 'b', 'c']) await insertTask({ title, createdAt: new Date('2024-07-01T00:00:00Z') });
    const first = listed.parse((await ask('/tasks?sort=createdAt&limit=2')).body);
    await opened.database.db.delete(portalTasks).where(eq(portalTasks.title, 'a'));
    const second = listed.parse((await ask(`/tasks?sort=createdAt&limit=2&after=${first.next ?? ''}`)).body);
    expect([...first.tasks, ...second.tasks].map(({ title }) => title)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    'after=x',
    'after=WyJkdWVEYXRlIiwiMjAyNCIsMV0',
    'sort=horn',
    'limit=0',
    'limit=201',
    'projectId=x',
    'horn=1',
  ])('a list asked with %s is refused as a mistake of the request', async (query) => {
    expect((await ask(`/tasks?${query}`)).status).toBe(400);
  });

  test('filters hold together', async () => {
    const { db } = opened.database;
    const [company] = await db.insert(portalCompanies).values({ name: 'Acme' }).returning();
    const [project] = await db
      .insert(portalProjects)
      .values({ companyId: company?.id ?? null })
      .returning();
    const projectId = project?.id ?? 0;
    await insertTask({ title: 'open', projectId, closed: false, dueDate: '2024-07-01' });
    await insertTask({ title: 'later', projectId, closed: false, dueDate: '2024-08-01' });
    await insertTask({ title: 'closed', projectId, closed: true });
    await insertTask({ title: 'elsewhere', closed: false, dueDate: '2024-07-01' });
    expect(await walk(`/tasks?companyId=${company?.id ?? 0}&status=open&dueUntil=2024-07-15`)).toEqual(['open']);
    expect(await ask(`/projects/${projectId}`)).toMatchObject({ body: { project: { tasks: { open: 2, closed: 1 } } } });
  });

  describe('archived records', () => {
    const archivedAt = new Date('2024-07-01T00:00:00Z');
    const namesIn = (entity: string, body: unknown): string[] =>
      z
        .record(z.string(), z.json())
        .transform((answer) => z.array(z.object({ productiveId: z.string() })).parse(answer[entity]))
        .parse(body)
        .map(({ productiveId }) => productiveId);

    test.each(['projects', 'companies', 'people'] as const)(
      'of %s are left out until they are asked for',
      async (name) => {
        const { db } = opened.database;
        const table = { projects: portalProjects, companies: portalCompanies, people: portalPeople }[name];
        await db.insert(table).values([{ productiveId: 'used' }, { productiveId: 'archived', archivedAt }]);
        const listed = async (query: string) => namesIn(name, (await ask(`/${name}${query}`)).body).sort();
        expect(await listed('')).toEqual(['used']);
        expect(await listed('?archived=false')).toEqual(['used']);
        expect(await listed('?archived=true')).toEqual(['archived']);
        expect(await listed('?archived=all')).toEqual(['archived', 'used']);
        if (name === 'people') return;
        expect(await listed('?productiveId=archived')).toEqual(['archived']);
        expect(await listed('?productiveId=archived&archived=false')).toEqual([]);
      },
    );
  });

  test('a list goes on behind a record with a very long name', async () => {
    // In letters that take several bytes and that JSON escapes too.
    const names = ['a', 'b'].flatMap((letter) => [`${letter}${'ü"'.repeat(4_000)}`, `${letter}${'ü"'.repeat(4_000)}z`]);
    await opened.database.db.insert(portalProjects).values(names.map((name) => ({ name })));
    const shape = z.object({ projects: z.array(z.object({ name: z.string() })), next: z.string().nullable() });
    for (const sort of ['name', '-name']) {
      const walked: string[] = [];
      for (let after = ''; ;) {
        const { status, body } = await ask(`/projects?sort=${sort}&limit=1${after}`);
        expect(status).toBe(200);
        const { projects, next } = shape.parse(body);
        walked.push(...projects.map(({ name }) => name));
        if (next === null) break;
        after = `&after=${encodeURIComponent(next)}`;
      }
      expect(walked).toEqual(sort === 'name' ? names : [...names].reverse());
    }
  });

  describe('how current a record is', () => {
    const stateOf = async ({ id }: Task) => {
      const { body } = await ask(`/tasks/${id}`);
      return z.object({ task: z.object({ syncState: z.string(), syncReason: z.string().nullable() }) }).parse(body)
        .task;
    };

    test('one that is as agreed is synced, since when it says', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      await link(task);
      expect(await ask(`/tasks/${task.id}`)).toMatchObject({
        body: {
          task: { syncState: 'synced', lastSyncedAt: '2024-07-01T10:00:00.000Z', productiveId: '900001' },
          freshness: { syncState: 'synced', lastSyncedAt: '2024-07-01T10:00:00.000Z', caughtUpAt: null },
        },
      });
    });

    test('one that nobody has looked at since it was made is pending', async () => {
      expect(await stateOf(await insertTask({ title: 'x' }))).toMatchObject({ syncState: 'pending' });
    });

    test('one that was changed here is pending until Productive was told', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      await link(task);
      const at = new Date();
      const hint = { pair: 'tasks', side: 'replica' as const, recordId: String(task.id), seq: 1 };
      await opened.database.db.insert(hints).values({ ...hint, trigger: 'person', receivedAt: at, dueAt: at });
      expect(await stateOf(task)).toMatchObject({ syncState: 'pending' });
    });

    test('one whose row was changed without a word is pending, until a pass has looked', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      // Whatever the clock of the pass says: it may run ahead of the database's.
      await link(task, { updatedAt: new Date(Date.now() + 60_000) });
      const changed = opened.database.db.update(portalTasks).set({ title: 'y' }).where(eq(portalTasks.id, task.id));
      const [{ version }] = (await changed.returning()) as [Task];
      expect(await stateOf(task)).toMatchObject({ syncState: 'pending' });
      await opened.database.db.update(links).set({ versionReplica: String(version) });
      expect(await stateOf(task)).toMatchObject({ syncState: 'synced' });
    });

    test('one that Productive does not have any more, and that was kept here, says so', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      await link(task, { state: 'unlinked', gone: 'master' });
      const alone = { syncState: 'failed', syncReason: expect.stringMatching(/does not have it any more/) as unknown };
      expect(await stateOf(task)).toMatchObject(alone);
      expect(await walk('/tasks?syncState=failed')).toEqual(['x']);
    });

    test('one with a field that waits for another record is pending, and says for which', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      const waitsFor = { pair: 'people', side: 'master', id: '4711', why: 'unlinked' } as const;
      const note = { kind: 'waiting', side: 'master', since: '2024-07-01T10:00:00Z', waitsFor } as const;
      await link(task, { fieldNotes: { assignee: note } });
      expect(await stateOf(task)).toMatchObject({
        syncState: 'pending',
        syncReason: expect.stringMatching(/Waits for people 4711/) as unknown,
      });
      await opened.database.db
        .update(links)
        .set({ fieldNotes: { assignee: { ...note, waitsFor: { ...waitsFor, why: 'parted' } } } });
      // Nothing waits for it: it is as near to Productive as it can be.
      expect(await stateOf(task)).toMatchObject({
        syncState: 'synced',
        syncReason: expect.stringMatching(/people 4711/) as unknown,
      });
    });

    const failure = { code: 'rejected', system: 'Productive', message: 'refused: title', at: '', seen: {} } as const;

    test('one that was refused has failed, with the reason', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      await link(task, { state: 'parked', failure });
      expect(await stateOf(task)).toMatchObject({ syncState: 'failed', syncReason: 'refused: title' });
      expect(await walk('/tasks?syncState=failed')).toEqual(['x']);
    });

    test('one that is tried again by itself is pending, with what it waits for', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      await link(task, { failure: { ...failure, code: 'record_failed', message: 'no answer' } });
      expect(await stateOf(task)).toMatchObject({ syncState: 'pending', syncReason: 'no answer' });
    });

    test('a list is as current as its least current record', async () => {
      await link(await insertTask({ productiveId: '1', title: 'a' }));
      await link(await insertTask({ productiveId: '2', title: 'b' }), { syncedAt: new Date('2024-06-01T00:00:00Z') });
      const oldest = { syncState: 'synced', lastSyncedAt: '2024-06-01T00:00:00.000Z' };
      expect(await ask('/tasks')).toMatchObject({ body: { freshness: oldest } });
      await insertTask({ title: 'c' });
      expect(await ask('/tasks')).toMatchObject({ body: { freshness: { syncState: 'pending', lastSyncedAt: null } } });
    });
  });

  describe('looking at Productive when somebody reads', () => {
    const checker = new ScriptedChecker();

    async function withRules<T>(rules: Partial<CurrencyRules>, act: (at: ApiUnderTest) => Promise<T>): Promise<T> {
      checker.asked.length = 0;
      checker.effect = () => Promise.resolve();
      const currency = { ...neverAsking, waitMs: 5_000, ...rules };
      const at = await startTestPortal(opened.database, {
        replace: () => ({ checker, portal: composePortal({ tokens: portalTokens, currency }, () => opened.database) }),
      });
      try {
        return await act(at);
      } finally {
        await at.stop();
      }
    }

    test('does not happen unless the settings want it', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      await link(task);
      await withRules({}, (at) => ask(`/tasks/${task.id}`, at));
      expect(checker.asked).toEqual([]);
    });

    test('each time, if they say so: the answer shows what the look has brought', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'before' });
      await link(task);
      const answer = await withRules({ checkedOnRead: new Set(['tasks']) }, (at) => {
        checker.effect = () => opened.database.db.update(portalTasks).set({ title: 'after' });
        return ask(`/tasks/${task.id}`, at);
      });
      expect(answer).toMatchObject({ body: { task: { title: 'after' } } });
      expect(checker.asked).toEqual(['tasks/900001']);
    });

    test('only for what was found equal too long ago, if there is an age', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'x' });
      await link(task, { syncedAt: new Date(Date.now() - 60_000) });
      const refreshAfterMs = (ms: number) => ({ refreshAfterMs: new Map([['tasks', ms]] as const) });
      await withRules(refreshAfterMs(3_600_000), (at) => ask(`/tasks/${task.id}`, at));
      expect(checker.asked).toEqual([]);
      await withRules(refreshAfterMs(10_000), (at) => ask(`/tasks/${task.id}`, at));
      expect(checker.asked).toEqual(['tasks/900001']);
    });

    test('readers of one record share a look, and who has waited long enough gets what is stored', async () => {
      const task = await insertTask({ productiveId: '900001', title: 'stored' });
      await link(task);
      await withRules({ checkedOnRead: new Set(['tasks']), waitMs: 50 }, async (at) => {
        let end: () => void = () => undefined;
        checker.effect = () => new Promise<void>((resolve) => (end = resolve));
        const answers = await Promise.all([ask(`/tasks/${task.id}`, at), ask(`/tasks/${task.id}`, at)]);
        for (const answer of answers)
          expect(answer).toMatchObject({ status: 200, body: { task: { title: 'stored' } } });
        expect(checker.asked).toEqual(['tasks/900001']);
        end();
      });
    });

    test('a record that is not here is looked for by its id in Productive; what is not there either is not found', async () => {
      await withRules({ checkedOnRead: new Set(['projects']) }, async (at) => {
        checker.effect = () =>
          opened.database.db.insert(portalProjects).values({ productiveId: '102877', name: 'found' });
        expect(await ask('/projects?productiveId=102877', at)).toMatchObject({
          body: { projects: [{ name: 'found' }] },
        });
        checker.effect = () => Promise.resolve();
        expect(await ask('/projects?productiveId=5', at)).toMatchObject({ status: 200, body: { projects: [] } });
      });
      expect(checker.asked).toEqual(['projects/102877', 'projects/5']);
    });
  });

  test('up to when changes are known is at most a second behind, and never ahead', async () => {
    const clock = { ms: 0 };
    const at = await startTestPortal(opened.database, { nowMs: () => clock.ms });
    const { db } = opened.database;
    const readUpTo = async (time: string) => {
      const caughtUpAt = new Date(time);
      const values = { pair: 'tasks', side: 'master', isSettled: true, caughtUpAt } as const;
      await db
        .insert(cursors)
        .values(values)
        .onConflictDoUpdate({
          target: [cursors.pair, cursors.side],
          set: { caughtUpAt },
        });
    };
    const shown = async () => caughtUp.parse((await ask('/tasks', at)).body).freshness.caughtUpAt;
    try {
      await readUpTo('2024-07-01T10:00:00.000Z');
      expect(await shown()).toBe('2024-07-01T10:00:00.000Z');
      await readUpTo('2024-07-01T10:01:00.000Z');
      clock.ms = 999;
      expect(await shown()).toBe('2024-07-01T10:00:00.000Z');
      clock.ms = 1_000;
      expect(await shown()).toBe('2024-07-01T10:01:00.000Z');
    } finally {
      await db.delete(cursors);
      await at.stop();
    }
  });

  test('while the database is away, who asks is told to come again', async () => {
    const absent = await startTestPortal(opened.database, {
      replace: () => ({
        portal: composePortal({ tokens: portalTokens }, () => {
          throw new Error('not yet');
        }),
      }),
    });
    expect(await ask('/tasks', absent)).toEqual(refusedWith(503, 'unavailable', /readyz/));
    await absent.stop();
  });

  test('a task page comes in one request: comments newest first, with the people who wrote them', async () => {
    const task = await insertTask({ title: 'x' });
    const { db } = opened.database;
    const times = ['2024-07-01T00:00:00Z', '2024-07-03T00:00:00Z', '2024-07-02T00:00:00Z'];
    for (const time of times) {
      await db.insert(portalComments).values({ taskId: task.id, body: time, hidden: true, createdAt: new Date(time) });
    }
    const { body } = await ask(`/tasks/${task.id}?include=comments,people`);
    const shape = z.object({ comments: z.object({ comments: z.array(z.object({ body: z.string() })) }) });
    expect(shape.parse(body).comments.comments.map((comment) => comment.body)).toEqual([times[1], times[2], times[0]]);
  });
});
