import { setTimeout as sleep } from 'node:timers/promises';
import type { Component, Harm } from './component.ts';
import type { Dice } from './dice.ts';

/** How often what was done to whom. */
export type HarmCounts = ReadonlyMap<string, Readonly<Record<Harm, number>>>;

export interface HarmOptions {
  readonly components: readonly Component[];
  readonly dice: Dice;
  readonly isOver: () => boolean;
  /** From one harm to the next. */
  readonly everyMs: readonly [least: number, below: number];
  /** Told what happens to whom. */
  readonly log: (line: string) => void;
}

const downMs = [500, 4_000] as const;
/** Longer than a worker may be silent before Temporal gives its work to another one. */
const pausedMs = [16_500, 20_000] as const;

/**
 * Ends, stops or pauses a component every few seconds, and brings it back after a while; several may be away at a time.
 * Each round goes through all components in an order of its own, so that nobody is spared.
 * @throws ComponentFailed if one does not come up again
 */
export async function doHarm({ components, dice, isOver, everyMs, log }: HarmOptions): Promise<HarmCounts> {
  const counts = new Map(components.map(({ name }) => [name, { kill: 0, stop: 0, pause: 0 }]));
  const away = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  let round: Component[] = [];
  while (!isOver() && failures.length === 0) {
    await sleep(dice.between(...everyMs));
    if (round.length === 0) round = dice.shuffled(components);
    const component = round.pop();
    if (component === undefined || away.has(component.name)) continue;
    const harm = dice.pick(component.harms);
    const record = counts.get(component.name);
    if (record !== undefined) record[harm] += 1;
    log(`${component.name} ${harm}`);
    const absence = suffer(component, harm, dice)
      .catch((error: unknown) => failures.push(error))
      .then(() => {
        log(`${component.name} is back`);
        away.delete(component.name);
      });
    away.set(component.name, absence);
  }
  await Promise.all(away.values());
  if (failures.length > 0) throw failures[0];
  return counts;
}

async function suffer(component: Component, harm: Harm, dice: Dice): Promise<void> {
  if (harm === 'pause') {
    component.pause();
    await sleep(dice.between(...pausedMs));
    component.resume();
    return;
  }
  const absenceMs = dice.between(...downMs);
  await component.end(harm === 'kill' ? 'SIGKILL' : 'SIGTERM');
  await sleep(absenceMs);
  await component.start();
}

export const killsIn = (counts: HarmCounts): number =>
  [...counts.values()].reduce((sum, { kill, stop, pause }) => sum + kill + stop + pause, 0);
