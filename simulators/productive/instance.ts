import type { FastifyRequest } from 'fastify';
import type { RequestLog } from '../request-log.ts';
import type { Documents } from './document.ts';
import type { FileStorage } from './file-storage.ts';
import type { RequestLimits } from './limits.ts';
import type { Lists } from './list.ts';
import type { Settings } from './options.ts';
import type { Author, Organization } from './organization.ts';
import { accessDenied, unauthenticated } from './productive-error.ts';
import type { StoredRecord } from './resource.ts';
import type { Webhooks } from './webhooks.ts';

export interface Credential {
  readonly personId: string;
  readonly readOnly: boolean;
}

/** What the routes of one simulator share. */
export interface Instance {
  readonly settings: Settings;
  readonly organization: Organization;
  readonly documents: Documents;
  readonly lists: Lists;
  readonly webhooks: Webhooks;
  readonly files: FileStorage;
  readonly limits: RequestLimits;
  readonly requests: RequestLog;
  readonly credentials: Map<string, Credential>;
  /** `type/id` of records that tokens may not see. */
  readonly forbidden: Set<string>;
  /** Changed by whoever steers the simulator. */
  readonly conditions: { latencyMs: number };
}

/** @throws ProductiveError 401 for a token that is missing or wrong, 403 for another organization (not documented) */
export function whoAsks({ credentials, settings }: Instance, request: FastifyRequest): Credential {
  const token = request.headers['x-auth-token'];
  const credential = typeof token === 'string' ? credentials.get(token) : undefined;
  if (credential === undefined) throw unauthenticated();
  if (request.headers['x-organization-id'] !== settings.organizationId) throw accessDenied();
  return credential;
}

/** @throws ProductiveError 401, 403 */
export function whoWrites(instance: Instance, request: FastifyRequest): Author {
  const { personId, readOnly } = whoAsks(instance, request);
  if (readOnly) throw accessDenied();
  return { personId, throughApi: true };
}

export const mayRead =
  ({ forbidden }: Instance) =>
  ({ type, id }: StoredRecord): boolean =>
    forbidden.size === 0 || !forbidden.has(`${type}/${id}`);

export const keepsTimeOfDay = ({ headers }: FastifyRequest): boolean =>
  String(headers['x-feature-flags'] ?? '')
    .split(',')
    .some((flag) => flag.trim() === 'filteringSkipDatetimeCastToDate');
