import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AdvowareSettings } from './options.ts';
import { tokenRequest, type SecurityGateway } from './security-gateway.ts';

/** Path below the server's address that discovery names as the security gateway. */
const securityGatewayPath = '/security';

/** Path below the server's address that discovery names as the connector, if the firm has one. */
export const connectorPath = '/connector';

const discoveryQuery = z.object({ Kanzlei: z.string().min(1) });

export type GatewayRoutes = { settings: AdvowareSettings; gateway: SecurityGateway; baseUrl: () => string };

/** The configurator: tells where the services of a firm are. It belongs to the vendor and outlives the firm's outages. */
export function addDiscovery(app: FastifyInstance, { settings, baseUrl }: GatewayRoutes): void {
  app.get('/AdvonetConfigurator/api/Url', async (request, reply) => {
    const query = discoveryQuery.safeParse(request.query);
    if (!query.success) return reply.code(400).send({ message: 'Die Angabe der Kanzlei fehlt' });
    const { Kanzlei: kanzlei } = query.data;
    if (kanzlei !== settings.credentials.kanzlei) {
      return reply.code(404).send({ message: `Kanzlei ${kanzlei} ist nicht registriert` });
    }
    return {
      relayUrl: `${baseUrl()}/`,
      connectorUrl: settings.useConnectorUrl ? `${baseUrl()}${connectorPath}/` : null,
      securityGateway: `${baseUrl()}${securityGatewayPath}`,
    };
  });
}

/** The security gateway: exchanges signed credentials for a bearer token. */
export function addTokenRoute(app: FastifyInstance, { settings, gateway }: GatewayRoutes): void {
  app.post(`${securityGatewayPath}/api/v1/Token`, async (request, reply) => {
    const body = tokenRequest.safeParse(request.body);
    if (!body.success) {
      return reply.code(400).send({ message: `Die Angabe ${body.error.issues[0]?.path.join('.') ?? ''} ist ungültig` });
    }
    const answer = gateway.issue(body.data);
    if (answer.kind === 'refused') {
      const status = answer.reason === 'offline' ? settings.tokenOfflineStatus : settings.tokenRefusedStatus;
      return reply.code(status).send({ message: answer.text });
    }
    return { access_token: answer.token, expiration_utc: withSevenDigits(answer.expiresAt) };
  });
}

function withSevenDigits(instant: Date): string {
  return instant.toISOString().replace('Z', '0000Z');
}
