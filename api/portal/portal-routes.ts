import type { FastifyInstance } from 'fastify';
import { admitCallers } from './caller.ts';
import { addGetMe } from './get-me.ts';
import type { PortalDependencies } from './portal-dependencies.ts';
import { addReadingRoutes } from './reading/reading-routes.ts';
import { addWritingRoutes } from './writing/writing-routes.ts';

/** Everything under `/portal/v1`, for users of the portal. `GET /portal/v1/openapi.json` describes it. */
export function addPortalRoutes(app: FastifyInstance, deps: PortalDependencies): void {
  void app.register(
    (scope, _options, done) => {
      admitCallers(scope, deps.portal);
      scope.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
      for (const add of routes) add(scope, deps);
      done();
    },
    { prefix: '/portal/v1' },
  );
}

const routes: readonly ((app: FastifyInstance, deps: PortalDependencies) => void)[] = [
  addGetMe,
  addReadingRoutes,
  addWritingRoutes,
];
