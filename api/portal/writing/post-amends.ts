import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type PutBack, putBack } from '../../../store/portal/put-back.ts';
import { authorOf, lastWriterOf, type PortalWrite, writtenEntities } from '../../../store/portal/write-store.ts';
import { ApiError } from '../../api-error.ts';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { portalId } from '../shapes.ts';
import { carryOut } from './carry-out.ts';
import { refuseParted, rowOr404 } from './known-or-404.ts';
import { receiptOf } from './receipts.ts';
import { type Receipt, receipt, writeHeaders, writeProblems } from './shapes.ts';

const params = z.object({ entity: z.enum(writtenEntities), id: portalId });
type Target = z.infer<typeof params>;

const discarded = z.object({
  /** `put_back`: it shows what was last agreed on; `removed`: it was never in Productive, and is gone. */
  outcome: z.enum(['put_back', 'removed']),
  record: receipt.nullable(),
});

/** What becomes of a record that Productive did not take: tried again, or taken back. By who wrote it, or an admin. */
export function addAmends(app: FastifyInstance, deps: PortalDependencies): void {
  addDiscard(app, deps);
  addRetry(app, deps);
}

/** `POST /portal/v1/:entity/:id/discard` (202). */
function addDiscard(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { params, headers: writeHeaders, response: { 202: discarded, ...writeProblems } };
  app.withTypeProvider<ZodTypeProvider>().post('/:entity/:id/discard', { schema }, async (request, reply) => {
    const { body } = await carryOut(deps, {
      ...{ request, reply, sent: [], shape: discarded },
      work: async (write, caller) => ({ status: 202, body: await discard(write, caller, request.params) }),
    });
    return reply.code(202).send(body);
  });
}

async function discard(write: PortalWrite, caller: PortalCaller, target: Target): Promise<z.infer<typeof discarded>> {
  const row = await rowOr404(write, caller, target.entity, target.id);
  await refuseStrangers(write, caller, target);
  await refuseParted(write, target.entity, row.id);
  const { kind } = await putBack(write, target.entity, row.id);
  if (kind === 'removed') return { outcome: kind, record: null };
  if (kind !== 'put_back') throw refusals[kind];
  const record = await receiptOf(write, target.entity, await rowOr404(write, caller, target.entity, target.id));
  return { outcome: kind, record };
}

const refusals: Readonly<Record<Exclude<PutBack['kind'], 'put_back' | 'removed'>, ApiError>> = {
  not_failed: new ApiError(409, 'not_failed', 'Productive has not refused it: there is nothing to take back'),
  busy: new ApiError(409, 'busy', 'It is being sent at this moment; come again in a minute'),
  maybe_created: new ApiError(
    409,
    'maybe_created',
    'Productive may have made it, its answer was lost: retry finds out; only then it can be taken back',
  ),
};

/** `POST /portal/v1/:entity/:id/retry` (202): looked at as soon as possible, also before the quiet hours. */
function addRetry(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { params, headers: writeHeaders, response: { 202: receipt, ...writeProblems } };
  app.withTypeProvider<ZodTypeProvider>().post('/:entity/:id/retry', { schema }, async (request, reply) => {
    const { body } = await carryOut(deps, {
      ...{ request, reply, sent: [], shape: receipt },
      work: async (write, caller) => ({ status: 202, body: await retry(write, caller, request.params) }),
    });
    return reply.code(202).send(body);
  });
}

async function retry(write: PortalWrite, caller: PortalCaller, target: Target): Promise<Receipt> {
  const row = await rowOr404(write, caller, target.entity, target.id);
  await refuseStrangers(write, caller, target);
  await refuseParted(write, target.entity, row.id);
  const { syncState } = await receiptOf(write, target.entity, row);
  if (syncState === 'synced') throw new ApiError(409, 'not_failed', 'It is in Productive as it is here');
  await write.announce(target.entity, row.id, 'retry');
  return receiptOf(write, target.entity, row);
}

/** @throws ApiError 403 */
async function refuseStrangers(write: PortalWrite, caller: PortalCaller, { entity, id }: Target): Promise<void> {
  if (caller.role === 'admin') return;
  const subjects = [await authorOf(write.db, entity, Number(id)), await lastWriterOf(write.db, entity, Number(id))];
  if (subjects.includes(caller.subject)) return;
  throw new ApiError(403, 'not_the_author', 'Only who wrote it, or an admin, may decide what becomes of it');
}
