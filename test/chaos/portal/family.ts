import type { Attributes } from '../../../engine/values.ts';
import { callOps } from '../../support/call-ops.ts';
import { type OpsRequest, portalChores } from '../../support/portal-chores.ts';
import { portalPairs } from '../../../mappers/portal/portal-pairs.ts';
import { differencesFromSource } from '../../support/portal-comparison.ts';
import { portalTokens } from '../../support/portal-tokens.ts';
import { productiveEnvironment } from '../../support/productive-environment.ts';
import { createDice } from '../dice.ts';
import type { StoredState } from '../evidence.ts';
import type { Share } from '../faults.ts';
import type { Finding, Rest } from '../findings.ts';
import { writesAfterQuiet } from '../judge-writes.ts';
import { PostOffice } from '../post.ts';
import type { ChaosSettings } from '../settings.ts';
import type { Remote, RunFamily, Staff, StaffOptions, Systems, Ways } from '../systems.ts';
import { type Agency, startAgency } from './agency.ts';
import { Campaign } from './campaign.ts';
import { brokenPromises } from './judge-users.ts';
import { Office } from './office.ts';
import { isUntold, judgedPairs } from './pairs.ts';
import { rowsAfterQuiet } from './rows-after-quiet.ts';
import { openPortalRows, type PortalRows, syncedEntities } from './portal-rows.ts';
import { restOf } from './rests.ts';

/** Productive, and the portal with its users. */
export const portalFamily: RunFamily = {
  remotes: ['productive'],
  start: async ({ productive = 0 }, settings) => new PortalSystems(await startAgency(productive, settings), settings),
};

/** Now and then it has too much to do. */
const ownFaults: readonly Share[] = [
  { fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, probability: 0.01 },
];

/** Waits are shorter than in production, so that a run of minutes sees as many of them as weeks do. */
const shortWaits = { PRODUCTIVE_TIMEOUT: '3s', PRODUCTIVE_CATCH_UP_EVERY: '5s', KEEP_WEBHOOKS_EVERY: '15s' };
/** Productive repeats for hours. How soon it gives up and switches a webhook off is as strict as any of its texts says. */
const impatience = { retryAfterMs: 8_000, timeoutMs: 4_000 };
/** More than a run needs, so that the tenth that is given after each start of Redis will do. */
const amplyOfCalls = '2000/10s';

const traceFields: Readonly<Record<string, string>> = { tasks: 'title', comments: 'body' };

class PortalSystems implements Systems {
  readonly pairs = judgedPairs;
  /** Every edit brings activities along, and half of what waits needs a second look. */
  readonly mostWaiting = 80;
  readonly remotes: readonly Remote[];
  readonly #agency: Agency;
  readonly #settings: ChaosSettings;
  #opened: { readonly rows: PortalRows; readonly office: Office } | null = null;
  #rows: PortalRows | null = null;

  constructor(agency: Agency, settings: ChaosSettings) {
    const { requests, faults } = agency.productive;
    this.#agency = agency;
    this.#settings = settings;
    this.remotes = [{ name: 'Productive', requests, faults, ownFaults }];
  }

  environment({ remotes, api }: Ways): NodeJS.ProcessEnv {
    const { budget } = this.#settings;
    return {
      ...productiveEnvironment(this.#agency.productive, remotes['productive']),
      PRODUCTIVE_BUDGET: budget.text === '' ? amplyOfCalls : budget.text,
      PUBLIC_URL: api,
      PORTAL_JWT_SECRET: portalTokens.signer.secret,
      PORTAL_RATE_LIMIT: '100000/1m',
      ...shortWaits,
    };
  }

  async prepare({ direct }: Ways): Promise<void> {
    this.#rows = await openPortalRows(direct.database);
  }

  async begin({ api, direct }: Ways): Promise<void> {
    const { productive } = this.#agency;
    Object.assign(productive.webhooks.settings, impatience);
    const ask: OpsRequest = (...request) => callOps({ url: direct.api, token: direct.token }, ...request);
    const chores = portalChores(
      ask,
      portalPairs().map(({ name }) => name),
    );
    await chores.keepWebhooks();
    await chores.importAll();
    productive.webhooks.clear();
    const dice = createDice(this.#settings.seed, 5);
    const rows = this.#openRows();
    const office = await Office.open({ agency: this.#agency, rows, url: `${api}/portal/v1`, dice });
    this.#opened = { rows, office };
  }

  staff(options: StaffOptions): Staff {
    const { productive } = this.#agency;
    const { office } = this.#begun();
    const { seed } = this.#settings;
    const dice = { ofCampaign: createDice(seed, 1), meanwhile: createDice(seed, 2) };
    const isTooMuch = (): boolean => options.isTooMuch() || office.users.waiting > mostUnanswered;
    return {
      people: new Campaign({ ...options, isTooMuch, agency: this.#agency, office }, dice),
      post: new PostOffice({
        deliver: () => productive.webhooks.deliver(),
        pending: () => productive.webhooks.pending(),
        // Catching up, the logs and the keeper have to find it.
        onLost: () => undefined,
      }),
      answers: {},
    };
  }

  async restless(): Promise<readonly Finding[]> {
    const lines = await this.#differences();
    return lines.map((what): Finding => ({ kind: 'stuck', record: 'Productive and the portal', field: null, what }));
  }

  async rests(stored: StoredState): Promise<readonly Rest[]> {
    const rows = this.#openRows();
    const { productive, saves } = this.#agency;
    const ofPortal = await rows.saves();
    const rests: Rest[] = [];
    for (const pair of this.pairs) {
      const isOfPair = ({ entity }: { readonly entity: string }): boolean => entity === pair.name;
      const entity = syncedEntities.find((name) => name === pair.name) ?? 'tasks';
      const living = productive.records(pair.name).filter(({ deleted }) => !deleted);
      const shown = {
        master: new Map(living.map(({ id, deleted: _, ...values }) => [id, values as Attributes])),
        replica: await rows.shown(entity),
      };
      const told = { master: saves.filter(isOfPair), replica: ofPortal.filter(isOfPair) };
      rests.push(restOf({ pair, traceField: traceFields[pair.name] ?? null, saves: told, shown }, stored));
    }
    return rests;
  }

  async ownFindings(): Promise<readonly Finding[]> {
    const { rows, office } = this.#begun();
    const { receipts, refusals } = office.users;
    const saves = await rows.saves();
    const gone = saves.flatMap(({ entity, id, now }) => (now === null ? [`${entity}/${id}`] : []));
    const lines = await this.#differences();
    return [
      ...brokenPromises({ receipts, refusals, saves, goneRows: new Set(gone) }),
      ...lines.map((what): Finding => ({ kind: 'different', record: 'row', field: null, what })),
      ...(await this.#unsynced()),
    ];
  }

  async watchQuiet(): Promise<() => Promise<readonly Finding[]>> {
    const rows = this.#openRows();
    const { requests } = this.#agency.productive;
    const mark = requests.mark();
    const savesBefore = (await rows.saves()).length;
    return async () => {
      return [...writesAfterQuiet(requests.since(mark), []), ...rowsAfterQuiet(await rows.saves(), savesBefore)];
    };
  }

  async stop(): Promise<void> {
    await this.#rows?.close().catch(() => undefined);
    await this.#agency.productive.stop();
  }

  async #differences(): Promise<readonly string[]> {
    const rows = this.#openRows();
    const lines = await differencesFromSource(rows.db, this.#agency.productive);
    const unseen = [...(await rows.unseen())].map((id) => `comments own ${id}: `);
    return lines.filter((line) => !isUntold(line) && !unseen.some((beginning) => line.startsWith(beginning)));
  }

  /** Every row that exists says that it is as Productive has it. */
  async #unsynced(): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    const unseen = await this.#openRows().unseen();
    for (const entity of syncedEntities) {
      for (const [id, state] of await this.#openRows().syncStates(entity)) {
        if (state === 'synced' || (entity === 'comments' && unseen.has(String(id)))) continue;
        const what = `its sync state is ${state}`;
        findings.push({ kind: 'stuck', pair: entity, record: `replica:${id}`, field: null, what });
      }
    }
    return findings;
  }

  #openRows(): PortalRows {
    if (this.#rows === null) throw new TypeError('The database is not there yet');
    return this.#rows;
  }

  #begun() {
    if (this.#opened === null) throw new TypeError('Nothing is imported yet');
    return this.#opened;
  }
}

/** Users who wait for an answer send nothing else. */
const mostUnanswered = 40;
