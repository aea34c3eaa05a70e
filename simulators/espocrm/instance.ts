import type { RequestLog } from '../request-log.ts';
import type { Authentication } from './authentication.ts';
import type { EspoDatabase, EspoRecord, EspoUser } from './database.ts';
import type { Webhooks } from './webhooks.ts';

/** What the routes of one instance share. */
export interface Instance {
  now: () => Date;
  database: EspoDatabase;
  webhooks: Webhooks;
  authentication: Authentication;
  requests: RequestLog;
  /** `entity/id` of records that API users may not read. */
  forbiddenRecords: Set<string>;
  /** Entities whose records API users may not delete. */
  undeletable: Set<string>;
  /** `entity.field` that API users may not write: dropped silently. */
  forbiddenFields: Set<string>;
  /** `entity.field` that API users do not see. */
  hiddenFields: Set<string>;
  maintenance: boolean;
  notes: EspoRecord[];
}

export const mayRead = ({ forbiddenRecords }: Instance, user: EspoUser, entityType: string, id: string): boolean =>
  user.kind !== 'api' || !forbiddenRecords.has(`${entityType}/${id}`);
