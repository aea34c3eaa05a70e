import type { Coverage } from '../../store/sightings.ts';

/** What one side's walk came to. */
export interface SideResult extends Coverage {
  readonly system: string;
  readonly entity: string;
  /** Records that were read. */
  readonly seen: number;
  /** How many there are by the system's own word; null: it does not say. */
  readonly expected: number | null;
}

/** So many records may be missing without anything being wrong. */
const tolerated = (records: number): number => Math.max(10, Math.floor(records / 100));

/**
 * Why a side's list can't be believed; null: it can. A lost permission or a wrong path makes many records vanish at once,
 * and a list does not say whether it is complete.
 */
export function distrust({ system, entity, seen, expected, linked, unseen }: SideResult): string | null {
  if (seen === 0 && linked > 0) {
    return `${system} shows no ${entity} at all, and ${linked} of them are linked: ${advice}`;
  }
  if (unseen > tolerated(linked)) {
    return `${system} does not show ${unseen} of ${linked} linked ${entity}: ${advice}`;
  }
  if (expected !== null && expected - seen > tolerated(expected)) {
    return `${system} said that there are ${expected} ${entity}, and its list ended after ${seen}: ${advice}`;
  }
  return null;
}

const advice =
  "check what the API user's role may read, filters and the address, then start the census again; nothing follows from what was not shown";
