import { z } from 'zod';
import type { PairWatch } from '../watching.ts';
import { side, time } from './shapes.ts';

/** Where a pair stands with what nobody reports; empty lists: it is not looked for. */
export const watchShape = z.object({
  /** The sides that list what was changed. */
  catchUp: z.array(
    z.object({
      side,
      caughtUpAt: time.nullable(),
      behind: z
        .object({
          since: time,
          seconds: z.int().describe('Changes of this long may be unknown'),
          trouble: z
            .string()
            .nullable()
            .describe(
              'Why nothing could be read, for instance `unavailable`, `circuit_open`, `budget_spent` or `nobody_looks`; null: there is more than could be read at once',
            ),
        })
        .nullable(),
    }),
  ),
  /** The sides without lists, whose records are visited one by one. */
  rollingCheck: z.array(
    z.object({
      side,
      periodMs: z.int(),
      linked: z.int(),
      neverVisited: z.int(),
      oldestAt: time.nullable().describe('When the record was visited, or linked, that was unseen for the longest'),
      isKept: z.boolean().describe('Whether none was unseen for longer than the period'),
    }),
  ),
});

export const watchView = ({ catchUp, rollingCheck }: Omit<PairWatch, 'pair'>): z.infer<typeof watchShape> => ({
  catchUp: catchUp.map(({ side: of, caughtUpAt, behind }) => ({
    side: of,
    caughtUpAt: caughtUpAt?.toISOString() ?? null,
    behind: behind && {
      since: behind.since.toISOString(),
      seconds: Math.round(behind.byMs / 1_000),
      trouble: behind.trouble,
    },
  })),
  rollingCheck: rollingCheck.map((state) => ({ ...state, oldestAt: state.oldestAt?.toISOString() ?? null })),
});
