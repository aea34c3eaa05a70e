import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { censusRuns } from '../../../api/ops/get-census.ts';
import { statusShape } from '../../../api/ops/get-status.ts';
import { attachmentShape, commentShape, taskShape } from '../../../api/portal/reading/record-shapes.ts';
import { receipt, type Receipt } from '../../../api/portal/writing/shapes.ts';
import { landmarks } from '../../../simulators/productive/start-productive.ts';
import { StoryFailed } from '../tell.ts';
import type { PortalHouse } from './portal-house.ts';

const patienceMs = 180_000;
const lookEveryMs = 50;
/** The whole status is many queries. */
const askIdleEveryMs = 300;
const runFile = promisify(execFile);
const tandemCli = fileURLToPath(new URL('../../tandem.ts', import.meta.url));

const taskPage = z.object({
  task: taskShape,
  comments: z.object({ comments: z.array(commentShape) }),
  attachments: z.object({ attachments: z.array(attachmentShape) }),
});
const found = z.object({ tasks: z.array(z.object({ id: z.string() })) });
type Status = z.infer<typeof statusShape>;

/** The id that one task of the client has in each system. */
export interface TaskIds {
  readonly productive: string;
  readonly portal: string;
}

/** Productive, the portal, and the task that the story is about. */
export class PortalScene {
  readonly house: PortalHouse;
  #ids: TaskIds | null = null;

  constructor(house: PortalHouse) {
    this.house = house;
  }

  /** Known as soon as everything is imported. */
  get ids(): TaskIds {
    if (this.#ids === null) throw new StoryFailed('No task has been chosen');
    return this.#ids;
  }

  /** An open task of the client's that is not private. */
  async chooseTask(): Promise<void> {
    const own = this.house.productive
      .records('tasks')
      .filter((task) => task['project_id'] === landmarks.project && task['private'] === false && !task.deleted);
    const productive = (own.find((task) => task['closed'] === false) ?? own[0])?.id ?? '';
    const { tasks } = found.parse(await this.#ask('GET', `/tasks?productiveId=${productive}`));
    const portal = tasks[0]?.id;
    if (portal === undefined) throw new StoryFailed(`The portal does not show the client his task ${productive}`);
    this.#ids = { productive, portal };
  }

  /** As the client sees it. */
  async page(): Promise<z.infer<typeof taskPage>> {
    return taskPage.parse(await this.#ask('GET', `/tasks/${this.ids.portal}?include=comments,attachments`));
  }

  async title(): Promise<string | null> {
    return (await this.page()).task.title;
  }

  inProductive(): Readonly<Record<string, unknown>> {
    return this.house.productive.record('tasks', this.ids.productive) ?? {};
  }

  changeInProductive(values: Readonly<Record<string, unknown>>): void {
    this.house.productive.update('tasks', this.ids.productive, values);
  }

  /** What the client changes or makes. */
  async write(method: 'POST' | 'PATCH', path: string, body: object | FormData): Promise<Receipt> {
    return receipt.parse(await this.#ask(method, `/tasks/${this.ids.portal}${path}`, body));
  }

  async download(address: string): Promise<{ readonly bytes: Buffer; readonly headers: Headers }> {
    const answer = await this.#fetch('GET', address);
    return { bytes: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
  }

  /** Productive sends its webhooks; it is over when the condition holds and nothing waits. */
  async afterWebhooks(what: string, holds: () => Promise<boolean>): Promise<number> {
    const begunMs = performance.now();
    await this.house.productive.webhooks.deliver();
    return this.settled(what, holds, begunMs);
  }

  /** @returns how long the condition took; what follows from it is over too */
  async settled(what: string, holds: () => Promise<boolean>, begunMs = performance.now()): Promise<number> {
    await until(what, holds);
    const tookMs = performance.now() - begunMs;
    await until('nothing waits any more', () => this.#isIdle(), askIdleEveryMs);
    return tookMs;
  }

  /** A command as a person runs it, whose words nobody needs. */
  async tandem(...args: readonly string[]): Promise<void> {
    await runFile(process.execPath, [tandemCli, ...args], { env: this.#environment() });
  }

  /** A command as a person runs it, on this terminal. @returns its exit code */
  async tandemShown(...args: readonly string[]): Promise<number> {
    console.log(`$ tandem ${args.join(' ')}`);
    const child = spawn(process.execPath, [tandemCli, ...args], {
      env: this.#environment(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [code] = (await once(child, 'exit')) as unknown[];
    return typeof code === 'number' ? code : 1;
  }

  status(): Promise<Status> {
    return this.#ops('/status', statusShape);
  }

  /** Whether the tasks were walked over since then. */
  async wasWalkedSince(time: Date): Promise<boolean> {
    const { runs } = await this.#ops('/pairs/tasks/census/runs', censusRuns);
    return runs.some(({ state, startedAt }) => state === 'done' && new Date(startedAt) >= time);
  }

  async #isIdle(): Promise<boolean> {
    const { inbox, pairs } = await this.status();
    return inbox.waiting === 0 && pairs.every(({ census }) => census === null);
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, TANDEM_API_URL: this.house.apiUrl, TANDEM_API_TOKEN: this.house.apiToken };
  }

  async #ops<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    const headers = { authorization: `Bearer ${this.house.apiToken}` };
    const answer = await fetch(`${this.house.apiUrl}/api/v1${path}`, { headers });
    return shape.parse(await answer.json());
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    return (await this.#fetch(method, `${this.house.portalUrl}${path}`, body)).json();
  }

  async #fetch(method: string, address: string, body?: object): Promise<Response> {
    const authorization = `Bearer ${this.house.client}`;
    const isForm = body instanceof FormData;
    const answer = await fetch(address, {
      method,
      headers: { authorization, ...(body !== undefined && !isForm && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    });
    if (answer.ok) return answer;
    throw new StoryFailed(`${method} ${address} was answered with ${answer.status}: ${await answer.text()}`);
  }
}

/** @throws StoryFailed */
async function until(what: string, holds: () => Promise<boolean>, everyMs = lookEveryMs): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new StoryFailed(`It did not come to this within ${patienceMs / 1_000} s: ${what}`);
    await sleep(everyMs);
  }
}
