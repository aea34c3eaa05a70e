import type { RequestLog } from '../request-log.ts';
import type { Authentication } from './authentication.ts';
import type { EspoDatabase, EspoUser } from './database.ts';
import type { Webhooks } from './webhooks.ts';

/** An entry in a record's stream. */
export interface StreamNote {
  id: string;
  post: string | null;
  parentType: string | null;
  parentId: string | null;
  createdById: string;
}

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
  /** Entities whose records' streams are closed to API users. */
  closedStreams: Set<string>;
  /** In the order of their arrival. */
  notes: StreamNote[];
}

export const mayRead = ({ forbiddenRecords }: Instance, user: EspoUser, entityType: string, id: string): boolean =>
  user.kind !== 'api' || !forbiddenRecords.has(`${entityType}/${id}`);
