import type { QuestionCode } from '../../engine/question.ts';
import type { Link } from '../../store/link-rows.ts';
import type { ApiDependencies } from '../dependencies.ts';

const portion = 500;

/** Every record with one of these questions, in the order of their creation. */
export async function allAsking(
  deps: ApiDependencies,
  pair: string,
  codes: readonly QuestionCode[],
): Promise<readonly Link[]> {
  const all: Link[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const links = await deps.store().records.asking(pair, codes, { limit: portion, after });
    all.push(...links);
    after = links.length === portion ? links.at(-1)?.id : undefined;
  }
  return all;
}
