import { resourceOf } from './resources.ts';

/** Of persons and companies there is no deletion: the third event is the archiving (documented). */
const eventIds: Readonly<Record<string, readonly [create: number, update: number, end: number]>> = {
  task: [1, 24, 25],
  invoice: [2, 14, 15],
  deal: [3, 12, 13],
  budget: [4, 16, 20],
  project: [5, 10, 11],
  time_entry: [7, 8, 9],
  booking: [17, 18, 19],
  expense: [21, 22, 23],
  person: [26, 27, 28],
  company: [29, 30, 31],
  payment: [32, 33, 34],
};

const archived = new Set(['person', 'company']);

/** Our own names, as Productive's deliveries spell them: `create_task`. By the number that it has for each. */
const names: ReadonlyMap<string, number> = new Map(
  Object.entries(eventIds).flatMap(([item, ids]) =>
    ['create', 'update', archived.has(item) ? 'archive' : 'delete'].map(
      (kind, index) => [`${kind}_${item}`, ids[index] ?? 0] as const,
    ),
  ),
);
const namesById: ReadonlyMap<number, string> = new Map([...names].map(([name, id]) => [id, name]));

export const eventId = (event: string): number | undefined => names.get(event);
/** One that we never register has its number for a name. */
export const eventName = (id: number): string => namesById.get(id) ?? `event_${id}`;

/** The events of an entity. Budgets are deals with events of their own; of many entities there are none. */
export function eventsOfEntity(entity: string): readonly string[] {
  const item = resourceOf(entity)?.itemType;
  const items = item === 'deal' ? ['deal', 'budget'] : [item];
  return [...names.keys()].filter((name) => items.some((one) => name.endsWith(`_${one ?? ''}`) && isOf(name, one)));
}

/** `create_time_entry` is no event of an `entry`. */
const isOf = (name: string, item: string | undefined): boolean =>
  item !== undefined && /^(create|update|archive|delete)_(.+)$/.exec(name)?.[2] === item;
