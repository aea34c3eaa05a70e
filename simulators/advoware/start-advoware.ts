import Fastify, { type FastifyInstance } from 'fastify';
import { Faults, installReception } from '../faults.ts';
import { RateLimit } from '../rate-limit.ts';
import { RequestLog } from '../request-log.ts';
import { addBeteiligteRoutes } from './beteiligte-routes.ts';
import { addControlRoutes } from './control-routes.ts';
import { addDiscovery, addTokenRoute, connectorPath } from './gateway-routes.ts';
import { createLocalTime } from './local-time.ts';
import { openOffice, type Office } from './office.ts';
import { resolveOptions, type AdvowareCredentials, type AdvowareOptions, type AdvowareSettings } from './options.ts';
import { PartyRegister } from './party-register.ts';
import { SecurityGateway } from './security-gateway.ts';
import { InvalidBody } from './write-rules.ts';

export type { AdvowareCredentials, AdvowareOptions } from './options.ts';
export type { Adresse, AdvowareFields, AdvowareRecord, Kommunikation } from './record.ts';

/** A running simulator: configurator, security gateway and API on one port, with a firm behind them. */
export type Advoware = Office & {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** What stands before `/AdvonetConfigurator/api/Url`. */
  configuratorUrl: string;
  /** The credentials at the start; `setPassword` doesn't change them. */
  credentials: AdvowareCredentials;
  requests: RequestLog;
  faults: Faults;
  rateLimit: RateLimit;
  readonly tokensIssued: number;
  /** Revokes every token issued so far. */
  expireTokens(): void;
  /** Whether the office server is down, so that the vendor's services can't reach it. */
  offline(on: boolean): void;
  /** Whether the vendor has switched the app on for this firm. */
  setEnabled(on: boolean): void;
  /** Tokens that were issued before stay good until they expire. */
  setPassword(password: string): void;
  stop(): Promise<void>;
};

/** Starts the simulator on 127.0.0.1. Throws `UnknownPropertyOption` for an option that names no property. */
export async function startAdvoware(options: AdvowareOptions = {}): Promise<Advoware> {
  const settings = resolveOptions(options);
  const localTime = createLocalTime(settings.timeZone, settings.timePrecision);
  const register = new PartyRegister(() => localTime(settings.now()), settings.onSave);
  const gateway = new SecurityGateway(settings);
  const office = openOffice(register);
  const requests = new RequestLog();
  const faults = new Faults(settings.faultSeed);
  const rateLimit = new RateLimit(settings.rateLimit);

  let url = '';
  const app = createApp();
  installReception(app, { requests, faults, rateLimit });
  addControlRoutes(app, { office, gateway, requests, faults });
  addDiscovery(app, { settings, gateway, baseUrl: () => url });
  addTokenRoute(app, { settings, gateway, baseUrl: () => url });
  app.register(
    (api, _options, done) => {
      addBeteiligteRoutes(api, { settings, gateway, register });
      done();
    },
    { prefix: apiPrefix(settings) },
  );
  url = await app.listen({ host: '127.0.0.1', port: settings.port });
  return assemble({ app, url, settings, gateway, office, requests, faults, rateLimit });
}

function createApp(): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler(async (error, _request, reply) => {
    const text = error instanceof Error ? error.message : 'Unbekannter Fehler';
    return reply.code(statusOf(error)).send({ message: text });
  });
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send());
  return app;
}

function statusOf(error: unknown): number {
  if (error instanceof InvalidBody) return 400;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}

function apiPrefix({ basePath, useConnectorUrl }: AdvowareSettings): string {
  return useConnectorUrl ? connectorPath + basePath : basePath;
}

type Parts = {
  app: FastifyInstance;
  url: string;
  settings: AdvowareSettings;
  gateway: SecurityGateway;
  office: Office;
  requests: RequestLog;
  faults: Faults;
  rateLimit: RateLimit;
};

function assemble({ app, url, settings, gateway, office, requests, faults, rateLimit }: Parts): Advoware {
  return {
    ...office,
    url,
    configuratorUrl: url,
    credentials: settings.credentials,
    requests,
    faults,
    rateLimit,
    get tokensIssued() {
      return gateway.tokensIssued;
    },
    expireTokens: () => {
      gateway.revokeAll();
    },
    offline: (on) => {
      gateway.setOnline(!on);
    },
    setEnabled: (on) => {
      gateway.setEnabled(on);
    },
    setPassword: (password) => {
      gateway.setPassword(password);
    },
    stop: () => app.close(),
  };
}
