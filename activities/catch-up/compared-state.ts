import { createHash } from 'node:crypto';
import type { SeenRow } from '../../engine/compare-row.ts';
import { canonicalOf, type PairDefinition } from '../../engine/pair.ts';
import { replicaIdIn } from '../../engine/status.ts';
import type { Side } from '../../engine/values.ts';

const digestLength = 16;

/**
 * What tells one state of a row from another: `<version>#<digest>`, the digest being of everything that is compared. Where a
 * version is a time of modification in whole seconds, two edits within one second have the same version.
 * @returns null where the row has no version
 */
export function comparedState(pair: PairDefinition, side: Side, row: SeenRow): string | null {
  return row.version === null ? null : `${row.version}#${contentDigest(pair, side, row)}`;
}

/** Of all values together and with the record's id, so that it neither shows one nor that two records are alike. */
function contentDigest(pair: PairDefinition, side: Side, { id, attributes }: SeenRow): string {
  const values = pair.fields.map((field) => canonicalOf(field, side, attributes));
  const partner = side === 'master' ? replicaIdIn(pair, attributes) : null;
  const content = JSON.stringify([pair.name, side, id, partner, values]);
  return createHash('sha256').update(content).digest('base64url').slice(0, digestLength);
}
