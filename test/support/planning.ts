import {
  type FieldWrite,
  type MergePlan,
  type PlanInput,
  type Seen,
  type SeenRecord,
  withoutPast,
} from '../../engine/plan.ts';
import { plan } from '../../engine/planner.ts';
import type { RememberedSync } from '../../engine/remembered-sync.ts';
import { type Base, emptyBase } from '../../engine/snapshot.ts';
import type { Attributes, PerSide } from '../../engine/values.ts';
import { asReplica, inMaster, inReplica, people } from './people.ts';

export const nothingRemembered: RememberedSync = withoutPast.remembered;
export const noBase: Base = emptyBase;

export const present = (record: SeenRecord): Seen => ({ kind: 'present', record });
export const goneRecord = (id: string, proven = true): Seen => ({ kind: 'gone', id, proven });
export const unknownRecord: Seen = { kind: 'unknown', candidates: [] };

/** Both records, given by field names; what is left out is empty. */
export const bothSeen = (master: Attributes, replica: Attributes): PerSide<Seen> => ({
  master: present(inMaster(master)),
  replica: present(inReplica(replica)),
});

/** What a plan is made from: two empty records of `people` without a past, but for what is given. */
export const inputOf = (given: Partial<PlanInput> = {}): PlanInput => ({
  ...withoutPast,
  pair: people,
  seen: bothSeen({}, {}),
  ...given,
});

const empty: Attributes = Object.fromEntries(people.fields.map(({ name }) => [name, null]));

/** The base of two sides that agreed on these values, by field names. */
export const agreedOn = (values: Attributes): Base => ({
  master: { ...empty, ...values },
  replica: asReplica({ ...empty, ...values }),
});

/** @throws if the plan is no merge */
export function mergePlan(input: PlanInput): MergePlan {
  const planned = plan(input);
  if (planned.kind !== 'merge') throw new Error(`expected a merge, got ${planned.kind}`);
  return planned;
}

/** Writes in short: side, field, new value, rule. */
export const inShort = (writes: readonly FieldWrite[]) =>
  writes.map(({ side, field, newValue, rule }) => [side, field, newValue, rule]);
