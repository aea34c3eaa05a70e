import { z } from 'zod';
import type { Resolution } from '../../engine/resolution.ts';
import type { ConflictOfCouple } from '../../store/conflicts.ts';
import { json, perSide, side, time } from './shapes.ts';

export const conflictShape = z.object({
  id: z.int(),
  pair: z.string(),
  masterId: z.string().nullable(),
  replicaId: z.string().nullable(),
  field: z.string(),
  /** What both sides show, in their own words. */
  values: perSide,
  /** What each side last agreed on; null where it is empty or not known. */
  base: perSide,
  state: z.enum(['open', 'decided', 'resolved', 'vanished']),
  resolution: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('take'), side }),
      z.object({ kind: z.literal('value'), value: json }),
    ])
    .nullable(),
  /** The name of the API token. */
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
  openedAt: time,
});

/** What a decision may say: one side's value, or another one in the master's words. */
export const take = { take: side };
export const value = { value: json.describe("In the master's words") };
export type Decision = z.infer<z.ZodObject<typeof take>> | z.infer<z.ZodObject<typeof value>>;

export const decisionsSay = 'has to say {"take": "master"}, {"take": "replica"} or {"value": …}';

export const resolutionFrom = (decision: Decision): Resolution =>
  'take' in decision ? { kind: 'take', side: decision.take } : { kind: 'value', value: decision.value };

export const conflictView = ({ conflict, masterId, replicaId }: ConflictOfCouple): z.infer<typeof conflictShape> => ({
  id: conflict.id,
  pair: conflict.pair,
  masterId,
  replicaId,
  field: conflict.field,
  values: { master: json.parse(conflict.valueMaster), replica: json.parse(conflict.valueReplica) },
  base: { master: json.parse(conflict.baseMaster), replica: json.parse(conflict.baseReplica) },
  state: conflict.state,
  resolution: resolutionView(conflict.resolution),
  decidedBy: conflict.decidedBy,
  decidedAt: conflict.decidedAt?.toISOString() ?? null,
  openedAt: conflict.openedAt.toISOString(),
});

function resolutionView(resolution: Resolution | null): z.infer<typeof conflictShape>['resolution'] {
  return resolution?.kind === 'value' ? { kind: 'value', value: json.parse(resolution.value) } : resolution;
}
