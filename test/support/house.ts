import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { reconcile } from '../../activities/reconcile.ts';
import { createAdvowareConnector } from '../../connectors/advoware/connector.ts';
import { createEspoCrmConnector } from '../../connectors/espocrm/connector.ts';
import { createTokenCache } from '../../connectors/token-cache.ts';
import { type Language, messagesIn } from '../../engine/messages.ts';
import { definitionText } from '../../engine/definition-text.ts';
import { defaultProbeLadderMs } from '../../engine/circuit.ts';
import { defaultRetryPolicy } from '../../engine/retry.ts';
import type { Side } from '../../engine/values.ts';
import { beteiligte, ignoredByAdvoware } from '../../mappers/beteiligte.ts';
import { type Advoware, type AdvowareOptions, startAdvoware } from '../../simulators/advoware/start-advoware.ts';
import { type EspoCrm, type EspoCrmOptions, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { HintStore } from '../../store/hints.ts';
import { refOfKey } from '../../store/record-refs.ts';
import { openInMemory } from './embedded.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import type { Link } from '../../store/link-rows.ts';
import { PairStore } from '../../store/pairs.ts';
import { type HintTrigger, ledger, links } from '../../store/schema.ts';
import { syncDependencies } from '../../sync-dependencies.ts';
import type { PassSummary } from '../../workflows/contract.ts';
import type { DatabaseUnderTest } from './databases.ts';
import { unlimitedBudget } from './unlimited-budget.ts';

export { until } from './until.ts';
import { empty } from './empty.ts';

/** How long a system may take to answer: a busy machine needs its time. */
export const requestTimeoutMs = 8_000;

export interface HouseOptions {
  readonly crm?: EspoCrmOptions;
  readonly firm?: AdvowareOptions;
  readonly readOnlyInAdvoware?: readonly string[];
  /** Of what EspoCRM's people read; English unless said otherwise. */
  readonly language?: Language;
  /** Emptied first. */
  readonly database: OpenDatabase;
}

/** The product's heart on real parts: two simulated systems, a real database, no Temporal. */
export class House {
  readonly crm: EspoCrm;
  readonly firm: Advoware;
  readonly database: OpenDatabase;
  readonly hints: HintStore;
  readonly deps: WorkerDependencies;
  readonly problems: string[] = [];
  /** Added to the real time. */
  clockOffsetMs = 0;
  #attempts = 0;

  constructor(parts: { crm: EspoCrm; firm: Advoware; database: OpenDatabase; options: HouseOptions }) {
    const { crm, firm, database, options } = parts;
    this.crm = crm;
    this.firm = firm;
    this.database = database;
    this.hints = new HintStore(database.db);
    const deps = syncDependencies({
      database,
      pairs: [beteiligte({ readOnlyInAdvoware: options.readOnlyInAdvoware ?? ignoredByAdvoware })],
      connectors: { EspoCRM: espoConnector(crm), Advoware: advowareConnector(firm, options.firm ?? {}) },
      retry: defaultRetryPolicy,
      messages: messagesIn(options.language ?? 'en', 'Europe/Berlin'),
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

  now(): Date {
    return new Date(Date.now() + this.clockOffsetMs);
  }

  /** Says that a record may have changed. */
  async hint(side: Side, recordId: string, trigger: HintTrigger = 'webhook'): Promise<void> {
    await this.hints.add([{ pair: 'beteiligte', side, recordId, trigger }], this.now());
  }

  /** One look at a record by its own workflow. */
  async pass(key: string, owner = `sync/beteiligte/${key}`, deps = this.deps): Promise<PassSummary> {
    this.#attempts += 1;
    return reconcile(
      deps,
      { pair: 'beteiligte', key },
      {
        owner,
        token: `${owner}/${this.#attempts}`,
        signal: new AbortController().signal,
        leaseMs: 60_000,
        isOurs: () => true,
      },
    );
  }

  /** A hint about one side and the look that follows, repeated as long as the record moves under it. */
  async sync(key: string, trigger: HintTrigger = 'webhook'): Promise<PassSummary> {
    const { side, recordId } = refOfKey({ pair: 'beteiligte', key });
    await this.hint(side, recordId, trigger);
    let summary = await this.pass(key);
    while (summary.again) summary = await this.pass(key);
    return summary;
  }

  /** A party in both systems, created in the CRM and synced. */
  async linked(attributes: Readonly<Record<string, unknown>>): Promise<{ id: string; betNr: number }> {
    const { id } = this.crm.create('CBeteiligte', attributes);
    const summary = await this.sync(id);
    if (summary.outcome.kind !== 'done') throw new Error(`not synced: ${JSON.stringify(summary.outcome)}`);
    return { id, betNr: Number(this.crm.record('CBeteiligte', id)?.['betnr']) };
  }

  async links(): Promise<Link[]> {
    return this.database.db.select().from(links).orderBy(links.id);
  }

  async ledger() {
    return this.database.db.select().from(ledger).orderBy(ledger.id);
  }

  /** How many requests each system has seen since a mark, logins and discovery left out. */
  calls(mark: { crm: number; firm: number }): { crm: number; firm: number } {
    return {
      crm: this.crm.requests.count({ since: mark.crm, path: 'CBeteiligte' }),
      firm: this.firm.requests.count({ since: mark.firm, path: 'Beteiligte' }),
    };
  }

  mark(): { crm: number; firm: number } {
    return { crm: this.crm.requests.mark(), firm: this.firm.requests.mark() };
  }

  /** As if the store had been lost. */
  async forgetEverything(): Promise<void> {
    await empty(this.database.db);
    await this.introducePairs();
  }

  /** As a worker does when it starts. */
  async introducePairs(): Promise<void> {
    const store = new PairStore(this.database.db);
    for (const pair of this.deps.pairs) await store.introduce(pair, definitionText(pair), this.now());
  }

  /** Ends the two systems; the database belongs to whoever opened it. */
  async close(): Promise<void> {
    await Promise.all([this.crm.stop(), this.firm.stop()]);
  }
}

const espoConnector = (crm: EspoCrm) =>
  createEspoCrmConnector({
    url: crm.url,
    auth: { kind: 'apiKey', apiKey: crm.apiUser.apiKey },
    timeoutMs: requestTimeoutMs,
  });

export const advowareConnector = (firm: Advoware, { put = 'full', notFound = '404', search = [] }: AdvowareOptions) =>
  createAdvowareConnector({
    configuratorUrl: `${firm.configuratorUrl}/AdvonetConfigurator/api/Url`,
    ...firm.credentials,
    timeoutMs: requestTimeoutMs,
    put,
    notFound,
    search,
    tokens: createTokenCache(),
  });

export async function openHouse(options: HouseOptions): Promise<House> {
  const { database } = options;
  await empty(database.db);
  const [crm, firm] = await Promise.all([startEspoCrm(options.crm), startAdvoware(options.firm)]);
  const house = new House({ crm, firm, database, options });
  await house.introducePairs();
  return house;
}

/** A fresh database of the kind, with its schema. */
export async function openDatabase(
  kind: DatabaseUnderTest,
): Promise<{ database: OpenDatabase; drop(): Promise<void> }> {
  if (kind.name === 'PGlite') {
    const database = await openInMemory();
    return { database, drop: () => database.close() };
  }
  const created = await kind.create();
  const database = await openPostgres({ url: created.url, maxConnections: 5, onProblem: () => undefined });
  return {
    database,
    drop: async () => {
      await database.close();
      await created.drop();
    },
  };
}
