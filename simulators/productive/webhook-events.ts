import type { SavedChange } from './saved-change.ts';

type Verb = 'create' | 'update' | 'delete' | 'archive';

/** The ids of events: one webhook each. 6 and 35 exist, nobody knows what for. */
const eventIds: Readonly<Record<string, Partial<Record<Verb, number>>>> = {
  task: { create: 1, update: 24, delete: 25 },
  invoice: { create: 2, update: 14, delete: 15 },
  deal: { create: 3, update: 12, delete: 13 },
  budget: { create: 4, update: 16, delete: 20 },
  project: { create: 5, update: 10, delete: 11 },
  time_entry: { create: 7, update: 8, delete: 9 },
  booking: { create: 17, update: 18, delete: 19 },
  expense: { create: 21, update: 22, delete: 23 },
  person: { create: 26, update: 27, archive: 28 },
  company: { create: 29, update: 30, archive: 31 },
  payment: { create: 32, update: 33, delete: 34 },
};

export interface WebhookEvent {
  readonly id: number;
  /** Such as `update_task`. */
  readonly name: string;
}

const verbs: Readonly<Record<SavedChange['kind'], readonly Verb[]>> = {
  create: ['create'],
  update: ['update'],
  archive: ['archive', 'update'],
  restore: ['update'],
  destroy: ['delete'],
  recover: ['create'],
};

/** Null: nobody is told of such a change: comments, attachments, services, task lists … have no events. */
export function eventOf({ kind, type, values }: SavedChange, itemType: string): WebhookEvent | null {
  const item = type === 'deals' && values['budget'] === true ? 'budget' : itemType;
  for (const verb of verbs[kind]) {
    const id = eventIds[item]?.[verb];
    if (id !== undefined) return { id, name: `${verb}_${item}` };
  }
  return null;
}
