import { type Advoware, startAdvoware } from '../../simulators/advoware/start-advoware.ts';
import { type EspoCrm, startEspoCrm } from '../../simulators/espocrm/start-espocrm.ts';
import { type DemoService, openService } from './service.ts';

/** The first pair's demo: a CRM and a law firm. */
export interface DemoHouse extends Omit<DemoService<unknown>, 'systems'> {
  readonly crm: EspoCrm;
  readonly firm: Advoware;
}

/** Starts Temporal, both simulated systems, and the service as `tandem start` runs it. */
export async function openDemoHouse(say: (line: string) => void): Promise<DemoHouse> {
  const { systems, ...service } = await openService(say, {
    start: startSystems,
    environmentOf: (office) => Promise.resolve(environmentOf(office)),
  });
  registerWebhooks(systems.crm, service.apiUrl);
  return { ...service, crm: systems.crm, firm: systems.firm };
}

async function startSystems() {
  const [crm, firm] = await Promise.all([startEspoCrm(), startAdvoware()]);
  return { crm, firm, stop: () => Promise.all([crm.stop(), firm.stop()]) };
}

function environmentOf({ crm, firm }: Pick<DemoHouse, 'crm' | 'firm'>): Readonly<Record<string, string>> {
  const { appId, apiKey, kanzlei, database, user, password } = firm.credentials;
  return {
    TEMPORAL_TASK_QUEUE: 'tandem-demo',
    ESPOCRM_URL: crm.url,
    ESPOCRM_API_KEY: crm.apiUser.apiKey,
    ADVOWARE_CONFIGURATOR_URL: `${firm.configuratorUrl}/AdvonetConfigurator/api/Url`,
    ADVOWARE_APP_ID: appId,
    ADVOWARE_API_KEY: apiKey,
    ADVOWARE_KANZLEI: kanzlei,
    ADVOWARE_DATABASE: database,
    ADVOWARE_USER: user,
    ADVOWARE_PASSWORD: password,
    ADVOWARE_NOT_FOUND: '404',
  };
}

/** By the API user, so that EspoCRM keeps our own writes back. */
function registerWebhooks(crm: EspoCrm, apiUrl: string): void {
  for (const event of ['create', 'update', 'delete']) {
    const url = `${apiUrl}/webhooks/espocrm/beteiligte/${event}`;
    crm.webhooks.register({ event: `CBeteiligte.${event}`, url, skipOwn: true }, crm.apiUser);
  }
}
