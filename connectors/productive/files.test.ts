import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { friendly, hostile } from '../../simulators/productive/start-productive.ts';
import { rejectionOf } from '../test-context.ts';
import type { FileContent } from './connector.ts';
import { type Bench, startBench } from '../../test/support/productive-bench.ts';

const text = 'Der Entwurf liegt bei.';
const body = Buffer.from(text);
const file = { name: 'Entwurf 1.txt', contentType: 'text/plain', size: body.length };
const stream = (bytes = body): ReadableStream<Uint8Array> => new Blob([new Uint8Array(bytes)]).stream();

let bench: Bench;
let contents: Map<string, FileContent>;
beforeEach(async () => {
  contents = new Map();
  await start();
});
afterEach(() => bench.productive.stop());

async function start(options: Parameters<typeof startBench>[0] = {}, filesUrl?: string): Promise<void> {
  bench = await startBench(options, {
    content: (partnerId) => Promise.resolve(contents.get(partnerId) ?? null),
    ...(filesUrl !== undefined && { filesUrl }),
  });
}
async function restart(...options: Parameters<typeof start>): Promise<void> {
  await bench.productive.stop();
  await start(...options);
}

const contentOf = async (id: string): Promise<string> => {
  const opened = await bench.connector.files.open(await bench.readRecord('attachments', id), bench.context);
  expect(opened).toMatchObject({ contentType: expect.stringContaining('text/plain'), size: body.length });
  return new Response(opened.body).text();
};

describe.each([
  ['adds', friendly],
  ['replaces', hostile],
])('an upload where a list of attachments %s', (_what, unknowns) => {
  test('puts a file onto a task beside those that are there, in five calls', async () => {
    await restart({ unknowns });
    const task = bench.addTask();
    const other = bench.productive.attach({ ...file, body }, { taskId: task });
    bench.callsSince();
    const target = { entity: 'tasks', id: task };
    const made = await bench.connector.files.upload({ ...file, body: stream() }, target, bench.context);
    const steps = [`PATCH /attachments/${made.id}`, `GET /tasks/${task}`, `PATCH /tasks/${task}`];
    expect(bench.callsSince()).toEqual(['POST /attachments', 'POST /s3', ...steps, `GET /attachments/${made.id}`]);
    expect(bench.context.count('record')).toBe(5);
    expect(made.attributes).toMatchObject({ name: file.name, task_id: task, size: file.size });
    expect(await contentOf(made.id)).toBe(text);
    expect(bench.productive.record('attachments', other.id)).toMatchObject({ task_id: task });
  });
});

describe('an upload', () => {
  test.each(['tasks', 'comments'])(
    'leaves another one to the same record that runs beside it its place (%s)',
    async (entity) => {
      const task = bench.addTask();
      const id = entity === 'tasks' ? task : bench.productive.create('comments', { body: 'Anlage', task_id: task }).id;
      const names = ['a.txt', 'b.txt', 'c.txt'];
      const made = await Promise.all(
        names.map((name) =>
          bench.connector.files.upload({ ...file, name, body: stream() }, { entity, id }, bench.context),
        ),
      );
      const key = entity === 'tasks' ? 'task_id' : 'comment_id';
      for (const one of made) expect(bench.productive.record('attachments', one.id)).toMatchObject({ [key]: id });
    },
  );

  test('is linked again where the owner does not show it afterwards', async () => {
    const task = bench.addTask();
    const none = { id: task, type: 'tasks', attributes: {}, relationships: { attachments: { data: [] } } };
    const fault = { kind: 'status', status: 200, body: JSON.stringify({ data: none }) } as const;
    bench.productive.faults.add({ method: 'PATCH', path: /tasks/, fault, times: 1 });
    const target = { entity: 'tasks', id: task };
    const made = await bench.connector.files.upload({ ...file, body: stream() }, target, bench.context);
    expect(bench.productive.record('attachments', made.id)).toMatchObject({ task_id: task });
  });

  test('puts a file onto a comment', async () => {
    const task = bench.addTask();
    const comment = bench.productive.create('comments', { body: 'Siehe Anlage', task_id: task }).id;
    const target = { entity: 'comments', id: comment };
    const made = await bench.connector.files.upload({ ...file, body: stream() }, target, bench.context);
    expect(made.attributes).toMatchObject({ comment_id: comment });
  });

  test.each([
    ['the file', /s3/],
    ['its place', /attachments\/\d+$/],
  ])('that breaks off at %s has attached nothing, and is no doubtful write', async (_what, path) => {
    const task = bench.addTask();
    bench.productive.faults.add({ path, fault: { kind: 'resetBefore' }, times: 1 });
    const target = { entity: 'tasks', id: task };
    const attempt = bench.connector.files.upload({ ...file, body: stream() }, target, bench.context);
    expect(await rejectionOf(attempt)).toMatchObject({ code: 'record_failed' });
    const equal = { name: file.name, size: file.size, task_id: task };
    expect(await bench.connector.search('attachments', equal, bench.context)).toEqual([]);
  });

  test('whose last answer was lost is found by its values', async () => {
    const task = bench.addTask();
    bench.productive.faults.add({ method: 'PATCH', path: /tasks/, fault: { kind: 'resetAfter' }, times: 1 });
    const target = { entity: 'tasks', id: task };
    const attempt = bench.connector.files.upload({ ...file, body: stream() }, target, bench.context);
    expect(await rejectionOf(attempt)).toMatchObject({ code: 'ambiguous_write' });
    const equal = { name: file.name, size: file.size, task_id: task };
    expect(await bench.connector.search('attachments', equal, bench.context)).toHaveLength(1);
  });

  test('refuses a file that is shorter than was said, and owners that have none', async () => {
    const target = { entity: 'tasks', id: bench.addTask() };
    const short = { ...file, size: 1_000, body: stream() };
    expect(await rejectionOf(bench.connector.files.upload(short, target, bench.context))).toMatchObject({
      code: 'rejected',
      field: 'size',
    });
    const company = { entity: 'companies', id: bench.companyId };
    const misplaced = bench.connector.files.upload({ ...file, body: stream() }, company, bench.context);
    expect(await rejectionOf(misplaced)).toMatchObject({ code: 'rejected' });
  });
});

describe('creating an attachment', () => {
  test('takes the file of the partner and attaches it', async () => {
    contents.set('17', { ...file, body: new Uint8Array(body) });
    const task = bench.addTask();
    const context = { ...bench.context, partnerId: '17' };
    const made = await bench.connector.create('attachments', { name: file.name, task_id: task }, context);
    expect(await contentOf(made.id)).toBe(text);
  });

  test('is refused where the file or its owner is missing', async () => {
    const without = bench.connector.create('attachments', { task_id: bench.addTask() }, bench.context);
    expect(await rejectionOf(without)).toMatchObject({ code: 'rejected' });
    contents.set('17', { ...file, body: new Uint8Array(body) });
    const ownerless = bench.connector.create('attachments', {}, { ...bench.context, partnerId: '17' });
    expect(await rejectionOf(ownerless)).toMatchObject({ code: 'rejected' });
  });
});

describe('opening a file', () => {
  test('is a call like any other: it is asked for before, and sent only if it may be', async () => {
    const { id } = bench.productive.attach({ ...file, body }, { taskId: bench.addTask() });
    const record = await bench.readRecord('attachments', id);
    const before = bench.context.count('record');
    await (await bench.connector.files.open(record, bench.context)).body.cancel();
    expect(bench.context.count('record')).toBe(before + 1);
    bench.callsSince();
    const beforeCall = () => Promise.reject(new Error('spent'));
    await expect(bench.connector.files.open(record, { ...bench.context, beforeCall })).rejects.toThrow('spent');
    expect(bench.callsSince()).toEqual([]);
  });

  test('says that it is gone, without its address', async () => {
    const { id } = bench.productive.attach({ ...file, body }, { taskId: bench.addTask() });
    const record = await bench.readRecord('attachments', id);
    bench.productive.remove('attachments', id);
    const error = await rejectionOf(bench.connector.files.open(record, bench.context));
    expect(error).toMatchObject({ code: 'stale_version' });
    expect(String(error)).not.toContain(bench.productive.token);
  });

  test('shows the token to no other host', async () => {
    await restart({}, 'https://files.example.com');
    const { id } = bench.productive.attach({ ...file, body }, { taskId: bench.addTask() });
    const record = await bench.readRecord('attachments', id);
    bench.callsSince();
    expect(await rejectionOf(bench.connector.files.open(record, bench.context))).toMatchObject({ code: 'forbidden' });
    expect(bench.callsSince()).toEqual([]);
  });

  test.each([
    ['a redirect', { kind: 'status', status: 302, body: '' } as const, 'record_failed'],
    ['a refusal', { kind: 'status', status: 401, body: '' } as const, 'auth_failed'],
    ['a broken connection', { kind: 'resetBefore' } as const, 'record_failed'],
  ])('fails at %s and tells nobody the token', async (_what, fault, code) => {
    const { id } = bench.productive.attach({ ...file, body }, { taskId: bench.addTask() });
    const record = await bench.readRecord('attachments', id);
    bench.productive.faults.add({ path: /files/, fault, times: 1 });
    const error = await rejectionOf(bench.connector.files.open(record, bench.context));
    expect(error).toMatchObject({ code });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(bench.productive.token);
  });
});
