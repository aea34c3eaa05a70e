import type { Attributes } from '../../../engine/values.ts';
import type { Finding } from '../findings.ts';
import type { SystemSave } from './agency.ts';
import { isUntoldAttribute } from './pairs.ts';

/** What the portal's tables note of every save. */
const ofEverySave: readonly string[] = ['version', 'modifiedAt'];

/**
 * I2, I9: rows that were changed although nothing had. What nobody tells of before the next look is no finding.
 * @param before how many of the saves were made before everything was quiet
 */
export const rowsAfterQuiet = (saves: readonly SystemSave[], before: number): readonly Finding[] =>
  saves.slice(before).flatMap((save, index): Finding[] => {
    const { entity, id, now } = save;
    const earlier = saves.slice(0, before + index).findLast((one) => one.entity === entity && one.id === id);
    const changes = changesBetween(entity, earlier?.now ?? null, now);
    if (changes.length === 0 && earlier !== undefined) return [];
    return [
      { kind: 'written after quiet', pair: entity, record: `replica:${id}`, field: null, what: changes.join(', ') },
    ];
  });

function changesBetween(entity: string, before: Attributes | null, now: Attributes | null): readonly string[] {
  if (before === null || now === null) return before === now ? [] : [now === null ? 'is gone' : 'is there'];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => !ofEverySave.includes(name) && !isUntoldAttribute(entity, name))
    .map((name) => [name, JSON.stringify(before[name] ?? null), JSON.stringify(now[name] ?? null)] as const)
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name}: ${was} → ${is}`);
}
