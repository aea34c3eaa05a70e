import type { Seen } from '../engine/plan.ts';
import { type Question, question } from '../engine/question.ts';
import { namingAttribute } from '../engine/pair.ts';
import { isShown } from '../engine/settled-writes.ts';
import { attributeOf, otherSide, type PerSide, type Side, sides } from '../engine/values.ts';
import type { OpenCreation } from '../store/links.ts';
import { CreationInProgress } from '../store/pass-errors.ts';
import type { Pass } from './pass.ts';

/**
 * A record without a partner may be one that we made ourselves for another couple, whose pass has not heard of it yet:
 * then it is no stranger. Where records carry their partner's id that tells; else any value that was sent is suspicious.
 * @returns a question where only a person can tell
 * @throws CreationInProgress while the other couple's pass is still finding out
 */
export async function rivalCreation(pass: Pass, seen: PerSide<Seen>): Promise<Question | null> {
  const missing = sides.find((side) => seen[side].kind === 'unknown');
  if (missing === undefined || pass.link.answer !== null) return null;
  const existing = seen[otherSide(missing)];
  if (existing.kind !== 'present') return null;
  const { pair } = pass;
  const { attributes } = existing.record;
  const naming = namingAttribute(pair, otherSide(missing));
  const isOurs = ({ of, writes }: OpenCreation): boolean =>
    naming === null ? writes.some((write) => isShown(pair, write, attributes)) : attributeOf(attributes, naming) === of;
  return askAboutCreations(pass, missing, isOurs);
}

/**
 * Creations that other couples have begun for records of this side, as far as they matter here.
 * @returns a question that names those records, if it is not known what became of the creations
 * @throws CreationInProgress while one of their passes is still finding out
 */
export async function askAboutCreations(
  { deps, pair, link }: Pass,
  side: Side,
  matters: (creation: OpenCreation) => boolean,
): Promise<Question | null> {
  const open = (await deps.links.openCreations(pair.name, otherSide(side), link.id)).filter(matters);
  if (open.some(({ state }) => state === 'planned')) throw new CreationInProgress();
  return open.length === 0 ? null : question('look_alikes', side, { ids: open.map(({ of }) => of) });
}
