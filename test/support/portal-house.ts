import { reconcile } from '../../activities/reconcile.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import type { CallBudget } from '../../connectors/call-budget.ts';
import { createPortalConnector } from '../../connectors/portal/connector.ts';
import { createProductiveConnector, type ProductiveConnector } from '../../connectors/productive/connector.ts';
import { defaultProbeLadderMs } from '../../engine/circuit.ts';
import { messagesIn } from '../../engine/messages.ts';
import { defaultRetryPolicy } from '../../engine/retry.ts';
import { portalPairs } from '../../mappers/portal/portal-pairs.ts';
import { type Productive, startProductiveSimulator } from '../../simulators/productive/start-productive.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { HintStore } from '../../store/hints.ts';
import type { RecordKey } from '../../store/record-refs.ts';
import { AttachmentStore } from '../../store/portal/attachment-writes.ts';
import { PortalRecordStore } from '../../store/portal/records.ts';
import { syncDependencies } from '../../sync-dependencies.ts';
import type { PassSummary } from '../../workflows/contract.ts';
import { unlimitedBudget } from './unlimited-budget.ts';

/** Productive (simulated), the portal's database, and the real passes between them, without Temporal. */
export class PortalHouse {
  readonly productive: Productive;
  readonly connector: ProductiveConnector;
  readonly deps: WorkerDependencies;
  readonly problems: string[] = [];
  readonly #hints: HintStore;
  #attempts = 0;
  #clockOffsetMs = 0;

  constructor(productive: Productive, { db, ...database }: OpenDatabase, budget: CallBudget) {
    this.productive = productive;
    this.#hints = new HintStore(db);
    const attachments = new AttachmentStore(db);
    this.connector = createProductiveConnector({
      ...{ url: productive.url, token: productive.token, organizationId: productive.organizationId },
      ...{ filesUrl: productive.url, uploadUrl: productive.uploadUrl, timeoutMs: 20_000 },
      content: (partnerId) => attachments.fileOf(partnerId),
    });
    const portal = createPortalConnector({ records: () => new PortalRecordStore(db), timeoutMs: 20_000 });
    const deps = syncDependencies({
      database: { db, ...database },
      pairs: portalPairs(),
      connectors: { Productive: this.connector, Portal: portal },
      retry: defaultRetryPolicy,
      messages: messagesIn('en', 'Europe/Berlin'),
      probeLadderMs: defaultProbeLadderMs,
      budget,
      now: () => this.now(),
      observer: {
        onPass: () => undefined,
        onCall: () => undefined,
        onRecovery: () => undefined,
        onProblem: (message, context) => this.problems.push(`${message} ${JSON.stringify(context)}`),
      },
    });
    this.deps = { ...deps, random: () => 0 };
  }

  static async open(database: OpenDatabase, budget = unlimitedBudget): Promise<PortalHouse> {
    return new PortalHouse(await startProductiveSimulator(), database, budget);
  }

  now(): Date {
    return new Date(Date.now() + this.#clockOffsetMs);
  }

  pass(ms: number): void {
    this.#clockOffsetMs += ms;
  }

  /** Productive says that these may have changed. */
  async say(pair: string, ...ids: readonly string[]): Promise<void> {
    const hints = ids.map((recordId) => ({ pair, side: 'master' as const, recordId, trigger: 'webhook' as const }));
    await this.#hints.addUnrung(hints, this.now());
  }

  /** Looks at whatever is due, by the records' own workflows, until nothing is. */
  async settle(): Promise<readonly PassSummary[]> {
    const summaries: PassSummary[] = [];
    for (;;) {
      // Whoever was rung already is rung again after a while: here nobody has heard it.
      this.pass(31_000);
      const due = await this.#hints.takeDue(this.now(), 100);
      if (due.length === 0) return summaries;
      for (const owner of await this.#hints.owners(due)) summaries.push(await this.look(owner));
      if (summaries.length > 500) throw new Error(`It does not settle: ${JSON.stringify(summaries.slice(-5))}`);
    }
  }

  /** Looks at one record, and at nothing that this brings about. */
  async look({ pair, key }: RecordKey): Promise<PassSummary> {
    const owner = `sync/${pair}/${key}`;
    this.#attempts += 1;
    const token = `${owner}/${this.#attempts}`;
    const attempt = { owner, token, signal: new AbortController().signal, leaseMs: 60_000, isOurs: () => true };
    const summary = await reconcile(this.deps, { pair, key }, attempt);
    return summary.again ? this.look({ pair, key }) : summary;
  }

  /** Requests for records since a mark, as `POST /tasks`. */
  calls(mark: number): readonly string[] {
    return this.productive.requests
      .since(mark)
      .map(({ method, path }) => `${method} ${path.replace('/api/v2', '').replace(/\?.*$/, '')}`);
  }

  close(): Promise<void> {
    return this.productive.stop();
  }
}
