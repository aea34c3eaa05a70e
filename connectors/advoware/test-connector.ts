import { createTokenCache } from '../token-cache.ts';
import { type AdvowareOptions, createAdvowareConnector } from './connector.ts';
import type { AdvowareCredentials } from './token-request.ts';

/** A running firm: where its configurator is, and who may log in. */
export interface Firm {
  readonly configuratorUrl: string;
  readonly credentials: AdvowareCredentials;
}

/** A connector for a simulated firm, found as in reality: through the configurator. */
export const connectorFor = (firm: Firm, options: Partial<AdvowareOptions> = {}) =>
  createAdvowareConnector({
    configuratorUrl: `${firm.configuratorUrl}/AdvonetConfigurator/api/Url`,
    ...firm.credentials,
    timeoutMs: 20_000,
    notFound: '404',
    tokens: createTokenCache(),
    ...options,
  });
