import type { EspoRecord } from './database.ts';
import type { EntityDefinition } from './entity-definition.ts';
import { EspoError } from './espo-error.ts';
import { acceptedValues } from './field-rules.ts';

/**
 * The check before a write that carries `X-Version-Number`: refused only if the number differs and something would
 * really change. The answer holds the stored values of just those fields. @throws EspoError 409 `modified`
 */
export function checkVersion(
  entityType: string,
  definition: EntityDefinition,
  { record, sent, header }: { record: EspoRecord; sent: Readonly<Record<string, unknown>>; header: string | undefined },
): void {
  const stored = record['versionNumber'];
  if (header === undefined || !definition.optimisticConcurrencyControl || typeof stored !== 'number') return;
  if (Number.parseInt(header, 10) === stored) return;
  const accepted = acceptedValues(entityType, definition, sent);
  const moved = Object.keys(accepted).filter((name) => accepted[name] !== record[name]);
  if (moved.length === 0) return;
  const values = Object.fromEntries(moved.map((name) => [name, record[name]]));
  throw new EspoError(409, 'modified', { values, versionNumber: stored });
}
