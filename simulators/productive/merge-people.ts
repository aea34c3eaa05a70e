import type { Organization } from './organization.ts';
import type { StoredRecord } from './resource.ts';
import { resources } from './resources.ts';

/**
 * One of two people vanishes: 404 from then on, no entry in the bin, no webhook. What pointed at it points at the other one,
 * without a change that anybody could see. (How visible a merge is isn't documented.) @throws ProductiveError 404
 */
export function mergePeople(organization: Organization, keptId: string, vanishingId: string): StoredRecord {
  const kept = organization.existing('people', keptId);
  organization.existing('people', vanishingId);
  for (const { type, relationships } of resources.values()) {
    for (const [name, relation] of Object.entries(relationships)) {
      if (relation.kind !== 'one' || relation.type !== 'people') continue;
      const key = `${name}_id`;
      for (const record of organization.table(type).pointingAt(key, vanishingId)) {
        organization.touchQuietly(record, { [key]: keptId });
      }
    }
  }
  organization.purge('people', vanishingId);
  return kept;
}
