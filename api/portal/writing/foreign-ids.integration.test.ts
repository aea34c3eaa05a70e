import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { OpenDatabase } from '../../../store/database.ts';
import { portalDocuments, portalServiceOverviews } from '../../../store/portal/own-tables.ts';
import { portalAttachments, portalComments, portalTasks } from '../../../store/portal/work-tables.ts';
import { portalWrites } from '../../../store/portal/write-tables.ts';
import { hints } from '../../../store/schema.ts';
import type { ApiUnderTest } from '../../../test/support/api.ts';
import { openInMemory } from '../../../test/support/embedded.ts';
import { askPortal, startTestPortal } from '../../../test/support/portal.ts';
import { type Office, officeIn, writerIn } from '../../../test/support/portal-office.ts';

const described = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const writing = ['post', 'put', 'patch', 'delete'] as const;

interface Route {
  readonly method: string;
  readonly path: string;
}

describe('a client of another company', () => {
  let database: OpenDatabase;
  let api: ApiUnderTest;
  let office: Office;
  let foreign: readonly string[];
  let routes: readonly Route[];

  beforeAll(async () => {
    database = await openInMemory();
    api = await startTestPortal(database);
    office = await officeIn(database);
    const { db } = database;
    const [file] = await db
      .insert(portalAttachments)
      .values({ taskId: Number(office.task), name: 'plan.pdf' })
      .returning();
    const page = { projectId: Number(office.project), title: 'Page', body: '', createdBy: 'pm' };
    const [document] = await db.insert(portalDocuments).values(page).returning();
    const [overview] = await db.insert(portalServiceOverviews).values(page).returning();
    const own = [file?.id, document?.id, overview?.id].map(String);
    foreign = [...new Set([office.task, office.privateTask, office.deletedTask, office.comment, ...own, '999999'])];
    const { body } = await askPortal(api, office.admin, '/openapi.json');
    routes = Object.entries(described.parse(body).paths).flatMap(([path, methods]) =>
      writing.filter((method) => method in methods).map((method) => ({ method, path: path.replace('/portal/v1', '') })),
    );
  }, 600_000);
  afterAll(async () => {
    await api.stop();
    await database.close();
  });

  /** What each address takes, with what is of the other company. An address that is not here is not tested: say what it takes. */
  const bodies: Readonly<Record<string, () => unknown>> = {
    'post /tasks': () => ({ title: 'x', projectId: office.project, taskListId: office.taskList }),
    'patch /tasks/{id}': () => ({ title: 'x' }),
    'post /tasks/{id}/comments': () => ({ body: 'x' }),
    'post /tasks/{id}/attachments': () => 'a form',
    'patch /comments/{id}': () => ({ body: 'x' }),
    'post /{entity}/{id}/discard': () => null,
    'post /{entity}/{id}/retry': () => null,
    'post /state-check': () => ({ mode: 'repair', entity: 'tasks', id: office.task }),
    'post /documents': () => ({ title: 'x', projectId: office.project }),
    'patch /documents/{id}': () => ({ title: 'x' }),
    'delete /documents/{id}': () => null,
    'post /service-overviews': () => ({ title: 'x', projectId: office.project }),
    'patch /service-overviews/{id}': () => ({ title: 'x' }),
    'delete /service-overviews/{id}': () => null,
  };

  const addressesOf = ({ path }: Route): readonly string[] => {
    const entities = path.includes('{entity}') ? ['tasks', 'comments', 'attachments'] : [''];
    const named = entities.map((entity) => path.replace('{entity}', entity));
    return named.flatMap((one) => (one.includes('{id}') ? foreign.map((id) => one.replace('{id}', id)) : [one]));
  };

  function send(route: Route, address: string) {
    const writer = writerIn(api, office.stranger);
    const body = bodies[`${route.method} ${route.path}`]?.();
    if (body === 'a form') {
      const form = new FormData();
      form.set('file', new File(['x'], 'x.txt'));
      return writer.form(address, form);
    }
    const method = route.method.toUpperCase();
    return body === null
      ? writer.ask(method, address)
      : writer.raw(method, address, JSON.stringify(body), 'application/json');
  }

  const everything = async () => {
    const { db } = database;
    const tables = [portalTasks, portalComments, portalAttachments, portalDocuments, portalServiceOverviews] as const;
    const rows = [];
    for (const table of tables) rows.push(await db.select().from(table).orderBy(table.id));
    return [...rows, await db.select().from(portalWrites), await db.select().from(hints)];
  };

  test('writes nothing into it, whatever address and id it sends something to', async () => {
    expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(bodies).sort());
    const before = await everything();
    const answers: string[] = [];
    for (const route of routes) {
      for (const address of addressesOf(route)) {
        const { status } = await send(route, address);
        if (![403, 404, 422].includes(status)) answers.push(`${status} ${route.method} ${address}`);
      }
    }
    expect(answers).toEqual([]);
    expect(await everything()).toEqual(before);
  }, 600_000);

  test('can not point to what is not its own from a task that is', async () => {
    const before = await everything();
    const writer = writerIn(api, office.stranger);
    const own = `/tasks/${office.foreignTask}`;
    for (const given of [{ taskListId: office.taskList }, { assigneeId: office.person }]) {
      expect(await writer.patch(own, given)).toMatchObject({ status: 422, body: { error: {} } });
    }
    const form = new FormData();
    form.set('file', new File(['x'], 'x.txt'));
    form.set('commentId', office.comment);
    expect(await writer.form(`${own}/attachments`, form)).toMatchObject({ status: 404 });
    expect(await everything()).toEqual(before);
  });
});
