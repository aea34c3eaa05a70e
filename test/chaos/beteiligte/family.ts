import { censusRun } from '../../../api/ops/census-shape.ts';
import { callOps } from '../../support/call-ops.ts';
import { until } from '../../support/until.ts';
import { createDice } from '../dice.ts';
import { writesAfterQuiet } from '../judge-writes.ts';
import { nameOf } from '../links.ts';
import { PostOffice } from '../post.ts';
import type { RunFamily, Systems, Ways } from '../systems.ts';
import type { ChaosSettings } from '../settings.ts';
import { answersFrom } from './answers.ts';
import { Campaign } from './campaign.ts';
import { entity, type Offices, pair, searchable, startOffices, traceField } from './offices.ts';

/** EspoCRM and Advoware with their parties. */
export const beteiligteFamily: RunFamily = {
  remotes: ['espocrm', 'advoware'],
  start: async ({ espocrm = 0, advoware = 0 }, settings) =>
    systemsOf(await startOffices({ crm: espocrm, firm: advoware }, settings), settings),
};

function systemsOf(offices: Offices, settings: ChaosSettings): Systems {
  const { crm, firm, journal } = offices;
  const remotes = [
    { name: 'EspoCRM', requests: crm.requests, faults: crm.faults, ownFaults: [] },
    { name: 'Advoware', requests: firm.requests, faults: firm.faults, ownFaults: [] },
  ];
  return {
    ...{ pairs: [pair], remotes, mostWaiting: 400 },
    environment: (ways) => environmentOf(offices, settings, ways),
    prepare: () => Promise.resolve(),
    begin: async ({ api, direct }) => {
      registerWebhooks(offices, api);
      await importAll(direct);
    },
    staff: (options) => {
      const { desk, ops } = options;
      const dice = { ofCampaign: createDice(settings.seed, 1), meanwhile: createDice(settings.seed, 2) };
      return {
        people: new Campaign({ ...options, offices }, dice),
        post: postOf(offices, (id) => {
          desk.check(nameOf(pair.name, id));
        }),
        answers: answersFrom(offices, ops),
      };
    },
    restless: () => Promise.resolve([]),
    rests: (stored) => {
      const shown = { master: offices.shown('master'), replica: offices.shown('replica') };
      return Promise.resolve([{ ...stored, pair, traceField, shown, journal: journal.entries }]);
    },
    ownFindings: () => Promise.resolve([]),
    watchQuiet: () => {
      const marks = remotes.map(({ requests }) => requests.mark());
      const savesBefore = journal.entries.length;
      return Promise.resolve(() => {
        const requests = remotes.flatMap((remote, index) => remote.requests.since(marks[index] ?? 0));
        return Promise.resolve(writesAfterQuiet(requests, journal.entries.slice(savesBefore)));
      });
    },
    stop: async () => {
      await Promise.all([crm.stop(), firm.stop()]);
    },
  };
}

/** As an administrator does once: before that, no walk that begins by itself creates anything. */
async function importAll({ api: url, token }: Ways['direct']): Promise<void> {
  const census = `/pairs/${pair.name}/census`;
  await until('the import has begun', async () => {
    return (await callOps({ url, token }, 'POST', census, { mode: 'backfill' })).status === 202;
  });
  await until('everything is imported', async () => {
    const { body } = await callOps({ url, token }, 'GET', census);
    return censusRun.safeParse(body).data?.state === 'done';
  });
}

/** EspoCRM's scheduled job. What it gives up for good is told to the administrator. */
const postOf = ({ crm }: Offices, onLost: (id: string) => void): PostOffice =>
  new PostOffice({
    deliver: async () => {
      const { statuses, lostIds } = await crm.webhooks.deliver();
      return { statuses, lost: lostIds };
    },
    pending: () => crm.webhooks.pending(),
    onLost,
  });

/** Waits are shorter than in production, so that a run of minutes sees as many of them as weeks do. */
const shortWaits = { ESPOCRM_TIMEOUT: '3s', ADVOWARE_TIMEOUT: '3s' };

function environmentOf({ crm, firm }: Offices, settings: ChaosSettings, { remotes }: Ways): NodeJS.ProcessEnv {
  const { appId, apiKey, kanzlei, database, user, password } = firm.credentials;
  return {
    ESPOCRM_URL: remotes['espocrm'],
    ESPOCRM_API_KEY: crm.apiUser.apiKey,
    ADVOWARE_URL: remotes['advoware'],
    ADVOWARE_SECURITY_URL: `${remotes['advoware'] ?? ''}/security`,
    ADVOWARE_APP_ID: appId,
    ADVOWARE_API_KEY: apiKey,
    ADVOWARE_KANZLEI: kanzlei,
    ADVOWARE_DATABASE: database,
    ADVOWARE_USER: user,
    ADVOWARE_PASSWORD: password,
    ADVOWARE_NOT_FOUND: '404',
    ADVOWARE_SEARCH: settings.canBeSearched ? searchable.join(',') : '',
    ESPOCRM_BUDGET: settings.budget.text,
    ADVOWARE_BUDGET: settings.budget.text,
    ...shortWaits,
  };
}

/** EspoCRM's job runs every two minutes and repeats after ten; here everything is a few hundred times as fast. */
function registerWebhooks({ crm }: Offices, url: string): void {
  for (const event of ['create', 'update', 'delete']) {
    const address = `${url}/webhooks/espocrm/beteiligte/${event}`;
    crm.webhooks.register({ event: `${entity}.${event}`, url: address, skipOwn: true }, crm.apiUser);
  }
  Object.assign(crm.webhooks.settings, { eventsPerRun: 200, batchSize: 200, retryAfterMs: 8_000, timeoutMs: 4_000 });
}
