import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import got from 'got';
import { z } from 'zod';
import { checkShape, historyShape, recordShape } from '../../api/ops/shapes.ts';
import type { DemoHouse } from './demo-house.ts';
import { StoryFailed } from './tell.ts';

const patienceMs = 20_000;
const runFile = promisify(execFile);
const tandemCli = fileURLToPath(new URL('../tandem.ts', import.meta.url));

/** The two systems and the party that the story is about. */
export class Scene {
  readonly house: DemoHouse;
  #id = '';

  constructor(house: DemoHouse) {
    this.house = house;
  }

  inCrm(): Record<string, unknown> {
    return this.house.crm.record('CBeteiligte', this.#id) ?? {};
  }

  atFirm() {
    return this.house.firm.record(Number(this.inCrm()['betnr']));
  }

  createParty(attributes: Readonly<Record<string, unknown>>): void {
    this.#id = this.house.crm.create('CBeteiligte', attributes).id;
  }

  editInCrm(attributes: Readonly<Record<string, unknown>>): void {
    this.house.crm.update('CBeteiligte', this.#id, attributes);
  }

  editAtFirm(fields: Parameters<DemoHouse['firm']['update']>[1]): void {
    this.house.firm.update(Number(this.inCrm()['betnr']), fields);
  }

  /** EspoCRM sends its webhooks; the step is over when the inbox is empty and the condition holds. */
  async afterWebhooks(what: string, holds: () => boolean): Promise<{ verdict: string; tookMs: number }> {
    const startedAt = performance.now();
    await this.house.crm.webhooks.deliverAll();
    await until(what, async () => holds() && (await this.#inboxIsEmpty()));
    const record = await this.api(`/pairs/beteiligte/records/${this.#id}`, recordShape);
    return { verdict: record.lastVerdict ?? '', tookMs: performance.now() - startedAt };
  }

  /** `tandem sync-check beteiligte <id>`, as a person runs it. */
  async syncCheck(): Promise<{ verdict: string; tookMs: number }> {
    const { apiUrl, apiToken } = this.house;
    const env = { ...process.env, TANDEM_API_URL: apiUrl, TANDEM_API_TOKEN: apiToken };
    const args = [tandemCli, 'sync-check', 'beteiligte', this.#id, '--json'];
    const { stdout } = await runFile(process.execPath, args, { env });
    const { outcome, tookMs } = checkShape.parse(JSON.parse(stdout));
    return { verdict: outcome.kind === 'done' ? outcome.verdict : outcome.kind, tookMs };
  }

  async losingValues(): Promise<readonly unknown[]> {
    const shape = z.object({ history: z.array(historyShape) });
    const { history } = await this.api(`/pairs/beteiligte/records/${this.#id}/history`, shape);
    return history.map(({ losingValue }) => losingValue).filter((value) => value !== null);
  }

  async api<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    const headers = { authorization: `Bearer ${this.house.apiToken}` };
    return shape.parse(await got(`${this.house.apiUrl}/api/v1${path}`, { headers }).json());
  }

  async #inboxIsEmpty(): Promise<boolean> {
    const status = await this.api('/status', z.object({ inbox: z.object({ waiting: z.int() }) }));
    return status.inbox.waiting === 0;
  }
}

/** @throws StoryFailed */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new StoryFailed(`It did not come to this within ${patienceMs / 1_000} s: ${what}`);
    await sleep(25);
  }
}
