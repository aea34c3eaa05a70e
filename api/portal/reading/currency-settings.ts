import { type LookedAtEntity, lookedAtWhenRead } from './currency.ts';

const kindOf = (text: string): LookedAtEntity | undefined => lookedAtWhenRead.find((kind) => kind === text.trim());

/** `tasks,projects`. Null: it can't be read. */
export function parseCheckedOnRead(text: string): ReadonlySet<LookedAtEntity> | null {
  const kinds = entriesOf(text).map(kindOf);
  const known = kinds.filter((kind) => kind !== undefined);
  return known.length === kinds.length ? new Set(known) : null;
}

/** `tasks:5m,projects:10m`. @param durationMs null: it can't be read. Null: neither can the whole */
export function parseRefreshAfter(
  text: string,
  durationMs: (text: string) => number | null,
): ReadonlyMap<LookedAtEntity, number> | null {
  const ages = new Map<LookedAtEntity, number>();
  for (const entry of entriesOf(text)) {
    const [name = '', age = ''] = entry.split(':');
    const [kind, ms] = [kindOf(name), durationMs(age)];
    if (kind === undefined || ms === null) return null;
    ages.set(kind, ms);
  }
  return ages;
}

const entriesOf = (text: string): readonly string[] => text.split(',').filter((entry) => entry.trim() !== '');
