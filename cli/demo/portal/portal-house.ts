import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import {
  documentedLimits,
  landmarks,
  type Productive,
  startProductiveSimulator,
} from '../../../simulators/productive/start-productive.ts';
import { freePort } from '../../temporal-server/free-port.ts';
import { type DemoService, openService } from '../service.ts';

/** The second demo: an agency's Productive, and a portal for its clients. */
export interface PortalHouse extends Omit<DemoService<unknown>, 'systems'> {
  readonly productive: Productive;
  /** `<apiUrl>/portal/v1` */
  readonly portalUrl: string;
  /** Tokens of the portal's users, good for a day: one of the agency, one of the company with the large project. */
  readonly admin: string;
  readonly client: string;
}

/** @param scale 1: a whole agency with 27,199 tasks */
export async function openPortalHouse(say: (line: string) => void, scale: number): Promise<PortalHouse> {
  const secret = randomBytes(32).toString('hex');
  const { systems, ...service } = await openService(say, {
    start: async () => {
      const productive = await startProductiveSimulator({ limits: documentedLimits });
      productive.generate({ seed: 1, scale });
      return { productive, stop: () => productive.stop() };
    },
    environmentOf: ({ productive }) => environmentOf(productive, secret),
  });
  const [admin, client] = await Promise.all([
    signed(secret, { sub: 'demo-admin', role: 'admin' }),
    signed(secret, { sub: 'demo-client', role: 'client', company_id: landmarks.company }),
  ]);
  const { productive } = systems;
  return { ...service, productive, portalUrl: `${service.apiUrl}/portal/v1`, admin, client };
}

async function environmentOf(productive: Productive, secret: string): Promise<Readonly<Record<string, string>>> {
  const port = String(await freePort());
  return {
    TEMPORAL_TASK_QUEUE: 'tandem-demo-portal',
    ...{ API_PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}` },
    PRODUCTIVE_URL: productive.apiUrl,
    PRODUCTIVE_TOKEN: productive.token,
    PRODUCTIVE_ORGANIZATION_ID: productive.organizationId,
    PRODUCTIVE_PERSON_ID: productive.persons.integration,
    PRODUCTIVE_FILES_URL: productive.url,
    PRODUCTIVE_UPLOAD_URL: productive.uploadUrl,
    PRODUCTIVE_CATCH_UP_EVERY: 'off',
    PORTAL_JWT_SECRET: secret,
    // Everybody in this demo comes from one address.
    ...{ PORTAL_RATE_LIMIT: '100000/1m', API_RATE_LIMIT: '100000/1m' },
  };
}

/** As the portal's sign-in would do it. */
function signed(secret: string, claims: Readonly<Record<string, string>>): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('tandem-portal')
    .setIssuedAt()
    .setExpirationTime('1d')
    .sign(new TextEncoder().encode(secret));
}
