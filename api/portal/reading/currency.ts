import { setTimeout as sleep } from 'node:timers/promises';
import type { Checker } from '../../checker.ts';

/** Kinds of records that can be looked at when somebody reads one of them. */
export const lookedAtWhenRead = ['tasks', 'projects', 'companies', 'people'] as const;
export type LookedAtEntity = (typeof lookedAtWhenRead)[number];

/** Without any of it, nothing that is read ever asks Productive. */
export interface CurrencyRules {
  /** A record that was found equal longer ago than this is looked at when it is read, in milliseconds. */
  readonly refreshAfterMs: ReadonlyMap<LookedAtEntity, number>;
  /** Records of these kinds are looked at each time. */
  readonly checkedOnRead: ReadonlySet<LookedAtEntity>;
  /** How long a reader waits for it, in milliseconds. Then he gets what is stored, and reads how old it is. */
  readonly waitMs: number;
}

export const neverAsking: CurrencyRules = { refreshAfterMs: new Map(), checkedOnRead: new Set(), waitMs: 0 };

export interface ReadRecord {
  readonly entity: LookedAtEntity;
  readonly productiveId: string;
  /** Null: never, or it is not here. */
  readonly lastSyncedAt: Date | null;
}

export interface Currency {
  /** Whether records of this kind are ever looked at because somebody reads them. */
  watches(entity: LookedAtEntity): boolean;
  /** @returns whether it was looked at, and has to be read again */
  lookedAt(record: ReadRecord): Promise<boolean>;
}

export interface CurrencyOptions {
  readonly rules: CurrencyRules;
  readonly checker: Checker;
  readonly now: () => Date;
}

/** Many readers of one record share one look. */
export function createCurrency({ rules, checker, now }: CurrencyOptions): Currency {
  const underWay = new Map<string, Promise<boolean>>();

  const isDue = ({ entity, lastSyncedAt }: ReadRecord): boolean => {
    if (rules.checkedOnRead.has(entity)) return true;
    const limitMs = rules.refreshAfterMs.get(entity);
    return limitMs !== undefined && now().getTime() - (lastSyncedAt?.getTime() ?? 0) > limitMs;
  };

  const look = (entity: LookedAtEntity, key: string): Promise<boolean> => {
    const name = `${entity}/${key}`;
    const known = underWay.get(name);
    if (known !== undefined) return known;
    // Whatever stands in the way of a look, what is stored can be shown.
    const begun = checker.check({ pair: entity, key }).then(
      ({ kind }) => kind === 'finished',
      () => false,
    );
    underWay.set(name, begun);
    void begun.then(() => underWay.delete(name));
    return begun;
  };

  return {
    watches: (entity) => rules.checkedOnRead.has(entity) || rules.refreshAfterMs.has(entity),
    lookedAt: async (record) => {
      if (!isDue(record)) return false;
      const waited = new AbortController();
      const late = sleep(rules.waitMs, false, { signal: waited.signal }).catch(() => false);
      const looked = await Promise.race([look(record.entity, record.productiveId), late]);
      waited.abort();
      return looked;
    },
  };
}
