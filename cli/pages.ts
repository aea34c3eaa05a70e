import { z } from 'zod';
import { pairShape } from '../api/ops/shapes.ts';
import type { ApiClient } from './api-client.ts';
import { CommandFailed } from './command-failed.ts';

export type Pair = z.infer<typeof pairShape>;

/** Every page of a list, one after the other. */
export async function* pagesOf<Page extends { readonly next: number | null }>(
  api: ApiClient,
  path: string,
  shape: z.ZodType<Page>,
  query: Readonly<Record<string, string | undefined>> = {},
): AsyncGenerator<Page> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (let after: number | null = 0; after !== null;) {
    const search = new URLSearchParams([...given, ['after', String(after)]]);
    const page: Page = await api.call('GET', `${path}?${search.toString()}`, shape);
    yield page;
    after = page.next;
  }
}

/** The pair of that name, or all. @throws CommandFailed if there is none */
export async function pairsNamed(api: ApiClient, name: string | undefined): Promise<readonly Pair[]> {
  const { pairs } = await api.call('GET', '/pairs', z.object({ pairs: z.array(pairShape) }));
  const named = pairs.filter((pair) => name === undefined || pair.name === name);
  if (named.length > 0) return named;
  const known = pairs.map((pair) => pair.name).join(', ');
  throw new CommandFailed(`There is no pair ${name ?? ''}; the pairs are: ${known}`);
}

/** What the two systems of a pair are called. @throws CommandFailed if there is no such pair */
export async function systemsOf(api: ApiClient, pair: string): Promise<Readonly<Record<'master' | 'replica', string>>> {
  const [known] = await pairsNamed(api, pair);
  return { master: known?.master.system ?? 'master', replica: known?.replica.system ?? 'replica' };
}

/** The path of a pair, or of one of its records. */
export const pathOf = (pair: string, record?: string): string =>
  `/pairs/${encodeURIComponent(pair)}${record === undefined ? '' : `/records/${encodeURIComponent(record)}`}`;

/** How a couple is named on the command line. */
export const nameOf = ({
  masterId,
  replicaId,
}: {
  readonly masterId: string | null;
  readonly replicaId: string | null;
}) => masterId ?? `replica:${replicaId ?? ''}`;
