import type { CallBudget } from '../connectors/call-budget.ts';
import { forEachPriority } from '../connectors/call-log.ts';
import type { PairDefinition } from '../engine/pair.ts';
import { sides } from '../engine/values.ts';
import { backgroundClasses } from '../store/hint-classes.ts';
import type { HintStore, RoomByClass } from '../store/hints.ts';

export interface RoomOptions {
  readonly pairs: readonly PairDefinition[];
  readonly budget: () => CallBudget;
  readonly hints: () => HintStore;
  readonly now: () => Date;
}

/** What a look at a record usually sends to each of its systems: a read and a write. */
const callsOfLook = 2;

/**
 * How many looks of walks and lists may be under way in a pair. More would only lengthen the queue that everybody's
 * looks go through; fewer would leave workers idle.
 */
const backgroundAtOnce = 50;

/** How many looks at records of a pair each class of work may begin at this moment. */
export function createRoom({ pairs, budget, hints, now }: RoomOptions): (pair: string) => Promise<RoomByClass> {
  return async (name) => {
    const title = pairs.find((pair) => pair.name === name)?.title;
    const systems = title === undefined ? [] : sides.map((side) => title[side].system);
    const states = await Promise.all(systems.map((system) => budget().state(system)));
    const background = backgroundAtOnce - (await hints().backgroundUnderWay(name, now()));
    return forEachPriority((workClass) => {
      const allowed = states.map(({ available }) => Math.floor(available[workClass] / callsOfLook));
      return Math.max(0, Math.min(backgroundClasses.includes(workClass) ? background : Infinity, ...allowed));
    });
  };
}
