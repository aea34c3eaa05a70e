import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { KeyUsedDifferently, type PortalWrite } from '../../../store/portal/write-store.ts';
import { ApiError } from '../../api-error.ts';
import { callerIn, type PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';

/** 200: nothing was to be changed. 201: made. 202: changed here; the master is told. */
export type WriteStatus = 200 | 201 | 202;
const writeStatus = z.union([z.literal(200), z.literal(201), z.literal(202)]);

export interface UserWrite<Body> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Everything that the user has sent: by it a repetition is recognised. */
  readonly sent: readonly (string | Uint8Array)[];
  readonly shape: z.ZodType<Body>;
  /** In one transaction: whatever it throws takes everything back. */
  readonly work: (write: PortalWrite, caller: PortalCaller) => Promise<{ status: WriteStatus; body: Body }>;
}

/**
 * Carries out what a user writes, once for each key that he gives it, and tells the records' workflows.
 * @throws ApiError 422 if the key was used for something else
 */
export async function carryOut<Body>(
  deps: PortalDependencies,
  { request, reply, sent, shape, work }: UserWrite<Body>,
): Promise<{ status: WriteStatus; body: Body }> {
  const caller = callerIn(request);
  const now = deps.now();
  const { writing } = deps.portal;
  const carried = await writing
    .store()
    .writes.carryOut(requestOf(request, caller, sent), { now, heldUntil: writing.heldUntil(now) }, async (write) =>
      asStored(await work(write, caller)),
    )
    .catch((error: unknown) => {
      throw error instanceof KeyUsedDifferently ? usedDifferently() : error;
    });
  // Whoever can't be told now is told by the sweeper.
  void deps.doorbell.ring(carried.unheard);
  if (carried.isRepetition) void reply.header('Idempotency-Replayed', 'true');
  return { status: writeStatus.parse(carried.status), body: shape.parse(carried.body) };
}

const asStored = ({ status, body }: { status: WriteStatus; body: unknown }) => ({
  status,
  body: z.json().parse(body),
});

const idempotencyKey = z.string().min(1).max(200).nullable();

function requestOf(request: FastifyRequest, writer: PortalCaller, sent: UserWrite<unknown>['sent']) {
  const key = idempotencyKey.parse(request.headers['idempotency-key'] ?? null);
  const hash = createHash('sha256');
  // Each part with its length, so that no two ways of cutting look alike.
  for (const part of sent) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return { writer, key, route: `${request.method} ${request.url}`, bodyHash: hash.digest('hex') };
}

const usedDifferently = (): ApiError =>
  new ApiError(
    422,
    'key_used_differently',
    'This Idempotency-Key was used for another request within the last 24 hours: a new request needs a new key',
  );
