import { namingAttribute, type PairDefinition, project } from '../engine/pair.ts';
import { equalsSnapshot } from '../engine/snapshot.ts';
import { replicaIdIn } from '../engine/status.ts';
import { type Attributes, attributeOf, type Side, sides } from '../engine/values.ts';
import type { StoredFailure } from '../store/schema.ts';
import type { Pass } from './pass.ts';

/**
 * What the two sides showed when a record failed: its mapped fields and, on the master, the number of its partner.
 * Our own failure message changes neither, so that it can't end its own wait. What was not read now is known from the
 * failure before; a record that is gone shows nothing.
 */
export function fingerprint(pass: Pass): StoredFailure['seen'] {
  const seen: Partial<Record<Side, Attributes>> = { ...pass.link.failure?.seen };
  for (const side of sides) {
    const record = pass.seen[side];
    if (record !== undefined) seen[side] = view(pass, side, record.attributes);
    else if (pass.gone[side] !== undefined) Reflect.deleteProperty(seen, side);
  }
  return seen;
}

/** Whether a side shows something else than when the record failed. Unknown counts as changed. */
export function differsFromFailure(pass: Pass, side: Side, attributes: Attributes): boolean {
  const then = pass.link.failure?.seen[side];
  return then === undefined || differ(pass.pair, side, then, attributes);
}

/** Whether two views of one record differ in what is mapped or, on the master, in the number of its partner. */
export function differ(pair: PairDefinition, side: Side, then: Attributes, now: Attributes): boolean {
  if (!equalsSnapshot(pair, side, then, now)) return true;
  return side === 'master' && replicaIdIn(pair, then) !== replicaIdIn(pair, now);
}

function view(pass: Pass, side: Side, attributes: Attributes): Attributes {
  const mapped = project(pass.pair, side, attributes);
  const number = namingAttribute(pass.pair, 'master');
  return side === 'master' && number !== null ? { ...mapped, [number]: attributeOf(attributes, number) } : mapped;
}
