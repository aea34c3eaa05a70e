import type { SendingSystem } from './api/server.ts';
import type { Config } from './config.ts';
import { createAdvowareConnector } from './connectors/advoware/connector.ts';
import type { Connector } from './connectors/connector.ts';
import type { EspoCrmAuth } from './connectors/espocrm/authentication.ts';
import { createEspoCrmConnector } from './connectors/espocrm/connector.ts';
import type { TokenCache } from './connectors/token-cache.ts';
import type { Secret } from './secret.ts';

export interface ComposedSystem {
  readonly connector: Connector;
  /** Missing: its webhooks are not taken. */
  readonly sending?: SendingSystem;
}

/** One or two EspoCRMs and Advoware, as far as they are configured. */
export function composeOffice(config: Config, tokens: TokenCache): readonly ComposedSystem[] {
  const espoCrms = composeEspoCrms(config).map((sending) => ({ connector: sending.connector, sending }));
  const options = advowareOptions(config);
  return options === null ? espoCrms : [...espoCrms, { connector: createAdvowareConnector({ ...options, tokens }) }];
}

function composeEspoCrms(config: Config): readonly SendingSystem[] {
  const first = espoCrm({
    url: config.ESPOCRM_URL,
    apiKey: config.ESPOCRM_API_KEY,
    secretKey: config.ESPOCRM_SECRET_KEY,
    timeoutMs: config.ESPOCRM_TIMEOUT,
    webhookSecrets: config.ESPOCRM_WEBHOOK_SECRETS,
  });
  const second = espoCrm({
    system: 'second EspoCRM',
    url: config.ESPOCRM2_URL,
    apiKey: config.ESPOCRM2_API_KEY,
    secretKey: config.ESPOCRM2_SECRET_KEY,
    timeoutMs: config.ESPOCRM2_TIMEOUT,
    webhookSecrets: config.ESPOCRM2_WEBHOOK_SECRETS,
  });
  return [first, second].filter((one) => one !== null);
}

interface EspoCrmSettings {
  readonly system?: string;
  readonly url: string | undefined;
  readonly apiKey: Secret | undefined;
  readonly secretKey: Secret | undefined;
  readonly timeoutMs: number;
  readonly webhookSecrets: ReadonlyMap<string, Secret>;
}

function espoCrm({ url, apiKey, secretKey, webhookSecrets, ...rest }: EspoCrmSettings): SendingSystem | null {
  if (url === undefined || apiKey === undefined) return null;
  return { connector: createEspoCrmConnector({ url, auth: espoCrmAuth(apiKey, secretKey), ...rest }), webhookSecrets };
}

function espoCrmAuth(apiKey: Secret, secretKey: Secret | undefined): EspoCrmAuth {
  return secretKey === undefined
    ? { kind: 'apiKey', apiKey: apiKey.reveal() }
    : { kind: 'hmac', apiKey: apiKey.reveal(), secretKey: secretKey.reveal() };
}

/** @returns null if it is not configured */
function advowareOptions(config: Config) {
  const { ADVOWARE_APP_ID: appId, ADVOWARE_API_KEY: apiKey, ADVOWARE_KANZLEI: kanzlei } = config;
  const { ADVOWARE_DATABASE: database, ADVOWARE_USER: user, ADVOWARE_PASSWORD: password } = config;
  if (appId === undefined || apiKey === undefined || kanzlei === undefined) return null;
  if (database === undefined || user === undefined || password === undefined) return null;
  return {
    ...{ appId, apiKey: apiKey.reveal(), kanzlei, database, user, password: password.reveal() },
    configuratorUrl: config.ADVOWARE_CONFIGURATOR_URL,
    url: config.ADVOWARE_URL ?? null,
    securityUrl: config.ADVOWARE_SECURITY_URL ?? null,
    basePath: config.ADVOWARE_BASE_PATH,
    timeZone: config.ADVOWARE_TIMEZONE,
    timeoutMs: config.ADVOWARE_TIMEOUT,
    put: config.ADVOWARE_PUT,
    notFound: config.ADVOWARE_NOT_FOUND,
    search: config.ADVOWARE_SEARCH,
  };
}
