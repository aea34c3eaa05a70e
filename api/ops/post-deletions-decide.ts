import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { deletionQuestions, type QuestionCode } from '../../engine/question.ts';
import type { Link } from '../../store/link-rows.ts';
import { refOfLink } from '../../store/records.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { allAsking } from './all-asking.ts';
import { callerOf } from './caller.ts';
import { refuseUnfitting } from './fitting-answer.ts';
import { pairOr404, recordOr404 } from './known-or-404.ts';
import { decidedDeletions, questionOf } from './question-shape.ts';
import { badRequest, pairParams, problems, recordId, refused } from './shapes.ts';

const answer = z.enum(['delete', 'keep']);
const body = z.union(
  [
    z.strictObject({ answer, ids: z.array(recordId).min(1).max(1_000) }),
    z.strictObject({ answer, all: z.literal(true) }),
  ],
  { error: 'has to say "answer": "delete" or "keep", and "ids": [...] or "all": true' },
);
type Body = z.infer<typeof body>;

/**
 * `POST /api/v1/pairs/:pair/deletions/decide`: the same answer for many records that are left of a couple. With `all`,
 * or when the last record that was held has its answer, the pair deletes by itself again.
 * @throws ApiError 409 if one of the ids asks nothing about a deletion; then nothing is answered
 */
export function addPostDeletionsDecide(app: FastifyInstance, deps: ApiDependencies): void {
  const schema = {
    params: pairParams,
    body,
    response: { 200: decidedDeletions, ...badRequest, ...refused, ...problems },
  };
  app.withTypeProvider<ZodTypeProvider>().post('/pairs/:pair/deletions/decide', { schema }, async (request) => {
    const pair = pairOr404(deps, request.params.pair).name;
    const chosen = await chosenLinks(deps, pair, request.body);
    const now = deps.now();
    const given = { answer: { kind: request.body.answer }, by: callerOf(deps, request), at: now.toISOString() };
    await deps.store().records.answer(chosen, given, now);
    const heldSince = await releaseIfDecided(deps, pair, 'all' in request.body);
    void deps.doorbell.ring(chosen.map(refOfLink));
    const left = await unanswered(deps, pair, deletionQuestions);
    return { answered: chosen.length, left, heldSince: heldSince?.toISOString() ?? null };
  });
}

async function chosenLinks(deps: ApiDependencies, pair: string, chosen: Body): Promise<readonly Link[]> {
  if ('all' in chosen) {
    const asking = await allAsking(deps, pair, deletionQuestions);
    return asking.filter((link) => questionOf(link)?.answers.includes(chosen.answer));
  }
  const links = new Map<number, Link>();
  for (const id of chosen.ids) {
    const link = await recordOr404(deps, pair, id);
    refuseOthers(link, id);
    refuseUnfitting({ link, id }, chosen.answer);
    links.set(link.id, link);
  }
  return [...links.values()];
}

function refuseOthers(link: Link, id: string): void {
  const asked = questionOf(link);
  if (asked !== null && deletionQuestions.includes(asked.code)) return;
  throw new ApiError(
    409,
    'answer_does_not_fit',
    `${id} asks nothing about a deletion; \`tandem deletions ${link.pair}\` shows the records that do`,
  );
}

/** @returns since when removals are still held */
async function releaseIfDecided(deps: ApiDependencies, pair: string, isAll: boolean): Promise<Date | null> {
  const { pairs } = deps.store();
  const { removalsHeldAt } = await pairs.state(pair);
  if (removalsHeldAt === null) return null;
  if (!isAll && (await unanswered(deps, pair, ['deletion_held'])) > 0) return removalsHeldAt;
  await pairs.releaseRemovals(pair, deps.now());
  return null;
}

async function unanswered(deps: ApiDependencies, pair: string, codes: readonly QuestionCode[]): Promise<number> {
  const asking = await allAsking(deps, pair, codes);
  return asking.filter((link) => link.answer === null).length;
}
