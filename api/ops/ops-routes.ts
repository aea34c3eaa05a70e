import type { FastifyInstance } from 'fastify';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from './caller.ts';
import { addGetCensus, addGetCensusRuns } from './get-census.ts';
import { addGetConflicts } from './get-conflicts.ts';
import { addGetDeletions } from './get-deletions.ts';
import { addGetFailed } from './get-failed.ts';
import { addGetHistory } from './get-history.ts';
import { addGetPairs } from './get-pairs.ts';
import { addGetPlan } from './get-plan.ts';
import { addGetQuestions } from './get-questions.ts';
import { addGetRecordPlan } from './get-record-plan.ts';
import { addGetRecord } from './get-record.ts';
import { addGetRecords } from './get-records.ts';
import { addGetStatus } from './get-status.ts';
import { addGetWebhooks } from './get-webhooks.ts';
import { addPostAccept } from './post-accept.ts';
import { addPostAnswer } from './post-answer.ts';
import { addPostCensusChanges } from './post-census-change.ts';
import { addPostCensus } from './post-census.ts';
import { addPostCheck } from './post-check.ts';
import { addPostConflictDecide } from './post-conflict-decide.ts';
import { addPostConflictsDecide } from './post-conflicts-decide.ts';
import { addPostDeletionsDecide } from './post-deletions-decide.ts';
import { addPostPause } from './post-pause.ts';
import { addPostRecordRetry } from './post-record-retry.ts';
import { addPostResume } from './post-resume.ts';
import { addPostRetry } from './post-retry.ts';
import { addPostWebhooksKeep } from './post-webhooks-keep.ts';

/** Everything under `/api/v1`, for bearers of a token. `GET /api/v1/openapi.json` describes it. */
export function addOpsRoutes(app: FastifyInstance, deps: ApiDependencies): void {
  void app.register(
    (scope, _options, done) => {
      scope.addHook('onRequest', async (request) => {
        callerOf(deps, request);
        return Promise.resolve();
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
  addGetRecordPlan,
  addGetPlan,
  addPostAccept,
  addPostPause,
  addPostResume,
  addGetConflicts,
  addPostConflictDecide,
  addPostConflictsDecide,
  addGetQuestions,
  addPostAnswer,
  addGetDeletions,
  addPostDeletionsDecide,
  addGetFailed,
  addPostRecordRetry,
  addPostRetry,
  addGetWebhooks,
  addPostWebhooksKeep,
  addPostCensus,
  addGetCensus,
  addGetCensusRuns,
  addPostCensusChanges,
];
