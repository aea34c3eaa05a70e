import type { MappedField } from '../../engine/pair.ts';
import { masterWins } from '../../engine/policy.ts';
import { attributeOf, type Side, sides } from '../../engine/values.ts';
import { ModelStore } from './model-store.ts';
import type { SystemTraits } from './model-system.ts';
import { describe } from './reference-names.ts';
import type { Step } from './steps.ts';
import { World, type WorldOptions } from './world.ts';

/** A value with this in it is refused by both systems. */
export const refused = 'REFUSED';

/** A system that can do everything, but for what is said otherwise. */
export const traits = (more: Partial<SystemTraits>): SystemTraits => ({
  conditional: true,
  searchable: true,
  deletes: true,
  ignores: [],
  cuts: {},
  refuses: refused,
  ...more,
});

export const inMemory = (name: string, now: () => Date) => new ModelStore(name, now);

/** The world after these steps, when everything has come to rest. */
export async function played(options: WorldOptions, steps: readonly Step[]): Promise<World> {
  const world = await World.open(options);
  await world.play(steps);
  await world.calm();
  return world;
}

/** Whatever a pass that died has left undone is done before the next step: only then can two worlds be compared. */
export function unhurriedOn({ pair, traits: all }: Omit<WorldOptions, 'openStore'>): WorldOptions {
  // Who is newer depends on when our own words were written into a record, which a death delays.
  const timeless = { ...pair, groups: { ...pair.groups, latest: masterWins } };
  return { pair: timeless, traits: all, openStore: inMemory, unhurried: true };
}

/** The same steps, but no pass dies. */
export const uninterrupted = (steps: readonly Step[]): readonly Step[] =>
  steps.map((step) => (step.kind === 'sync' ? { ...step, crash: null } : step));

/** What both systems hold in the end, by the pair's fields. */
export function endState(world: World) {
  const { systems, pair } = world;
  return sides.map((side) =>
    systems[side]
      .ids()
      .filter((id) => systems[side].isLiving(id))
      .map((id) => pair.fields.map((field) => described(world, field, side, id)))
      .map((values) => JSON.stringify(values))
      .sort(),
  );
}

function described(world: World, field: MappedField, side: Side, id: string) {
  const attributes = world.systems[side].get(id)?.attributes ?? {};
  return describe(world, field, side, attributeOf(attributes, field.attribute[side]));
}
