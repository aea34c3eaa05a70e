import { z } from 'zod';
import type { Json, RemoteRecord } from '../connector.ts';

/** Ids are made by the server: 17 characters in 9.2.7, 24 in other versions. */
export const espoId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** What this connector relies on. Everything else is the entity's own business. */
export const espoRecord = z
  .looseObject({
    id: espoId,
    deleted: z.boolean().nullish(),
    versionNumber: z.int().nullish(),
    modifiedAt: z.string().nullish(),
    createdById: z.string().nullish(),
    modifiedById: z.string().nullish(),
  })
  .catchall(z.json());

export type EspoRecord = z.infer<typeof espoRecord>;

export const espoList = z.object({ list: z.array(espoRecord) });
/** `total`: -1 or -2 where none was asked for. */
export const espoPage = espoList.extend({ total: z.int() });

/** @param ownUserId our own user, null where it is not known */
export function toRemoteRecord(record: EspoRecord, ownUserId: string | null): RemoteRecord {
  const attributes = withoutUndefined(record);
  return {
    id: record.id,
    version: record.versionNumber?.toString() ?? record.modifiedAt ?? null,
    attributes,
    raw: attributes,
    modifiedAt: utcInstant(record.modifiedAt ?? null),
    modifiedByUs: isOurs(record, ownUserId),
  };
}

function withoutUndefined(record: EspoRecord): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** EspoCRM writes UTC without saying so, in whole seconds, whatever the zone of its users. */
function utcInstant(timestamp: string | null): string | null {
  if (timestamp === null || !/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(timestamp)) return null;
  const at = new Date(`${timestamp.replace(' ', 'T')}Z`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** A record that nobody has changed since it was created has no `modifiedById` (observed on 9.2.7). */
function isOurs({ createdById, modifiedById }: EspoRecord, ownUserId: string | null): boolean | null {
  const author = modifiedById ?? createdById;
  return ownUserId === null || !author ? null : author === ownUserId;
}
