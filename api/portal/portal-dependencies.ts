import type { ApiDependencies } from '../dependencies.ts';
import type { PortalParts } from './portal-parts.ts';

/** What a route of the portal is made from. */
export type PortalDependencies = ApiDependencies & { readonly portal: PortalParts };
