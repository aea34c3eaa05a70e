import { describe, expect, test } from '@jest/globals';
import { databasesUnderTest } from '../test/support/databases.ts';
import { deliveriesOn, news, storedNotifications } from '../test/support/notifying.ts';
import { at, storeOf } from '../test/support/store.ts';
import { NotificationStore, type TakeRules } from './notifications.ts';
import { PassStore } from './passes.ts';
import { HintStore } from './hints.ts';
import { links } from './schema.ts';

const single: TakeRules = { channel: 'note', leaseMs: 1_000, repeatsInterrupted: false, gathering: null };
const gathering: TakeRules = {
  channel: 'webhook',
  leaseMs: 1_000,
  repeatsInterrupted: true,
  gathering: { most: 3, withinMs: 60_000 },
};

describe.each(databasesUnderTest())('the outbox, on $name', (kind) => {
  const db = storeOf(kind);
  const store = () => new NotificationStore(db());
  const link = async (ids: { masterId?: string; replicaId?: string }): Promise<number> => {
    const [row] = await db()
      .insert(links)
      .values({ pair: 'beteiligte', ...ids })
      .returning();
    return row!.id;
  };
  const takeAll = async (rules: TakeRules, ms: number) => {
    const taken = [];
    for (let one = await store().take(rules, at(ms)); one !== null; one = await store().take(rules, at(ms)))
      taken.push(one);
    return taken;
  };

  test('the same failure of one record is stored once until it is resolved; other reasons and records are news', async () => {
    const [one, other] = [await link({ masterId: 'm1' }), await link({ masterId: 'm2' })];
    const stored = [];
    for (const parts of [
      { linkId: one },
      { linkId: one },
      { linkId: one, field: 'titel' },
      { linkId: one, system: 'EspoCRM' },
      { linkId: other },
      { linkId: null },
      { linkId: null },
    ])
      stored.push(await store().add(news(parts), at(0)));
    expect(stored).toEqual([true, false, true, true, true, true, true]);
  });

  test('a pass that ends clean makes the next failure news; what was not delivered yet still is', async () => {
    const passes = new PassStore(db());
    const failure = { code: 'rejected', system: 'EspoCRM', message: 'no', at: at(0).toISOString(), seen: {} } as const;
    const end = { rows: [], conflicts: null, noted: [], hints: { kind: 'done' } } as const;
    const pass = async (token: string, changes: { failure: typeof failure | null }, isNews: boolean) => {
      await new HintStore(db()).add([{ pair: 'beteiligte', side: 'master', recordId: 'm1', trigger: 'person' }], at(0));
      const rules = { definition: {}, loopWindowMs: 1 };
      const start = await passes.begin(
        { pair: 'beteiligte', key: 'm1' },
        { owner: 'm1', token, leaseMs: 1, isOurs: () => true },
        rules,
        () => at(0),
      );
      if (start.kind !== 'begun') throw new Error(start.kind);
      const notification = isNews ? news({ linkId: start.link.id }) : null;
      await passes.finish(start.link, token, { ...end, changes, noted: start.hints, notification }, at(0));
    };
    await pass('1', { failure }, true);
    await pass('2', { failure }, true);
    expect(await storedNotifications(db())).toHaveLength(1);
    await pass('3', { failure: null }, false);
    await pass('4', { failure }, true);
    expect(await storedNotifications(db())).toHaveLength(2);
    expect(await takeAll(single, 0)).toHaveLength(2);
  });

  test('a record that was known by its partner only is named by its master once the two are one', async () => {
    const linkId = await link({ replicaId: 'r1' });
    await store().add(news({ linkId }), at(0));
    expect(await store().take(single, at(0))).toMatchObject({ record: { key: 'replica:r1', masterId: null } });
    await new HintStore(db()).add([{ pair: 'beteiligte', side: 'master', recordId: 'm1', trigger: 'person' }], at(0));
    const passes = new PassStore(db());
    const rules = { definition: {}, loopWindowMs: 1 };
    const start = await passes.begin(
      { pair: 'beteiligte', key: 'm1' },
      { owner: 'm', token: 't', leaseMs: 1, isOurs: () => true },
      rules,
      () => at(0),
    );
    if (start.kind !== 'begun') throw new Error(start.kind);
    await passes.settle(start.link, 't', [], { replicaId: 'r1' }, at(0));
    expect(await store().take({ ...single, channel: 'webhook' }, at(0))).toMatchObject({
      record: { key: 'm1', masterId: 'm1' },
    });
  });

  test('however many take at the same time, each delivery is taken once', async () => {
    for (let n = 0; n < 12; n += 1) await store().add(news({ code: `code ${n}` }), at(n));
    const taken = (await Promise.all([1, 2, 3, 4].map(() => takeAll(single, 100)))).flat();
    expect(taken.map(({ code }) => code).sort()).toEqual([...new Set(taken.map(({ code }) => code))].sort());
    expect(taken).toHaveLength(12);
  });

  test('of many alike, however many take at the same time, only so many go out one by one, and one for the rest', async () => {
    for (let n = 0; n < 10; n += 1) await store().add(news(), at(n));
    await store().add(news({ pair: null, kind: 'circuit_opened', code: 'unavailable' }), at(11));
    const first = (await Promise.all([1, 2, 3, 4].map(() => takeAll(gathering, 100)))).flat();
    expect(first.map(({ kind: of, standsFor }) => [of, standsFor])).toEqual(
      expect.arrayContaining([...Array.from({ length: 3 }, () => ['permanently_failed', 1]), ['circuit_opened', 1]]),
    );
    expect(first).toHaveLength(4);
    for (const one of first) await store().settle(one, { kind: 'sent' }, at(200));
    const later = (await Promise.all([1, 2].map(() => takeAll(gathering, 60_200)))).flat();
    expect(later).toMatchObject([{ standsFor: 7 }]);
    for (const one of later) await store().settle(one, { kind: 'sent' }, at(60_300));
    expect(await takeAll(gathering, 200_000)).toEqual([]);
    const states = (await deliveriesOn(db(), 'webhook')).map(({ state }) => state).sort();
    expect(states).toEqual([...Array<string>(5).fill('sent'), ...Array<string>(6).fill('summarized')]);
  });

  test('who took it last says what became of it', async () => {
    await store().add(news(), at(0));
    const late = await store().take(gathering, at(0));
    expect(await store().take(gathering, at(999))).toBeNull();
    const next = await store().take(gathering, at(1_000));
    expect(next).toMatchObject({ id: late?.id, attempt: 2 });
    await store().settle(late!, { kind: 'again', at: at(5_000), error: 'late' }, at(1_100));
    expect(await deliveriesOn(db(), 'webhook')).toMatchObject([{ state: 'sending', lastError: null }]);
    await store().settle(next!, { kind: 'sent' }, at(1_200));
    expect(await deliveriesOn(db(), 'webhook')).toMatchObject([{ state: 'sent', sentAt: at(1_200), attempts: 2 }]);
  });
});
