import { z } from 'zod';
import type { BehindState, FeedState, PairWatch } from '../watching.ts';
import { side, time } from './shapes.ts';

const behindShape = z
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
  .nullable();

/** How far what a system tells of changes apart from lists has been read. */
export const feedShape = z.object({
  system: z.string(),
  feed: z.string(),
  caughtUpAt: time.nullable(),
  behind: behindShape,
});

/** Where a pair stands with what nobody reports; empty lists: it is not looked for. */
export const watchShape = z.object({
  /** The sides that list what was changed. */
  catchUp: z.array(
    z.object({
      side,
      caughtUpAt: time.nullable(),
      behind: behindShape,
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

const behindView = ({ caughtUpAt, behind }: BehindState) => ({
  caughtUpAt: caughtUpAt?.toISOString() ?? null,
  behind: behind && {
    since: behind.since.toISOString(),
    seconds: Math.round(behind.byMs / 1_000),
    trouble: behind.trouble,
  },
});

export const feedView = ({ system, feed, ...state }: FeedState): z.infer<typeof feedShape> => ({
  system,
  feed,
  ...behindView(state),
});

export const watchView = ({ catchUp, rollingCheck }: Omit<PairWatch, 'pair'>): z.infer<typeof watchShape> => ({
  catchUp: catchUp.map(({ side: of, ...state }) => ({ side: of, ...behindView(state) })),
  rollingCheck: rollingCheck.map((state) => ({ ...state, oldestAt: state.oldestAt?.toISOString() ?? null })),
});
