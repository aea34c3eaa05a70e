import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { CallBudget } from '../../../connectors/call-budget.ts';
import { BudgetSpent } from '../../../connectors/errors.ts';
import { PortalRecordStore } from '../../../store/portal/records.ts';
import type { SyncedEntity } from '../../../store/portal/tables.ts';
import { portalAttachments, portalTasks } from '../../../store/portal/work-tables.ts';
import type { ApiUnderTest } from '../../../test/support/api.ts';
import { adminToken, clientToken, startTestPortal } from '../../../test/support/portal.ts';
import { portalHouseUnderTest } from '../../../test/support/portal-house-under-test.ts';
import { refused, writerIn } from '../../../test/support/portal-office.ts';
import { unlimitedBudget } from '../../../test/support/unlimited-budget.ts';

let api: ApiUnderTest;
let ids: { project: string; taskList: string; person: string; closedStatus: string };
let user: ReturnType<typeof writerIn>;
let admin: ReturnType<typeof writerIn>;

/** A budget that gives what was reserved and not one call more. */
let isTight = false;
const budget: CallBudget = {
  ...unlimitedBudget,
  reserve: (system, calls, priority) => {
    if (!isTight) return unlimitedBudget.reserve(system, calls, priority);
    let left = calls;
    const take = () => {
      left -= 1;
      return left < 0 ? Promise.reject(new BudgetSpent(`${system}: spent`, { system })) : Promise.resolve();
    };
    return Promise.resolve({ kind: 'reserved', reservation: { take, settle: () => Promise.resolve() } });
  },
};

const under = portalHouseUnderTest(budget);
beforeEach(async () => {
  isTight = false;
  const files = {
    open: ({ id, url }: { id: string; url: string }) =>
      under.house.connector.files.open(
        { id, attributes: { url }, raw: {}, version: null, modifiedAt: null, modifiedByUs: null },
        { signal: AbortSignal.timeout(20_000), beforeCall: () => undefined },
      ),
  };
  api = await startTestPortal(under.database, {
    writing: { files },
    replace: () => ({ now: () => under.house.now() }),
  });
  await furnish();
});
afterEach(async () => {
  await api.stop();
});

/** A client's project, known on both sides. */
async function furnish(): Promise<void> {
  const { productive } = under.house;
  const company = productive.create('companies', { name: 'Muster GmbH' }).id;
  const own = { name: 'Website', project_type_id: 2, company_id: company, workflow_id: '7001' };
  const project = productive.create('projects', { ...own, project_manager_id: productive.persons.anna }).id;
  const taskList = productive.create('task_lists', { name: 'Backlog', project_id: project }).id;
  const closing = productive.records('workflow_statuses').find((status) => status['category_id'] === 3)!;
  const all = (type: string) => productive.records(type).map(({ id }) => id);
  for (const pair of ['companies', 'people', 'workflow_statuses', 'projects', 'task_lists']) {
    await under.house.say(pair, ...all(pair));
    await under.house.settle();
  }
  const idOf = async (entity: SyncedEntity, productiveId: string): Promise<string> => {
    const [row] = await new PortalRecordStore(under.database.db).search(entity, { productiveId }, 1);
    return row!.id;
  };
  ids = {
    project: await idOf('projects', project),
    taskList: await idOf('task_lists', taskList),
    person: await idOf('people', productive.persons.anna),
    closedStatus: await idOf('workflow_statuses', closing.id),
  };
  user = writerIn(api, await clientToken(company));
  admin = writerIn(api, await adminToken());
}

const idIn = ({ body }: { readonly body: unknown }) => (body as { id: string }).id;
const unconfirmed = async () => (await admin.ask('GET', '/sync/unconfirmed')).body as { records: unknown[] };
const newTask = (values: object = {}) => ({
  ...{ title: 'Proofread', projectId: ids.project, taskListId: ids.taskList, ...values },
});
const rowOf = async (id: string) =>
  (
    await under.database.db
      .select()
      .from(portalTasks)
      .where(eq(portalTasks.id, Number(id)))
  )[0]!;

/** As Productive refuses an attribute. */
const refusal = {
  ...{ kind: 'status' as const, status: 422, headers: { 'content-type': 'application/vnd.api+json' } },
  body: JSON.stringify({
    errors: [
      {
        status: '422',
        title: 'Invalid Attribute',
        detail: 'is too long',
        source: { pointer: 'data/attributes/title' },
      },
    ],
  }),
};

describe('what users write', () => {
  test('and take back before it was sent is confirmed by the look that finds nothing to send', async () => {
    const id = idIn(await user.post('/tasks', newTask()));
    await under.house.settle();
    const mark = under.house.productive.requests.mark();
    for (const title of ['Otherwise', 'Proofread']) await user.patch(`/tasks/${id}`, { title });
    expect((await unconfirmed()).records).toHaveLength(1);
    await under.house.settle();
    expect(under.house.calls(mark)).toEqual([]);
    expect(await unconfirmed()).toEqual({ records: [] });
    expect((await user.ask('GET', `/tasks/${id}`)).body).toMatchObject({ task: { syncState: 'synced' } });
  });

  test('a new task is made in Productive by one request, and confirmed', async () => {
    const mark = under.house.productive.requests.mark();
    const id = idIn(await user.post('/tasks', newTask({ dueDate: '2026-12-24', assigneeId: ids.person })));
    expect((await unconfirmed()).records).toHaveLength(1);
    await under.house.settle();
    expect(under.house.calls(mark)).toEqual(['POST /tasks']);
    const [made] = under.house.productive.records('tasks');
    expect(made).toMatchObject({
      title: 'Proofread',
      due_date: '2026-12-24',
      assignee_id: under.house.productive.persons.anna,
    });
    expect(await rowOf(id)).toMatchObject({ productiveId: made!.id, taskNumber: String(made!['task_number']) });
    expect(await unconfirmed()).toEqual({ records: [] });
    expect(await user.patch(`/tasks/${id}`, { title: 'Proofread' })).toMatchObject({
      ...{ status: 200, body: { syncState: 'synced' } },
    });
  });

  test('what is made is the person’s of the token there, and says here who wrote it, at no request', async () => {
    const id = idIn(await user.post('/tasks', newTask()));
    await admin.post(`/tasks/${id}/comments`, { body: 'x' });
    await under.house.settle();
    const [made] = under.house.productive.records('tasks');
    await under.house.say('tasks', made!.id);
    await under.house.settle();
    expect(made).toMatchObject({ creator_id: under.house.productive.persons.integration });
    const mark = under.house.productive.requests.mark();
    const { body } = await user.ask('GET', `/tasks/${id}?include=comments,people`);
    expect(body).toMatchObject({
      included: { people: [{ productiveId: under.house.productive.persons.integration }] },
      task: { productiveId: made!.id, syncState: 'synced', writtenBy: { kind: 'client' } },
      comments: { comments: [{ syncState: 'synced', writtenBy: { kind: 'admin', subject: null } }] },
    });
    expect(under.house.calls(mark)).toEqual([]);
  });

  test('a change is sent by a read and a write, and the echo of it costs one more read at most', async () => {
    const id = idIn(await user.post('/tasks', newTask()));
    await under.house.settle();
    const mark = under.house.productive.requests.mark();
    await user.patch(`/tasks/${id}`, { title: 'Proofread twice', workflowStatusId: ids.closedStatus });
    await under.house.settle();
    const { productiveId } = await rowOf(id);
    expect(under.house.calls(mark)).toEqual([`GET /tasks/${productiveId}`, `PATCH /tasks/${productiveId}`]);
    expect(under.house.productive.record('tasks', productiveId!)).toMatchObject({
      title: 'Proofread twice',
      closed: true,
    });
    expect(await unconfirmed()).toEqual({ records: [] });
    const echo = under.house.productive.requests.mark();
    await under.house.say('tasks', productiveId!);
    await under.house.settle();
    expect(under.house.calls(echo)).toEqual([`GET /tasks/${productiveId}`]);
  });

  test('a file arrives with the calls that were reserved for it, and leaves nothing half made behind', async () => {
    const task = idIn(await user.post('/tasks', newTask()));
    await under.house.settle();
    const form = new FormData();
    form.set('file', new File(['the bytes of the file'], 'plan.txt', { type: 'text/plain' }));
    await user.form(`/tasks/${task}/attachments`, form);
    isTight = true;
    await under.house.settle();
    const [made] = under.house.productive.records('tasks');
    expect(under.house.productive.records('attachments')).toMatchObject([{ name: 'plan.txt', task_id: made!.id }]);
    expect(await unconfirmed()).toEqual({ records: [] });
  });

  test('a comment with a file under a task that is new itself: all three arrive, in their order', async () => {
    const task = idIn(await user.post('/tasks', newTask()));
    const comment = idIn(await user.post(`/tasks/${task}/comments`, { body: '<p>See the file</p>' }));
    const form = new FormData();
    form.set('commentId', comment);
    form.set('file', new File(['the bytes of the file'], 'plan.txt', { type: 'text/plain' }));
    const attachment = idIn(await user.form(`/tasks/${task}/attachments`, form));
    await under.house.settle();
    const [said] = under.house.productive.records('comments');
    const [sent] = under.house.productive.records('attachments');
    const [made] = under.house.productive.records('tasks');
    expect(said).toMatchObject({ body: '<p>See the file</p>', task_id: made!.id });
    expect(sent).toMatchObject({ name: 'plan.txt', content_type: 'text/plain' });
    expect(await unconfirmed()).toEqual({ records: [] });
    const [row] = await under.database.db.select().from(portalAttachments);
    expect(row).toMatchObject({ commentId: Number(comment), productiveId: sent!.id });
    expect(row!.url).toContain('/files/');
    // From now on the bytes are Productive's.
    await user.form(
      `/tasks/${task}/attachments`,
      (() => {
        const other = new FormData();
        other.set('file', new File(['x'], 'x.txt'));
        return other;
      })(),
    );
    const file = await user.file(`/attachments/${attachment}/content`);
    expect([file.status, await file.text()]).toEqual([200, 'the bytes of the file']);
    expect(JSON.stringify([...file.headers])).not.toContain(under.house.productive.token);
  });

  test('what Productive refuses is told in words and can be taken back', async () => {
    const id = idIn(await user.post('/tasks', newTask()));
    await under.house.settle();
    const { productiveId } = await rowOf(id);
    under.house.productive.faults.add({ method: 'PATCH', path: '/tasks/', fault: refusal });
    await user.patch(`/tasks/${id}`, { title: 'Not to their taste' });
    await under.house.settle();
    expect((await unconfirmed()).records).toMatchObject([
      { id, syncState: 'failed', code: 'rejected', reason: expect.stringMatching(/title/i) },
    ]);
    under.house.productive.update('tasks', productiveId!, { description: '<p>Meanwhile</p>' });
    expect(await user.ask('POST', `/tasks/${id}/discard`)).toMatchObject({ body: { outcome: 'put_back' } });
    await under.house.settle();
    expect(await rowOf(id)).toMatchObject({ title: 'Proofread', description: '<p>Meanwhile</p>' });
    expect(under.house.productive.record('tasks', productiveId!)).toMatchObject({ title: 'Proofread' });
    expect(await unconfirmed()).toEqual({ records: [] });
  });

  test('a creation that Productive refuses is gone after it is discarded, there and here', async () => {
    under.house.productive.faults.add({ method: 'POST', path: '/tasks', fault: refusal });
    const id = idIn(await user.post('/tasks', newTask()));
    await user.post(`/tasks/${id}/comments`, { body: 'x' });
    await under.house.settle();
    expect(await user.ask('POST', `/tasks/${id}/discard`)).toMatchObject({ body: { outcome: 'removed' } });
    await under.house.settle();
    expect(under.house.productive.records('tasks')).toEqual([]);
    expect(under.house.productive.records('comments')).toEqual([]);
    expect(await unconfirmed()).toEqual({ records: [] });
  });

  test('a creation whose answer was lost is found again, not repeated', async () => {
    under.house.productive.faults.add({ method: 'POST', path: '/tasks', fault: { kind: 'resetAfter' } });
    const id = idIn(await user.post('/tasks', newTask()));
    await under.house.settle();
    expect(await user.ask('POST', `/tasks/${id}/discard`)).toMatchObject({ status: 409 });
    under.house.pass(60_000);
    await under.house.settle();
    expect(under.house.productive.records('tasks')).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ productiveId: under.house.productive.records('tasks')[0]!.id });
    expect(await unconfirmed()).toEqual({ records: [] });
  });

  test('what both sides change at the same time is decided by Productive, and the rest goes through', async () => {
    const id = idIn(await user.post('/tasks', newTask()));
    await under.house.settle();
    const { productiveId } = await rowOf(id);
    under.house.productive.update('tasks', productiveId!, { title: 'Theirs' });
    await user.patch(`/tasks/${id}`, { title: 'Ours', dueDate: '2026-12-31' });
    await under.house.settle();
    const both = { title: 'Theirs', dueDate: '2026-12-31' };
    expect(await rowOf(id)).toMatchObject(both);
    expect(under.house.productive.record('tasks', productiveId!)).toMatchObject({
      title: 'Theirs',
      due_date: '2026-12-31',
    });
    expect(await user.ask('POST', `/tasks/${id}/retry`)).toMatchObject(refused(409, 'not_failed', /as it is/));
  });
});
