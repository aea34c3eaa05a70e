import { describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { portalComments, portalTasks } from '../../../store/portal/work-tables.ts';
import { hints } from '../../../store/schema.ts';
import { officeUnderTest, refused, writerIn } from '../../../test/support/portal-office.ts';

const house = officeUnderTest();

const tasks = () => house.db.select().from(portalTasks).orderBy(portalTasks.id);
const inbox = () => house.db.select().from(hints).orderBy(hints.pair, hints.recordId);
const client = () => writerIn(house.api, house.office.client);
const stranger = () => writerIn(house.api, house.office.stranger);
const admin = () => writerIn(house.api, house.office.admin);
const newTask = (values: object = {}) => ({
  title: 'Proofread the flyer',
  projectId: house.office.project,
  taskListId: house.office.taskList,
  ...values,
});

describe('a new task', () => {
  test('is stored together with the hint that has it sent, and its workflow is told', async () => {
    const before = house.api.doorbell.rung.length;
    const answer = await client().post(
      '/tasks',
      newTask({ description: '<p>By <b>Friday</b></p>', dueDate: '2026-11-06', assigneeId: house.office.person }),
    );
    expect(answer).toMatchObject({
      status: 201,
      body: { syncState: 'pending', sentFrom: null, version: expect.stringMatching(/^\d+$/) },
    });
    const { id } = answer.body as { id: string };
    const [stored] = (await tasks()).filter((row) => String(row.id) === id);
    expect(stored).toMatchObject({
      title: 'Proofread the flyer',
      description: '<p>By <b>Friday</b></p>',
      dueDate: '2026-11-06',
      private: false,
      closed: false,
      projectId: Number(house.office.project),
      productiveId: null,
    });
    expect(answer.etag).toBe(`"${String(stored?.version)}"`);
    expect(answer.body).toMatchObject({ modifiedAt: stored?.modifiedAt.toISOString() });
    const ref = { pair: 'tasks', side: 'replica', recordId: id };
    expect(await inbox()).toMatchObject([{ ...ref, trigger: 'webhook', heldUntil: null }]);
    expect(house.api.doorbell.rung.slice(before)).toMatchObject([ref]);
  });

  test('with a status of the closing kind is closed', async () => {
    const answer = await client().post('/tasks', newTask({ workflowStatusId: house.office.closedStatus }));
    expect(answer.status).toBe(201);
    expect((await tasks()).at(-1)).toMatchObject({ closed: true, workflowStatusId: Number(house.office.closedStatus) });
  });

  describe('is refused, and nothing is stored,', () => {
    const everything = async () => [await tasks(), await inbox()];
    test.each<[string, () => object, number, string, RegExp]>([
      ['without a title', () => newTask({ title: undefined }), 400, 'bad_request', /title/],
      ['with an empty title', () => newTask({ title: '   ' }), 400, 'bad_request', /title/],
      ['without a task list', () => newTask({ taskListId: undefined }), 400, 'bad_request', /taskListId/],
      ['with a word that nobody knows', () => newTask({ private: true }), 400, 'bad_request', /private/],
      ['with a script', () => newTask({ description: '<script>x</script>' }), 400, 'bad_request', /HTML/],
      ['with a day that does not exist', () => newTask({ dueDate: '2026-02-30' }), 400, 'bad_request', /dueDate/],
      ['with an id that is none', () => newTask({ taskListId: "1' or '1'='1" }), 400, 'bad_request', /id/],
      ['with a NUL', () => newTask({ title: 'a\u0000b' }), 400, 'bad_request', /NUL/],
      [
        'that is due before it begins',
        () => newTask({ startDate: '2026-11-07', dueDate: '2026-11-06' }),
        422,
        'dates_reversed',
        /2026-11-07/,
      ],
      ['in an unknown project', () => newTask({ projectId: '999999' }), 422, 'unknown_reference', /projectId/],
      [
        "in another company's project",
        () => newTask({ projectId: house.office.foreignProject, taskListId: house.office.foreignTaskList }),
        422,
        'unknown_reference',
        /projectId/,
      ],
      [
        "in another project's task list",
        () => newTask({ taskListId: house.office.foreignTaskList }),
        422,
        'unknown_reference',
        /taskListId/,
      ],
      [
        "for another company's person",
        () => newTask({ assigneeId: house.office.foreignPerson }),
        422,
        'unknown_reference',
        /assigneeId/,
      ],
      [
        'with an unknown status',
        () => newTask({ workflowStatusId: '999999' }),
        422,
        'unknown_reference',
        /workflowStatusId/,
      ],
    ])('%s', async (_title, body, status, code, message) => {
      const before = await everything();
      expect(await client().post('/tasks', body())).toMatchObject(refused(status, code, message));
      expect(await everything()).toEqual(before);
    });

    test('by whoever has no token', async () => {
      const before = await everything();
      for (const token of ['', 'nonsense']) {
        expect(await writerIn(house.api, token).post('/tasks', newTask())).toMatchObject({ status: 401 });
      }
      expect(await everything()).toEqual(before);
    });

    test('if it is no JSON, or too much of it', async () => {
      const before = await everything();
      expect(await client().raw('POST', '/tasks', '{"title":', 'application/json')).toMatchObject({ status: 400 });
      expect(await client().raw('POST', '/tasks', '<x/>', 'text/xml')).toMatchObject({ status: 415 });
      const large = JSON.stringify(newTask({ description: 'x'.repeat(2_000_000) }));
      expect(await client().raw('POST', '/tasks', large, 'application/json')).toMatchObject({ status: 413 });
      expect(await everything()).toEqual(before);
    });
  });
});

describe('a change of a task', () => {
  const path = () => `/tasks/${house.office.task}`;
  const stored = async () => (await tasks()).find(({ id }) => String(id) === house.office.task);

  test('is here at once and pending', async () => {
    const before = await stored();
    const answer = await client().patch(path(), { title: 'Changed', dueDate: '2026-12-24' });
    expect(answer).toMatchObject({ status: 202, body: { id: house.office.task, syncState: 'pending' } });
    const after = await stored();
    expect(after).toMatchObject({ title: 'Changed', dueDate: '2026-12-24' });
    expect(after?.version).toBeGreaterThan(before?.version ?? Infinity);
    expect(await inbox()).toMatchObject([{ pair: 'tasks', side: 'replica', recordId: house.office.task }]);
  });

  test('of its status closes and opens it', async () => {
    await client().patch(path(), { workflowStatusId: house.office.closedStatus });
    expect(await stored()).toMatchObject({ closed: true });
    await client().patch(path(), { workflowStatusId: house.office.openStatus });
    expect(await stored()).toMatchObject({ closed: false });
  });

  test('takes away what is optional', async () => {
    await admin().patch(path(), { assigneeId: house.office.person, dueDate: '2026-12-24' });
    expect(await client().patch(path(), { assigneeId: null, dueDate: null })).toMatchObject({ status: 202 });
    expect(await stored()).toMatchObject({ assigneeId: null, dueDate: null });
  });

  test('of its estimate is for admins: clients do not see it', async () => {
    const before = await tasks();
    const onlyAdmins = refused(403, 'admins_only', /initialEstimate/);
    expect(await client().patch(path(), { title: 'x', initialEstimate: 90 })).toMatchObject(onlyAdmins);
    expect(await client().post('/tasks', newTask({ initialEstimate: 90 }))).toMatchObject(onlyAdmins);
    expect(await tasks()).toEqual(before);
    expect(await admin().patch(path(), { initialEstimate: 90 })).toMatchObject({ status: 202 });
    expect(await stored()).toMatchObject({ initialEstimate: 90 });
  });

  test('that changes nothing is answered so, and nobody is told', async () => {
    const before = await stored();
    const answer = await client().patch(path(), { title: before?.title });
    expect(answer).toMatchObject({ status: 200, body: { version: String(before?.version) } });
    expect(await stored()).toEqual(before);
    expect(await inbox()).toEqual([]);
  });

  test('that was made from an older version is refused, and says what to do', async () => {
    const first = await client().patch(path(), { title: 'first' });
    const second = await admin().patch(path(), { title: 'second' }, { 'if-match': first.etag ?? '' });
    expect(second.status).toBe(202);
    const third = await client().patch(path(), { title: 'third' }, { 'if-match': first.etag ?? '' });
    expect(third).toMatchObject(refused(412, 'changed_meanwhile', /Read it again.*If-Match/));
    expect(await stored()).toMatchObject({ title: 'second' });
    expect(await client().patch(path(), { title: 'x' }, { 'if-match': 'yesterday' })).toMatchObject(
      refused(400, 'bad_request', /If-Match/),
    );
  });

  test('of two that are made from the same version at the same time one is refused', async () => {
    const etag = `"${String((await stored())?.version)}"`;
    const answers = await Promise.all(
      ['one', 'two', 'three'].map((title) => client().patch(path(), { title }, { 'if-match': etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 412, 412]);
  });

  test('is refused to everybody who may not see it, in the same words as one that does not exist', async () => {
    const before = await tasks();
    const wrongs = [
      await stranger().patch(path(), { title: 'x' }),
      await client().patch(`/tasks/${house.office.privateTask}`, { title: 'x' }),
      await client().patch(`/tasks/${house.office.deletedTask}`, { title: 'x' }),
      await client().patch('/tasks/999999', { title: 'x' }),
    ];
    for (const answer of wrongs) {
      expect(answer).toMatchObject(refused(404, 'unknown_task', /no task \d+, or it is not yours/));
    }
    expect(await client().patch('/tasks/0', { title: 'x' })).toMatchObject({ status: 400 });
    expect(await client().patch(path(), {})).toMatchObject(refused(400, 'bad_request', /nothing to change/));
    expect(await tasks()).toEqual(before);
    expect(await inbox()).toEqual([]);
  });

  test('may be made by an admin in a private task', async () => {
    expect(await admin().patch(`/tasks/${house.office.privateTask}`, { title: 'x' })).toMatchObject({ status: 202 });
  });
});

describe('a comment', () => {
  const comments = () => house.db.select().from(portalComments).orderBy(portalComments.id);
  const path = () => `/tasks/${house.office.task}/comments`;

  test('is stored with its hint', async () => {
    const answer = await client().post(path(), { body: '<p>Looks good</p>' });
    expect(answer).toMatchObject({ status: 201, body: { syncState: 'pending' } });
    const { id } = answer.body as { id: string };
    expect((await comments()).at(-1)).toMatchObject({
      ...{ id: Number(id), taskId: Number(house.office.task), body: '<p>Looks good</p>' },
      ...{ hidden: false, draft: false },
    });
    expect(await inbox()).toMatchObject([{ pair: 'comments', side: 'replica', recordId: id }]);
  });

  test('is changed by its author and by admins, by nobody else', async () => {
    const { body } = await client().post(path(), { body: 'mine' });
    const own = `/comments/${(body as { id: string }).id}`;
    expect(await client().patch(own, { body: 'mine, better' })).toMatchObject({ status: 202 });
    expect(await client().patch(own, { body: 'mine, better' })).toMatchObject({ status: 200 });
    expect(await admin().patch(own, { body: 'moderated' })).toMatchObject({ status: 202 });
    expect(await writerIn(house.api, house.office.colleague).patch(own, { body: 'x' })).toMatchObject(
      refused(403, 'not_the_author', /wrote/),
    );
    expect(await client().patch(`/comments/${house.office.comment}`, { body: 'x' })).toMatchObject({ status: 403 });
    expect(await stranger().patch(own, { body: 'x' })).toMatchObject(refused(404, 'unknown_comment', /no comment/));
  });

  test('is hidden by admins only, and then clients can not reach it', async () => {
    expect(await client().post(path(), { body: 'x', hidden: true })).toMatchObject(
      refused(403, 'admins_only', /hidden/),
    );
    const { body } = await client().post(path(), { body: 'x' });
    const own = `/comments/${(body as { id: string }).id}`;
    expect(await client().patch(own, { hidden: true })).toMatchObject({ status: 403 });
    expect(await admin().patch(own, { hidden: true })).toMatchObject({ status: 202 });
    expect(await client().patch(own, { body: 'y' })).toMatchObject({ status: 404 });
  });

  test('is refused under a task that is not the user’s, without words, or with a script', async () => {
    const before = await comments();
    expect(await stranger().post(path(), { body: 'x' })).toMatchObject({ status: 404 });
    expect(await client().post(`/tasks/${house.office.privateTask}/comments`, { body: 'x' })).toMatchObject({
      status: 404,
    });
    expect(await client().post(path(), { body: '' })).toMatchObject({ status: 400 });
    expect(await client().post(path(), { body: '<img src=x onerror=alert(1)>' })).toMatchObject({ status: 400 });
    expect(await comments()).toEqual(before);
  });
});

describe('what is sent twice', () => {
  const key = { 'idempotency-key': 'a-key-of-the-client' };
  const count = async () => (await tasks()).length;

  test('is carried out once and answered the same', async () => {
    const before = await count();
    const first = await client().post('/tasks', newTask(), key);
    const second = await client().post('/tasks', newTask(), key);
    expect(second).toMatchObject({ status: 201, body: first.body, replayed: 'true' });
    expect(first.replayed).toBeNull();
    expect(await count()).toBe(before + 1);
  });

  test('at the same time is carried out once too', async () => {
    const before = await count();
    const twins = await Promise.all(Array.from({ length: 8 }, () => client().post('/tasks', newTask(), key)));
    expect(new Set(twins.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(twins.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(await count()).toBe(before + 1);
  });

  test('with another content, or elsewhere, is refused', async () => {
    await client().post('/tasks', newTask(), key);
    const before = await count();
    const other = [
      await client().post('/tasks', newTask({ title: 'another' }), key),
      await client().patch(`/tasks/${house.office.task}`, { title: 'another' }, key),
    ];
    for (const answer of other) expect(answer).toMatchObject(refused(422, 'key_used_differently', /new key/));
    expect(await count()).toBe(before);
  });

  test('by another user is his own request', async () => {
    const before = await count();
    await client().post('/tasks', newTask(), key);
    expect(await admin().post('/tasks', newTask(), key)).toMatchObject({ status: 201, replayed: null });
    expect(await count()).toBe(before + 2);
  });

  test('after a refusal is tried anew: a refusal is no answer to keep', async () => {
    expect(await client().post('/tasks', newTask({ taskListId: '999999' }), key)).toMatchObject({ status: 422 });
    expect(await client().post('/tasks', newTask(), key)).toMatchObject({ status: 201, replayed: null });
  });

  test('under a name that is no key is refused', async () => {
    for (const wrong of ['x'.repeat(201), 'two words']) {
      const answer = await client().post('/tasks', newTask(), { 'idempotency-key': wrong });
      expect(answer).toMatchObject({ status: 400 });
    }
  });
});

test('a failing hint takes the row back: neither is ever there without the other', async () => {
  const before = await tasks();
  await house.db.execute(sql`alter table hints rename to hints_gone`);
  try {
    expect(await client().post('/tasks', newTask())).toMatchObject({ status: 503 });
  } finally {
    await house.db.execute(sql`alter table hints_gone rename to hints`);
  }
  expect(await tasks()).toEqual(before);
});
