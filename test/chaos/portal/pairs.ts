import type { PairDefinition } from '../../../engine/pair.ts';
import { portalPairs } from '../../../mappers/portal/portal-pairs.ts';

/**
 * What Productive keeps to itself, for a while or for good: that a comment has moved a task's last activity is in no list,
 * webhook or log (the census of the night finds it); the other two are shown of no comment, and not of every activity.
 */
const untold: Readonly<Record<string, readonly { readonly field: string; readonly attribute: string }[]>> = {
  tasks: [{ field: 'lastActivityAt', attribute: 'lastActivityAt' }],
  comments: [{ field: 'updatedAt', attribute: 'updatedAt' }],
  activities: [{ field: 'project', attribute: 'projectId' }],
};

/** All pairs, with the fields in which both sides have to agree within a minute. */
export const judgedPairs: readonly PairDefinition[] = portalPairs().map((pair) => ({
  ...pair,
  fields: pair.fields.filter(({ name }) => untold[pair.name]?.some(({ field }) => field === name) !== true),
}));

/** @throws TypeError if there is no such pair */
export function pairNamed(name: string): PairDefinition {
  const found = judgedPairs.find((pair) => pair.name === name);
  if (found === undefined) throw new TypeError(`There is no pair ${name}`);
  return found;
}

/** Whether an attribute of the portal may be behind until the next look. */
export const isUntoldAttribute = (pair: string, attribute: string): boolean =>
  untold[pair]?.some((field) => field.attribute === attribute) === true;

/** Whether a line of a comparison is about such a field. */
export const isUntold = (line: string): boolean =>
  Object.entries(untold).some(([pair, fields]) =>
    fields.some(({ attribute }) => line.startsWith(`${pair} `) && line.includes(`: ${attribute} is `)),
  );
