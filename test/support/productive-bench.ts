import {
  type Productive,
  type ProductiveOptions,
  startProductiveSimulator,
} from '../../simulators/productive/start-productive.ts';
import type { RemoteRecord } from '../../connectors/connector.ts';
import { createContext, type TestContext } from '../../connectors/test-context.ts';
import { createProductiveConnector, type ProductiveConnector } from '../../connectors/productive/connector.ts';
import type { ProductiveOptions as ConnectorOptions } from '../../connectors/productive/connector.ts';

/** A Productive, our connector to it, and something to work on. */
export interface Bench {
  readonly productive: Productive;
  readonly connector: ProductiveConnector;
  readonly context: TestContext;
  readonly companyId: string;
  readonly projectId: string;
  readonly listId: string;
  /** Advances Productive's clock and ours. */
  tick(ms: number): void;
  readonly nowMs: () => number;
  addTask(values?: Readonly<Record<string, unknown>>): string;
  readRecord(entity: string, id: string): Promise<RemoteRecord>;
  /** Requests for the API since the bench was made or this was asked last. */
  callsSince(): readonly string[];
}

export async function startBench(
  options: ProductiveOptions = {},
  connecting: Partial<ConnectorOptions> = {},
): Promise<Bench> {
  let nowMs = Date.parse('2026-11-21T09:12:00Z');
  const productive = await startProductiveSimulator({ now: () => new Date(nowMs), ...options });
  const connector = createProductiveConnector({
    ...{ url: productive.url, token: productive.token, organizationId: productive.organizationId },
    ...{ filesUrl: productive.url, uploadUrl: productive.uploadUrl, timeoutMs: 20_000, now: () => nowMs },
    ...connecting,
  });
  const companyId = productive.create('companies', { name: 'Muster GmbH' }).id;
  const projectId = productive.create('projects', {
    ...{ name: 'Website', project_type_id: 2, company_id: companyId, project_manager_id: productive.persons.anna },
    workflow_id: '7001',
  }).id;
  const listId = productive.create('task_lists', { name: 'Backlog', project_id: projectId }).id;
  const context = createContext();
  let mark = productive.requests.mark();
  return {
    ...{ productive, connector, context, companyId, projectId, listId },
    tick: (ms) => {
      nowMs += ms;
    },
    nowMs: () => nowMs,
    addTask: (values = {}) =>
      productive.create('tasks', { title: 'Angebot', project_id: projectId, task_list_id: listId, ...values }).id,
    readRecord: async (entity, id) => {
      const result = await connector.read(entity, id, context);
      if (result.kind !== 'found') throw new Error('The record is gone');
      return result.record;
    },
    callsSince: () => {
      const since = productive.requests.since(mark);
      mark = productive.requests.mark();
      return since.map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`);
    },
  };
}
