import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type { CensusRunView } from '../../api/ops/census-shape.ts';
import type { ApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { importAll } from './import-all.ts';
import { until } from '../../test/support/until.ts';
import { done, runOf } from '../../test/support/walks.ts';

const pointsTo = { companies: [], projects: ['companies'], tasks: ['projects', 'tasks'] };
const names = ['companies', 'projects', 'tasks'] as const;
/** A service with these pairs and the walks that they have had, the latest first. */
class Service implements ApiClient {
  readonly runs: Map<string, CensusRunView[]>;
  readonly begun: string[] = [];

  constructor(runs: Readonly<Record<string, readonly CensusRunView[]>> = {}) {
    this.runs = new Map(names.map((name) => [name, [...(runs[name] ?? [])]]));
  }

  call<T>(method: 'GET' | 'POST', path: string, shape: z.ZodType<T>): Promise<T> {
    return Promise.resolve(shape.parse(this.#answer(method, path)));
  }

  #answer(method: string, path: string): unknown {
    if (path === '/pairs') return { pairs: names.map((name) => pairOf(name, pointsTo[name])) };
    const [, , pair = ''] = path.split('/');
    const runs = this.runs.get(pair) ?? [];
    if (method === 'GET') return { runs };
    const run = runOf(pair);
    runs.unshift(run);
    this.begun.push(pair);
    return run;
  }
}

const pairOf = (name: string, targets: readonly string[] = []) => ({
  name,
  master: { system: 'Productive', entity: name },
  replica: { system: 'Portal', entity: name },
  pointsTo: targets,
  ...{ paused: null, definitionChanges: [], deletionsHeldSince: null },
  records: { new: 0, linked: 0, unlinked: 0, deleted: 0, parked: 0, waiting: 0 },
});

interface Given {
  readonly again?: boolean;
  /** How the walk of a pair ends that is not done. */
  readonly ends?: Readonly<Record<string, Partial<CensusRunView>>>;
  readonly detachAt?: string;
}

async function carriedOut(service: Service, { again = false, ends = {}, detachAt }: Given = {}) {
  const followed: string[] = [];
  const lines: string[] = [];
  const { imported, ending } = await importAll({
    ...{ api: service, again },
    follow: (run) => {
      followed.push(`${run.pair} ${run.mode}`);
      if (run.pair === detachAt) return Promise.resolve({ run, isDetached: true });
      return Promise.resolve({ run: { ...run, ...done, ...ends[run.pair] }, isDetached: false });
    },
    say: (line) => lines.push(line),
  });
  return { followed, lines, ending, skipped: imported.filter(({ isSkipped }) => isSkipped).map(({ pair }) => pair) };
}

const backfills = names.map((name) => `${name} backfill`);

describe('importing every pair', () => {
  test('goes in the order in which the service has them and says of each what it took', async () => {
    const service = new Service();
    const { followed, lines, ending } = await carriedOut(service);
    expect([service.begun, followed, ending]).toEqual([[...names], backfills, { kind: 'done' }]);
    expect(lines[0]).toBe('1/3  companies  3 records in 4 s');
  });

  test('leaves out what is done, also by a census of everything, unless it is to be done again', async () => {
    const runs = {
      companies: [runOf('companies', { ...done, mode: 'census' })],
      projects: [runOf('projects', { ...done, mode: 'census', dryRun: true }), runOf('projects', done)],
    };
    const { followed, skipped, lines } = await carriedOut(new Service(runs));
    expect([skipped, followed]).toEqual([['companies', 'projects'], ['tasks backfill']]);
    expect(lines[0]).toBe('1/3  companies  done before, 2026-11-21T10:00:04.000Z');
    expect((await carriedOut(new Service(runs), { again: true })).followed).toEqual(backfills);
  });

  test('begins anew what was only reported, rebuilt, stopped or canceled', async () => {
    const service = new Service({
      companies: [runOf('companies', { ...done, dryRun: true })],
      projects: [runOf('projects', { ...done, mode: 'rebuild' }), runOf('projects', { ...done, state: 'canceled' })],
      tasks: [runOf('tasks', { ...done, state: 'stopped' })],
    });
    const { followed, skipped } = await carriedOut(service);
    expect([followed, skipped]).toEqual([backfills, []]);
  });

  test('follows what is under way instead of beginning it twice; after a dry run it begins', async () => {
    const service = new Service({
      companies: [runOf('companies', { mode: 'census' })],
      projects: [runOf('projects', { dryRun: true })],
    });
    const { followed } = await carriedOut(service);
    expect(followed).toEqual(['companies census', 'projects backfill', 'projects backfill', 'tasks backfill']);
    expect(service.begun).toEqual(['projects', 'tasks']);
  });

  test('imports after a look at the couples that had begun by itself: that is no import', async () => {
    const service = new Service({
      companies: [runOf('companies', { mode: 'couples' })],
      projects: [runOf('projects', { ...done, mode: 'couples' })],
    });
    const { followed, skipped } = await carriedOut(service);
    expect([followed, skipped]).toEqual([['companies couples', ...backfills], []]);
    expect(service.begun).toEqual([...names]);
  });

  test.each(['stopped', 'paused', 'canceled'] as const)(
    'begins nothing more after a walk that is %s',
    async (state) => {
      const service = new Service();
      const { ending, lines } = await carriedOut(service, { ends: { projects: { state } } });
      expect([service.begun, lines.length]).toEqual([['companies', 'projects'], 1]);
      expect(ending).toMatchObject({ kind: 'ended', run: { pair: 'projects', state } });
    },
  );

  test('begins nothing more when nobody looks any more, and goes on from there the next time', async () => {
    const service = new Service();
    expect((await carriedOut(service, { detachAt: 'projects' })).ending).toEqual({ kind: 'detached' });
    expect(service.begun).toEqual(['companies', 'projects']);
    service.runs.get('companies')![0] = runOf('companies', done);
    const { followed, skipped } = await carriedOut(service);
    expect([skipped, followed]).toEqual([['companies'], ['projects backfill', 'tasks backfill']]);
  });

  test('walks over three at the same time that wait for none, otherwise in the order of the service', async () => {
    const family = {
      rates: [],
      companies: [],
      people: ['companies'],
      statuses: [],
      holidays: [],
      deals: ['people'],
      tasks: ['people', 'statuses', 'comments'],
      comments: ['tasks'],
    };
    const open = new Map<string, () => void>();
    const begun: string[] = [];
    const call: ApiClient['call'] = (method, path, shape) => {
      const [, , pair = ''] = path.split('/');
      const pairs = Object.entries(family).map(([name, targets]) => pairOf(name, targets));
      return Promise.resolve(shape.parse(pair === '' ? { pairs } : method === 'GET' ? { runs: [] } : runOf(pair)));
    };
    const lines: string[] = [];
    const all = importAll({
      ...{ api: { call }, again: false },
      follow: (run) => {
        begun.push(run.pair);
        return new Promise((resolve) => {
          open.set(run.pair, () => {
            resolve({ run: { ...run, ...done }, isDetached: false });
          });
        });
      },
      say: (line) => lines.push(line),
    });
    const underWay = async (end: string | null, expected: readonly string[]) => {
      open.get(end ?? '')?.();
      open.delete(end ?? '');
      await until(`${expected.join(', ')} are under way`, () => [...open.keys()].join() === expected.join());
    };
    await underWay(null, ['rates', 'companies', 'statuses']);
    await underWay('statuses', ['rates', 'companies', 'holidays']);
    await underWay('companies', ['rates', 'holidays', 'people']);
    await underWay('people', ['rates', 'holidays', 'deals']);
    await underWay('deals', ['rates', 'holidays', 'tasks']);
    await underWay('tasks', ['rates', 'holidays', 'comments']);
    for (const [, end] of open) end();
    expect((await all).imported.map(({ pair }) => pair)).toEqual(Object.keys(family));
    expect(lines.map((line) => line.slice(5).split(' ')[0])).toEqual([
      ...['statuses', 'companies', 'people', 'deals', 'tasks'],
      ...['rates', 'holidays', 'comments'],
    ]);
    expect(begun.length).toBe(Object.keys(family).length);
  });

  test.each([
    ['its records are here, whatever is left of its walk', { phase: 'replica' }, true],
    ['its records are still read', { phase: 'master' }, false],
    ['some of its records are still come back to', { phase: 'between' }, false],
    ['it only reports', { phase: 'replica', dryRun: true }, false],
    ['it looks after couples only', { phase: 'replica', mode: 'couples' }, false],
  ] as const)('begins what points to a pair before that is done if %s', async (_when, stands, mayBegin) => {
    const service = new Service({ companies: [runOf('companies', stands)] });
    const end = Promise.withResolvers<undefined>();
    const all = importAll({
      ...{ api: service, again: false, say: () => undefined },
      follow: async (run, _systems, onLook) => {
        onLook(run);
        if (run.pair === 'companies') await end.promise;
        return { run: { ...run, ...done }, isDetached: false };
      },
    });
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    expect(service.begun.includes('projects')).toBe(mayBegin);
    end.resolve(undefined);
    expect((await all).ending).toEqual({ kind: 'done' });
  });

  test('sees those that are under way to their end when another one fails', async () => {
    const service = new Service();
    const call: ApiClient['call'] = async (method, path, shape) => {
      if (path !== '/pairs') return service.call(method, path, shape);
      return shape.parse({ pairs: names.map((name) => pairOf(name)) });
    };
    const ended: string[] = [];
    const all = importAll({
      ...{ api: { call }, again: false },
      follow: async (run) => {
        if (run.pair === 'companies') throw new CommandFailed('Tandem does not answer');
        await setImmediate();
        ended.push(run.pair);
        return {
          run: { ...run, ...done, ...(run.pair === 'projects' && { state: 'stopped' as const }) },
          isDetached: false,
        };
      },
      say: () => undefined,
    });
    await expect(all).rejects.toThrow('Tandem does not answer');
    expect(ended).toEqual(['projects', 'tasks']);
  });

  test('begins nothing more when one fails, whatever arrives with those that are seen to their end', async () => {
    const service = new Service();
    const pairs = [pairOf('companies'), pairOf('projects'), pairOf('tasks', ['projects'])];
    const call: ApiClient['call'] = async (method, path, shape) =>
      path === '/pairs' ? shape.parse({ pairs }) : service.call(method, path, shape);
    const all = importAll({
      ...{ api: { call }, again: false, say: () => undefined },
      follow: async (run, _systems, onLook) => {
        if (run.pair === 'companies') throw new CommandFailed('Tandem does not answer');
        for (let turn = 0; turn < 5; turn += 1) await setImmediate();
        onLook({ ...run, phase: 'replica' });
        for (let turn = 0; turn < 5; turn += 1) await setImmediate();
        return { run: { ...run, ...done }, isDetached: false };
      },
    });
    await expect(all).rejects.toThrow('Tandem does not answer');
    expect(service.begun).toEqual(['companies', 'projects']);
  });

  test('needs a pair', async () => {
    const service = new Service();
    const call: ApiClient['call'] = (method, path, shape) =>
      path === '/pairs' ? Promise.resolve(shape.parse({ pairs: [] })) : service.call(method, path, shape);
    const none = importAll({
      api: { call },
      again: false,
      follow: () => Promise.reject(new Error()),
      say: () => undefined,
    });
    await expect(none).rejects.toBeInstanceOf(CommandFailed);
  });
});
