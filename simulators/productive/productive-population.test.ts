import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { landmarks, type Productive, startProductiveSimulator } from './start-productive.ts';
import { resources } from './resources.ts';
import { type Call, clientOf, open, walk } from './test-client.ts';

describe('the full population', () => {
  let productive: Productive;
  let call: Call;
  beforeAll(async () => {
    productive = await startProductiveSimulator();
    productive.generate();
    call = clientOf(productive);
  });
  afterAll(() => productive.stop());

  const total = async (path: string) => (await call('GET', `${path}&page[size]=1`)).body.meta?.['total_count'];

  test('has as many of each as the organization that was counted', async () => {
    const { project, company } = landmarks;
    expect({
      tasks: await total('/tasks?'),
      comments: await total('/comments?'),
      companies: await total('/companies?'),
      runningProjects: await total('/projects?filter[status]=1'),
      ofProject: await total(`/tasks?filter[project_id]=${project}`),
      openOfProject: await total(`/tasks?filter[project_id]=${project}&filter[status]=1`),
      openOfCompany: await total(`/tasks?filter[company_id]=${company}&filter[status]=1`),
      projectsOfCompany: await total(`/projects?filter[company_id]=${company}`),
      pages: (await call('GET', '/tasks?page[size]=200')).body.meta?.['total_pages'],
    }).toEqual({
      tasks: 27_199,
      comments: 15_486,
      companies: 307,
      runningProjects: 233,
      ofProject: 845,
      openOfProject: 77,
      openOfCompany: 77,
      projectsOfCompany: 2,
      pages: 136,
    });
  });

  test('is walked through by cursor in 136 pages, each task once', async () => {
    const before = productive.requests.mark();
    const found = await walk(call, '/tasks?page[after]=&page[size]=200&fields[tasks]=title');
    expect(productive.requests.count({ since: before })).toBe(136);
    expect(new Set(found.map(({ id }) => id)).size).toBe(27_199);
  });

  test('points at nothing that is missing', () => {
    const all = new Map([...resources.keys()].map((type) => [type, productive.records(type)]));
    const idsOf = (type: string) => new Set(all.get(type)?.map(({ id }) => id));
    const missing = [...resources.values()].flatMap(({ type, relationships }) =>
      Object.entries(relationships).flatMap(([name, relation]) => {
        if (relation.kind === 'many') return [];
        const named = new Set(all.get(type)?.map((record) => record[`${name}_id`]));
        const known = idsOf(relation.type);
        return [...named].filter((id) => id !== null && !known.has(id as string));
      }),
    );
    expect(missing).toEqual([]);
  });
});

describe('a small population', () => {
  const digest = async (seed: number) => {
    const { productive } = await open({ port: 0 });
    productive.reset();
    productive.generate({ scale: 0.01, seed });
    const all = [...resources.keys()].map((type) => productive.records(type));
    const text = JSON.stringify(all).replaceAll(productive.url, '');
    await productive.stop();
    return createHash('sha256').update(text).digest('hex');
  };

  test('is the same for the same seed and another for another', async () => {
    const [one, again, other] = [await digest(1), await digest(1), await digest(2)];
    expect([one === again, one === other]).toEqual([true, false]);
  });

  test('can be worked in at once', async () => {
    const { productive, call } = await open();
    productive.generate({ scale: 0.01 });
    const [task] = (await call('GET', `/tasks?filter[project_id]=${landmarks.project}&include=task_list`)).list;
    const { status } = await call('PATCH', `/tasks/${task?.id ?? ''}`, { attributes: { title: 'Changed' } });
    expect(status).toBe(200);
    const [attachment] = (await call('GET', '/attachments')).list;
    const file = await fetch(`${String(attachment?.attributes['url'])}?token=${productive.token}`);
    expect((await file.arrayBuffer()).byteLength).toBe(attachment?.attributes['size']);
    await productive.stop();
  });
});
