import type { RecordKey } from '../../store/record-refs.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type checkShape, type pendingShape, recordView } from './shapes.ts';
import type { z } from 'zod';

/** What came of a look (200), or a handle when it takes longer (202). */
export type Looked =
  | { readonly status: 200; readonly body: z.infer<typeof checkShape> }
  | { readonly status: 202; readonly body: z.infer<typeof pendingShape> };

export async function lookNow(deps: ApiDependencies, { pair, key }: RecordKey): Promise<Looked> {
  const answer = await deps.checker.check({ pair, key });
  if (answer.kind === 'pending') {
    const { workflowId, reason } = answer;
    return { status: 202, body: { pending: { workflowId, reason } } };
  }
  const { outcome, fields, calls, tookMs } = answer.summary;
  const link = await deps.store().records.find(pair, key);
  const record = link === undefined ? null : recordView(link);
  return { status: 200, body: { outcome, fields: [...fields], calls: { ...calls }, tookMs, record } };
}
