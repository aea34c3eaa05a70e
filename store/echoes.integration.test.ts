import { describe, expect, test } from '@jest/globals';
import { databasesUnderTest } from '../test/support/databases.ts';
import { at, storeOf } from '../test/support/store.ts';
import { EchoStore } from './echoes.ts';
import { HintStore } from './hints.ts';
import { PassStore } from './passes.ts';
import { links } from './schema.ts';

const pair = 'tasks';
const echo = { pair, recordId: 'm1', version: 'v1' };

describe.each(databasesUnderTest())('echoes on $name', (kind) => {
  const db = storeOf(kind);
  const expected = () =>
    db()
      .insert(links)
      .values({ pair, masterId: 'm1', echoDue: 'v1', syncedAt: at(0) });
  const take = (ms: number, more: Partial<typeof echo> = {}) => new EchoStore(db()).take({ ...echo, ...more }, at(ms));

  test('are taken once, also where two come at the same moment', async () => {
    await expected();
    expect((await Promise.all([take(1), take(1)])).toSorted()).toEqual([false, true]);
    expect(await take(2)).toBe(false);
  });

  test('are due for a minute, for their record and version only', async () => {
    await expected();
    expect(await take(1, { version: 'v2' })).toBe(false);
    expect(await take(1, { recordId: 'm2' })).toBe(false);
    expect(await take(1, { pair: 'comments' })).toBe(false);
    expect(await take(60_001)).toBe(false);
    expect(await take(60_000)).toBe(true);
  });

  test('are due no more once a look has begun: they must not stand for what happens after it', async () => {
    await expected();
    await new HintStore(db()).add([{ pair, side: 'master', recordId: 'm1', trigger: 'webhook' }], at(0));
    const owner = { owner: 'sync/tasks/m1', token: 'first', leaseMs: 60_000, isOurs: () => true };
    const begun = await new PassStore(db()).begin({ pair, key: 'm1' }, owner, { definition: {}, loopWindowMs: 1 }, () =>
      at(0),
    );
    expect(begun.kind).toBe('begun');
    expect(await take(1)).toBe(false);
  });
});
