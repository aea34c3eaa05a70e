import type { KeeperSummary } from '../../workflows/contract.ts';
import type { KeeperDependencies } from './dependencies.ts';
import { keepSystem } from './keep-system.ts';

/**
 * Looks at the webhooks of every system that sends some, puts them right, and has what may have been missed looked for.
 * Safe to repeat, and to be killed at any moment. @throws what the store throws
 */
export async function keepWebhooks(deps: KeeperDependencies, signal: AbortSignal): Promise<KeeperSummary> {
  const { publicUrl, connectors } = deps;
  let summary: KeeperSummary = { made: 0, mended: 0, removed: 0, covered: [], troubled: [] };
  if (publicUrl === null) return summary;
  for (const [system, { webhooks: registrar }] of Object.entries(connectors)) {
    if (registrar === undefined) continue;
    const kept = await keepSystem(deps, { system, registrar, publicUrl }, signal);
    summary = {
      made: summary.made + kept.made,
      mended: summary.mended + kept.mended,
      removed: summary.removed + kept.removed,
      covered: [...new Set([...summary.covered, ...kept.covered])],
      troubled: [...summary.troubled, ...(kept.trouble === null ? [] : [{ system, code: kept.trouble.code }])],
    };
  }
  return summary;
}
