import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** The name of the API token that the request bears. @throws ApiError 401 */
export function callerOf(
  { tokens }: Pick<ApiDependencies, 'tokens'>,
  { headers }: Pick<FastifyRequest, 'headers'>,
): string {
  const name = tokens.nameOf(headers.authorization);
  if (name !== null) return name;
  throw new ApiError(401, 'unauthorized', 'Send one of API_TOKENS: Authorization: Bearer <token>');
}
