import type { ConflictOfCouple } from '../../store/conflicts.ts';
import type { Link } from '../../store/link-rows.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies, PairInfo } from '../dependencies.ts';

/** @throws ApiError 404 */
export function pairOr404({ pairs }: ApiDependencies, name: string): PairInfo {
  const pair = pairs.find((candidate) => candidate.name === name);
  if (pair !== undefined) return pair;
  const known = pairs.map((candidate) => candidate.name).join(', ');
  throw new ApiError(404, 'unknown_pair', `There is no pair ${name}; the pairs are: ${known}`);
}

/** @throws ApiError 404 */
export async function recordOr404(deps: ApiDependencies, pair: string, id: string): Promise<Link> {
  const link = await deps.store().records.find(pairOr404(deps, pair).name, id);
  if (link !== undefined) return link;
  throw new ApiError(
    404,
    'unknown_record',
    `Tandem has not seen ${id} yet; \`tandem sync-check ${pair} ${id}\` looks at it`,
  );
}
/** @throws ApiError 404 */
export async function conflictOr404(deps: ApiDependencies, id: number): Promise<ConflictOfCouple> {
  const states = ['open', 'decided', 'resolved', 'vanished'] as const;
  const [found] = await deps.store().conflicts.list({ ids: [id], states }, { limit: 1, after: 0 });
  if (found === undefined) {
    throw new ApiError(
      404,
      'unknown_conflict',
      `There is no conflict ${id}; \`tandem conflicts\` shows those that are open`,
    );
  }
  pairOr404(deps, found.conflict.pair);
  return found;
}
