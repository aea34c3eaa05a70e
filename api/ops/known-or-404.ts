import type { Link } from '../../store/passes.ts';
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
