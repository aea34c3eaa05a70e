import type { QuestionCode } from '../../engine/question.ts';
import type { Link } from '../../store/link-rows.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { nextAfter } from './shapes.ts';

const portion = 500;

/** Every record with one of these questions, in the order of their creation. */
export async function allAsking(
  deps: ApiDependencies,
  pair: string,
  codes: readonly QuestionCode[],
): Promise<readonly Link[]> {
  const all: Link[] = [];
  for (let after: number | null = 0; after !== null;) {
    const links: readonly Link[] = await deps.store().records.asking(pair, codes, { limit: portion, after });
    all.push(...links);
    after = nextAfter(links, portion);
  }
  return all;
}
