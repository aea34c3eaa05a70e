import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ConflictOfCouple } from '../../store/conflicts.ts';
import { keyOf } from '../../store/record-refs.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { callerOf } from './caller.ts';
import { conflictShape, conflictView, decisionsSay, take, value } from './conflict-shape.ts';
import { decideConflicts } from './decide-conflicts.ts';
import { conflictOr404 } from './known-or-404.ts';
import { badRequest, problems, refused } from './shapes.ts';

const params = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const body = z.union([z.strictObject(take), z.strictObject(value)], { error: decisionsSay });

/**
 * `POST /api/v1/conflicts/:id/decide`: what becomes of a contested field. It is carried out by the couple's next look,
 * if both sides still show the values that were decided about. @throws ApiError 409 if it is closed by now
 */
export function addPostConflictDecide(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = { params, body, response: { 200: conflictShape, ...badRequest, ...refused, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().post('/conflicts/:id/decide', { schema }, async (request) => {
    const { id } = request.params;
    const known = await conflictOr404(deps, id);
    const [decided] = await decideConflicts(
      deps,
      { ids: [id] },
      { decision: request.body, by: callerOf(deps, request) },
    );
    if (decided === undefined) throw closed(known);
    return conflictView(decided);
  });
}

const closed = ({ conflict: { id, pair, field }, ...ids }: ConflictOfCouple): ApiError => {
  return new ApiError(
    409,
    'conflict_closed',
    `Conflict ${id} is closed by now; \`tandem explain ${pair} ${keyOf(ids)} ${field}\` shows what was written`,
  );
};
