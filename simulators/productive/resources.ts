import { logResources } from './log-resources.ts';
import { moneyResources } from './money-resources.ts';
import type { Resource } from './resource.ts';
import { workResources } from './work-resources.ts';

/** Every resource type that the simulator has, by its name in the path. */
export const resources: ReadonlyMap<string, Resource> = new Map(
  [...workResources, ...moneyResources, ...logResources].map((resource) => [resource.type, resource]),
);

/** @throws UnknownResource */
export function resourceOf(type: string): Resource {
  const found = resources.get(type);
  if (found === undefined) throw new UnknownResource(type);
  return found;
}

export class UnknownResource extends Error {
  readonly code = 'PRODUCTIVE_SIMULATOR_UNKNOWN_RESOURCE';
  constructor(type: string) {
    super(`There is no resource type "${type}"`);
  }
}
