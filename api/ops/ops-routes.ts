import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { addGetHistory } from './get-history.ts';
import { addGetPairs } from './get-pairs.ts';
import { addGetRecord } from './get-record.ts';
import { addGetRecords } from './get-records.ts';
import { addGetStatus } from './get-status.ts';
import { addPostCheck } from './post-check.ts';
import { addPostPause } from './post-pause.ts';
import { addPostResume } from './post-resume.ts';

/** Everything under `/api/v1`, for bearers of a token. `GET /api/v1/openapi.json` describes it. */
export function addOpsRoutes(app: FastifyInstance, deps: ApiDependencies): void {
  void app.register(
    (scope, _options, done) => {
      scope.addHook('onRequest', async (request) => {
        if (deps.tokens.nameOf(request.headers.authorization) !== null) return Promise.resolve();
        throw new ApiError(401, 'unauthorized', 'Send one of API_TOKENS: Authorization: Bearer <token>');
      });
      scope.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
      for (const add of routes) add(scope, deps);
      done();
    },
    { prefix: '/api/v1' },
  );
}

const routes = [
  addGetStatus,
  addGetPairs,
  addGetRecords,
  addGetRecord,
  addGetHistory,
  addPostCheck,
  addPostPause,
  addPostResume,
];
