import type { CensusRunView } from '../../api/ops/census-shape.ts';

const counts = { pages: 1, seen: 3, same: 0, differing: 0, unlinked: 3, absent: 0 };

let ids = 0;
/** A walk that has just begun, but for what is given. */
export const runOf = (pair: string, given: Partial<CensusRunView> = {}): CensusRunView => {
  ids += 1;
  return {
    ...{ id: `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`, pair, mode: 'backfill', dryRun: false },
    ...{ state: 'running', phase: 'master', startedBy: 'tests' },
    ...{ startedAt: '2026-11-21T10:00:00.000Z', endedAt: null },
    counts: { master: counts, replica: { ...counts, seen: 0 } },
    expected: { master: 3, replica: null },
    ...{ handedOver: 0, waiting: 0, waitsFor: null, trouble: null, report: null },
    progress: { fraction: null, recordsPerSecond: null, etaMs: null },
    ...given,
  };
};
export const done = { state: 'done', phase: 'end', endedAt: '2026-11-21T10:00:04.000Z' } as const;
