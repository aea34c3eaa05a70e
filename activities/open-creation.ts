import type { Seen } from '../engine/plan.ts';
import { type Question, question } from '../engine/question.ts';
import { namingAttribute, type PairDefinition } from '../engine/pair.ts';
import { isShown, type MeantWrite } from '../engine/settled-writes.ts';
import { type Attributes, attributeOf, otherSide, type PerSide, type Side, sides } from '../engine/values.ts';
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
  const isOurs = (creation: OpenCreation): boolean => mayHaveMade(pair, otherSide(missing), creation, attributes);
  return askAboutCreations(pass, missing, isOurs);
}

/** Whether a record of that side may be what became of a creation that was begun there. */
export function mayHaveMade(
  pair: PairDefinition,
  side: Side,
  { of, writes }: OpenCreation,
  attributes: Attributes,
): boolean {
  const naming = namingAttribute(pair, side);
  return naming === null ? looksLike(pair, writes, attributes) : attributeOf(attributes, naming) === of;
}

/**
 * Any value that was sent is suspicious; but where the master shows no status none of its records ever names its partner, and
 * half of them share some value: there it is the required fields together.
 */
function looksLike(pair: PairDefinition, writes: readonly MeantWrite[], attributes: Attributes): boolean {
  const required = pair.fields.filter((field) => field.required);
  const telling = writes.filter(({ side, attribute }) => required.some((field) => field.attribute[side] === attribute));
  return pair.status === null && telling.length > 0
    ? telling.every((write) => isShown(pair, write, attributes))
    : writes.some((write) => isShown(pair, write, attributes));
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
  const unsettled = open.find(({ state }) => state === 'planned');
  if (unsettled !== undefined) throw new CreationInProgress(unsettled.since);
  return open.length === 0 ? null : question('look_alikes', side, { ids: open.map(({ of }) => of) });
}
