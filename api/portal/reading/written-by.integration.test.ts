import { describe, expect, test } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { portalCompanies, portalPeople, portalProjects } from '../../../store/portal/work-tables.ts';
import { portalWrites } from '../../../store/portal/write-tables.ts';
import { askPortal, tokenWith } from '../../../test/support/portal.ts';
import { officeUnderTest, writerIn } from '../../../test/support/portal-office.ts';

const house = officeUnderTest();

const named = { kind: 'client', personId: null, name: null };
const idIn = ({ body }: { readonly body: unknown }) => (body as { id: string }).id;
const clientCalled = (sub: string, company = '149808') => tokenWith({ sub, role: 'client', company_id: company });

async function person(values: typeof portalPeople.$inferInsert): Promise<string> {
  const [row] = await house.db.insert(portalPeople).values(values).returning();
  return String(row!.id);
}
const companyIdOf = async (productiveId: string) =>
  (await house.db.select().from(portalCompanies).where(eq(portalCompanies.productiveId, productiveId)))[0]!.id;

/** A task with a comment and a file on it. @returns its id */
async function writtenWith(token: string): Promise<string> {
  const user = writerIn(house.api, token);
  const { project: projectId, taskList: taskListId } = house.office;
  const task = idIn(await user.post('/tasks', { title: 'Proofread', projectId, taskListId }));
  await user.post(`/tasks/${task}/comments`, { body: 'See there' });
  const form = new FormData();
  form.set('file', new File(['x'], 'plan.pdf'));
  await user.form(`/tasks/${task}/attachments`, form);
  return task;
}

/** What every place of the API says of who wrote the task, its comment and its file: one and the same. */
async function saidOf(task: string, reader: string): Promise<unknown> {
  const whole = await askPortal(house.api, reader, `/tasks/${task}?include=comments,attachments`);
  const listed = await askPortal(house.api, reader, '/tasks?limit=200');
  const comments = await askPortal(house.api, reader, `/tasks/${task}/comments`);
  const attachments = await askPortal(house.api, reader, `/tasks/${task}/attachments`);
  const all = [
    ...writersIn(whole.body, ''),
    ...writersIn(
      (listed.body as { tasks: { id: string }[] }).tasks.find(({ id }) => id === task),
      '',
    ),
    ...writersIn([comments.body, attachments.body], ''),
  ];
  expect(all).toHaveLength(6);
  expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
  return all[0];
}

/** Every `writtenBy` in an answer, however deep. */
function writersIn(value: unknown, name: string): readonly unknown[] {
  if (name === 'writtenBy') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => writersIn(inner, key));
}

describe('who wrote a task, a comment and a file through the portal', () => {
  test('is shown to its writer, his colleagues and admins by the name that his token gave him', async () => {
    const task = await writtenWith(house.office.client);
    for (const reader of [house.office.client, house.office.colleague, house.office.admin]) {
      expect(await saidOf(task, reader)).toEqual({ ...named, subject: 'client-of-149808' });
    }
  });

  test('of the agency is for clients an admin without a name, if no person is known', async () => {
    const task = await writtenWith(house.office.admin);
    expect(await saidOf(task, house.office.client)).toEqual({ ...named, kind: 'admin', subject: null });
    expect(await saidOf(task, house.office.admin)).toEqual({ ...named, kind: 'admin', subject: 'pm-1' });
  });

  test('is named as the person whose e-mail address the token says, in whatever letters, and comes along', async () => {
    const email = 'Anna@agency.example';
    const anna = await person({ firstName: 'Anna', lastName: 'Berg', email, hrmTypeId: 1 });
    const task = await writtenWith(await tokenWith({ sub: 'anna@Agency.example', role: 'admin' }));
    const shown = { kind: 'admin', personId: anna, name: 'Anna Berg' };
    expect(await saidOf(task, house.office.client)).toEqual({ ...shown, subject: null });
    expect(await saidOf(task, house.office.admin)).toEqual({ ...shown, subject: 'anna@Agency.example' });
    for (const path of ['/tasks?', `/tasks/${task}?`, `/tasks/${task}/comments?`, `/tasks/${task}/attachments?`]) {
      const { body } = await askPortal(house.api, house.office.client, `${path}include=people`);
      expect(body).toMatchObject({ included: { people: [{ id: anna, firstName: 'Anna', email: null }] } });
      expect(JSON.stringify(body)).not.toMatch(/agency\.example/i);
    }
  });

  test('of the own company is named to colleagues, with the address', async () => {
    const companyId = await companyIdOf('149808');
    const carl = await person({ firstName: 'Carl', lastName: null, email: 'carl@muster.example', companyId });
    const task = await writtenWith(await clientCalled('carl@muster.example'));
    const shown = { kind: 'client', subject: 'carl@muster.example', personId: carl, name: 'Carl' };
    expect(await saidOf(task, house.office.colleague)).toEqual(shown);
  });

  test('is nobody by name if several persons have the address, if it was deleted, or a client if it is of another company', async () => {
    const [companyId, foreign] = [await companyIdOf('149808'), await companyIdOf('149809')];
    for (const firstName of ['One', 'Two']) await person({ firstName, email: 'info@muster.example', companyId });
    await person({ firstName: 'Gone', email: 'gone@muster.example', companyId, deletedAt: new Date() });
    await person({ firstName: 'Boss', email: 'boss@other.example', companyId: foreign });
    for (const subject of ['info@muster.example', 'gone@muster.example', 'boss@other.example']) {
      const task = await writtenWith(await clientCalled(subject));
      expect(await saidOf(task, house.office.admin)).toEqual({ ...named, subject });
    }
  });

  test('of another company, whose project it was, is told to admins only', async () => {
    const foreign = await companyIdOf('149809');
    const dora = await person({ firstName: 'Dora', email: 'dora@other.example', companyId: foreign });
    const move = (companyId: number) =>
      house.db
        .update(portalProjects)
        .set({ companyId })
        .where(eq(portalProjects.id, Number(house.office.project)));
    await move(foreign);
    const task = await writtenWith(await clientCalled('dora@other.example', '149809'));
    await move(await companyIdOf('149808'));
    expect(await saidOf(task, house.office.client)).toEqual({ ...named, subject: null });
    const shown = { kind: 'client', subject: 'dora@other.example', personId: dora, name: 'Dora' };
    expect(await saidOf(task, house.office.admin)).toEqual(shown);
  });

  test('stays who made it, whoever changes it', async () => {
    const task = await writtenWith(house.office.client);
    await writerIn(house.api, house.office.admin).patch(`/tasks/${task}`, { title: 'Changed' });
    expect(await saidOf(task, house.office.client)).toEqual({ ...named, subject: 'client-of-149808' });
  });

  test('is nobody for what was made in Productive, even if users have changed it', async () => {
    await writerIn(house.api, house.office.client).patch(`/tasks/${house.office.task}`, { title: 'Changed' });
    const { body } = await askPortal(house.api, house.office.client, `/tasks/${house.office.task}?include=comments`);
    expect(body).toMatchObject({ task: { writtenBy: null }, comments: { comments: [{ writtenBy: null }] } });
  });

  test('is told as far as it was noted when roles were not', async () => {
    const task = await writtenWith(house.office.client);
    await house.db.update(portalWrites).set({ role: null, companyId: null });
    expect(await saidOf(task, house.office.client)).toEqual({ ...named, kind: null, subject: 'client-of-149808' });
    expect(await saidOf(task, house.office.colleague)).toEqual({ ...named, kind: null, subject: null });
    expect(await saidOf(task, house.office.admin)).toEqual({ ...named, kind: null, subject: 'client-of-149808' });
  });

  test('is not taken from what was noted of another kind with the same number', async () => {
    await house.db.execute(sql`insert into portal_writes (entity, record_id, subject, role, action, at)
      values ('comments', ${house.office.task}, 'x', 'admin', 'create', now()), ('documents', ${house.office.task}, 'x', 'admin', 'create', now())`);
    const { body } = await askPortal(house.api, house.office.admin, `/tasks/${house.office.task}`);
    expect(body).toMatchObject({ task: { writtenBy: null } });
  });
});
