import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from './caller.ts';
import { conflictShape, conflictView, decisionsSay, take, value } from './conflict-shape.ts';
import { decideConflicts } from './decide-conflicts.ts';
import { pairOr404 } from './known-or-404.ts';
import { badRequest, problems, refused } from './shapes.ts';

const selection = {
  pair: z.string(),
  field: z.string().optional().describe('Those of this field'),
  ids: z.array(z.int().min(1)).min(1).max(1_000).optional().describe('Those with these ids'),
  all: z.literal(true).optional().describe('Needed where neither field nor ids say which'),
};
const body = z
  .union([z.strictObject({ ...selection, ...take }), z.strictObject({ ...selection, ...value })], {
    error: `has to name a pair and ${decisionsSay}`,
  })
  .refine(({ field, ids, all }) => field !== undefined || ids !== undefined || all === true, {
    error: 'has to say which conflicts: "field", "ids" or "all": true',
  });

/**
 * `POST /api/v1/conflicts/decide`: the same decision for all conflicts of a pair that match and are not closed.
 * @throws ApiError 409 if there is none
 */
export function addPostConflictsDecide(app: FastifyInstance, deps: ApiDependencies): void {
  const decided = z.object({ decided: z.array(conflictShape) });
  const schema = { body, response: { 200: decided, ...badRequest, ...refused, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/conflicts/decide', { schema }, async (request) => {
    const { field, ids } = request.body;
    const pair = pairOr404(deps, request.body.pair).name;
    const by = callerOf(deps, request);
    const conflicts = await decideConflicts(deps, { pair, field, ids }, { decision: request.body, by });
    if (conflicts.length === 0) throw nothingOpen(pair);
    return { decided: conflicts.map(conflictView) };
  });
}

const nothingOpen = (pair: string): ApiError =>
  new ApiError(
    409,
    'nothing_to_decide',
    `No open conflict fits; \`tandem conflicts ${pair}\` shows those that are open`,
  );
