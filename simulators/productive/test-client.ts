import { z } from 'zod';
import { type Productive, type ProductiveOptions, startProductiveSimulator } from './start-productive.ts';

const resource = z.object({
  id: z.string(),
  type: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  relationships: z.record(z.string(), z.unknown()),
});
export type ResourceObject = z.infer<typeof resource>;
const answerBody = z.object({
  data: z.union([resource, z.array(resource)]).optional(),
  included: z.array(resource).optional(),
  meta: z.record(z.string(), z.number()).optional(),
  links: z.record(z.string(), z.string()).optional(),
  errors: z.array(z.record(z.string(), z.unknown())).optional(),
});

/** An answer as a caller sees it. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: z.infer<typeof answerBody>;

  constructor(response: Response, text: string) {
    this.status = response.status;
    this.headers = response.headers;
    this.body = text === '' ? {} : answerBody.parse(JSON.parse(text));
  }

  get one(): ResourceObject {
    return resource.parse(this.body.data);
  }

  get list(): ResourceObject[] {
    return z.array(resource).parse(this.body.data);
  }

  get ids(): string[] {
    return this.list.map(({ id }) => id);
  }

  get errors(): Record<string, unknown>[] {
    return this.body.errors ?? [];
  }
}

export interface CallOptions {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** A simulator, a client with its token, and what most tests need to work on. */
export async function open(options: ProductiveOptions = {}) {
  const productive = await startProductiveSimulator(options);
  const call = clientOf(productive);
  const company = productive.create('companies', { name: 'Bakery' });
  const project = productive.create('projects', {
    name: 'Webshop',
    company_id: company.id,
    project_type_id: 2,
    workflow_id: '7001',
    project_manager_id: productive.persons.anna,
  });
  const list = productive.create('task_lists', { name: 'Backlog', project_id: project.id });
  const place = { project_id: project.id, task_list_id: list.id };
  const addTask = (title: string, more: Readonly<Record<string, unknown>> = {}) =>
    productive.create('tasks', { title, ...place, ...more });
  return { productive, call, company, project, list, place, addTask };
}

export function clientOf({ apiUrl, token, organizationId }: Productive): Call {
  return async (method, path, { attributes, body, headers } = {}) => {
    const sent = attributes === undefined ? body : { data: { attributes } };
    const response = await fetch(path.startsWith('http') ? path : `${apiUrl}${path}`, {
      method,
      headers: {
        'x-auth-token': token,
        'x-organization-id': organizationId,
        ...(sent !== undefined && { 'content-type': 'application/vnd.api+json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    });
    return new Answer(response, await response.text());
  };
}

/** All pages of a walk by cursor. */
export async function walk(call: Call, path: string): Promise<ResourceObject[]> {
  const found: ResourceObject[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const page: Answer = await call('GET', next);
    found.push(...page.list);
    next = page.body.links?.['next'];
  }
  return found;
}

/** A clock that stands still until it is moved. */
export class Clock {
  #at = new Date('2026-11-02T09:00:00.000Z').getTime();
  now = (): Date => new Date(this.#at);
  advance(ms: number): void {
    this.#at += ms;
  }
}
export const hourMs = 3_600_000;
