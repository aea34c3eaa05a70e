import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { PortalParts } from './portal-parts.ts';

/** Who asks. A client's company is the portal's id of it. A `Viewer` of the store. */
export type PortalCaller =
  | { readonly role: 'admin'; readonly subject: string }
  | { readonly role: 'client'; readonly subject: string; readonly companyId: number };

const decoration = 'portalCaller';

/** Lets nobody into the scope whose token does not hold. Routes that are added afterwards find their caller with `callerIn`. */
export function admitCallers(scope: FastifyInstance, portal: PortalParts): void {
  scope.decorateRequest(decoration);
  scope.addHook('onRequest', async (request) => {
    request.setDecorator<PortalCaller>(decoration, await callerOf(portal, request.headers.authorization));
  });
}

export const callerIn = (request: FastifyRequest): PortalCaller => request.getDecorator<PortalCaller>(decoration);

/** @throws ApiError 403 */
export function adminIn(request: FastifyRequest): PortalCaller & { readonly role: 'admin' } {
  const caller = callerIn(request);
  if (caller.role === 'admin') return caller;
  throw new ApiError(403, 'admins_only', 'Only a user whose token says role admin may do this');
}

async function callerOf(portal: PortalParts, authorization: string | undefined): Promise<PortalCaller> {
  const claims = await portal.tokens.verify(authorization);
  if (claims.role === 'admin') return claims;
  return { ...claims, companyId: await portal.oftenAsked.companyOf(claims.companyId) };
}
