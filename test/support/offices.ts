import { unlimitedBudget } from './unlimited-budget.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { createPreviewer } from '../../activities/preview.ts';
import { reconcile } from '../../activities/reconcile.ts';
import { createEspoCrmConnector } from '../../connectors/espocrm/connector.ts';
import { messagesIn } from '../../engine/messages.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import type { Answer } from '../../engine/question.ts';
import { defaultProbeLadderMs } from '../../engine/circuit.ts';
import { defaultRetryPolicy } from '../../engine/retry.ts';
import type { Side } from '../../engine/values.ts';
import { contacts } from '../../mappers/contacts.ts';
import { type EspoCrm, type EspoCrmOptions, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { ConflictStore } from '../../store/conflicts.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { HintStore } from '../../store/hints.ts';
import { refOfKey } from '../../store/record-refs.ts';
import type { Link } from '../../store/link-rows.ts';
import { PairStore } from '../../store/pairs.ts';
import { RecordStore } from '../../store/records.ts';
import { conflicts, type HintTrigger, ledger, links } from '../../store/schema.ts';
import { syncDependencies } from '../../sync-dependencies.ts';
import type { PassSummary } from '../../workflows/contract.ts';
import { empty } from './empty.ts';
import { requestTimeoutMs } from './house.ts';

export interface OfficesOptions {
  readonly database: OpenDatabase;
  readonly pair?: PairDefinition;
  readonly crms?: Partial<Record<Side, EspoCrmOptions>>;
}

type Contact = Readonly<Record<string, unknown>>;

/** Two EspoCRMs that share their contacts, the real passes between them, a real database, no Temporal. */
export class Offices {
  readonly pair: PairDefinition;
  readonly crm: Readonly<Record<Side, EspoCrm>>;
  readonly database: OpenDatabase;
  readonly deps: WorkerDependencies;
  readonly problems: string[] = [];
  /** Added to the real time. */
  clockOffsetMs = 0;
  #attempts = 0;

  constructor({ database, pair = contacts() }: OfficesOptions, crm: Readonly<Record<Side, EspoCrm>>) {
    this.pair = pair;
    this.crm = crm;
    this.database = database;
    const connector = (side: Side) => {
      const { url, apiUser } = crm[side];
      const { system } = pair.title[side];
      return createEspoCrmConnector({
        system,
        url,
        auth: { kind: 'apiKey', apiKey: apiUser.apiKey },
        timeoutMs: requestTimeoutMs,
      });
    };
    const deps = syncDependencies({
      database,
      pairs: [pair],
      connectors: {
        [pair.title.master.system]: connector('master'),
        [pair.title.replica.system]: connector('replica'),
      },
      retry: defaultRetryPolicy,
      messages: messagesIn('en', 'Europe/Berlin'),
      probeLadderMs: defaultProbeLadderMs,
      budget: unlimitedBudget,
      now: () => this.now(),
      observer: {
        onPass: () => undefined,
        onCall: () => undefined,
        onRecovery: () => undefined,
        onProblem: (message) => this.problems.push(message),
      },
    });
    this.deps = { ...deps, random: () => 0 };
  }

  static async open(options: OfficesOptions): Promise<Offices> {
    await empty(options.database.db);
    const [master, replica] = await Promise.all([
      startEspoCrm(options.crms?.master),
      startEspoCrm(options.crms?.replica),
    ]);
    return new Offices(options, { master, replica });
  }

  now(): Date {
    return new Date(Date.now() + this.clockOffsetMs);
  }

  /** Somebody says that a record may have changed; looks until it is still. `key`: the master's id or `replica:<id>`. */
  async sync(key: string, trigger: HintTrigger = 'webhook') {
    const { side, recordId } = refOfKey({ pair: this.pair.name, key });
    await new HintStore(this.database.db).add([{ pair: this.pair.name, side, recordId, trigger }], this.now());
    let summary = await this.pass(key);
    while (summary.again) summary = await this.pass(key);
    return summary;
  }

  /** A contact in both, created in the first and synced. */
  async linked(contact: Contact): Promise<{ id: string; twin: string }> {
    const { id } = this.crm.master.create('Contact', contact);
    const { outcome } = await this.sync(id);
    if (outcome.kind !== 'done') throw new Error(`not synced: ${JSON.stringify(outcome)}`);
    return { id, twin: String(this.crm.master.record('Contact', id)?.['cTwinId']) };
  }

  read(side: Side, id: string) {
    return this.crm[side].record('Contact', id);
  }

  /** Contacts that were not deleted. */
  living(side: Side) {
    return this.crm[side].records('Contact').filter(({ deleted }) => !deleted);
  }

  mark(): Readonly<Record<Side, number>> {
    return { master: this.crm.master.requests.mark(), replica: this.crm.replica.requests.mark() };
  }

  /** Requests for contacts since the mark. */
  calls(mark: Readonly<Record<Side, number>>): number {
    const on = (side: Side): number => this.crm[side].requests.count({ since: mark[side], path: 'Contact' });
    return on('master') + on('replica');
  }

  async preview(key: string) {
    return createPreviewer(this.deps)({ pair: this.pair.name, key }, new AbortController().signal);
  }

  async link(id: string): Promise<Link> {
    const link = await new RecordStore(this.database.db).find(this.pair.name, id);
    if (link === undefined) throw new Error(`no link of ${id}`);
    return link;
  }

  async answer(id: string, answer: Answer) {
    const given = { answer, by: 'anna', at: this.now().toISOString() };
    await new RecordStore(this.database.db).answer([await this.link(id)], given, this.now());
    return this.sync(id, 'person');
  }

  get conflicts(): ConflictStore {
    return new ConflictStore(this.database.db);
  }

  get pairs(): PairStore {
    return new PairStore(this.database.db);
  }

  stored() {
    const { db } = this.database;
    return {
      conflicts: () => db.select().from(conflicts).orderBy(conflicts.id),
      ledger: () => db.select().from(ledger).orderBy(ledger.id),
      links: () => db.select().from(links).orderBy(links.id),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.crm.master.stop(), this.crm.replica.stop()]);
  }

  /** One look at a record by its own workflow. */
  async pass(key: string): Promise<PassSummary> {
    this.#attempts += 1;
    const owner = `sync/${this.pair.name}/${key}`;
    const token = `${owner}/${this.#attempts}`;
    const attempt = { owner, token, signal: new AbortController().signal, leaseMs: 60_000, isOurs: () => true };
    return reconcile(this.deps, { pair: this.pair.name, key }, attempt);
  }
}
