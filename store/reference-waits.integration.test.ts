import { describe, expect, test } from '@jest/globals';
import { databasesUnderTest } from '../test/support/databases.ts';
import { at, storeOf } from '../test/support/store.ts';
import { HintStore } from './hints.ts';
import type { LinkChanges } from './link-rows.ts';
import { LinkStore } from './links.ts';
import { type PassEnd, PassStore } from './passes.ts';
import type { WaitedFor } from './reference-waits.ts';
import { hints, type HintTrigger, links, referenceWaits } from './schema.ts';

const rules = { definition: {}, loopWindowMs: 3_600_000 };
const project: WaitedFor = { pair: 'projects', side: 'master', recordId: 'p1', why: 'unlinked' };

describe.each(databasesUnderTest())('what waits for other records on $name', (kind) => {
  const db = storeOf(kind);
  const waiting = () => db().select().from(referenceWaits).orderBy(referenceWaits.linkId);
  const inbox = async () =>
    (await db().select().from(hints).orderBy(hints.pair, hints.recordId)).map(
      ({ pair, side, recordId, trigger }) => `${pair} ${side} ${recordId} ${trigger}`,
    );

  /** A look at a record that comes to this. */
  async function look(
    { pair, recordId }: { readonly pair: string; readonly recordId: string },
    changes: LinkChanges,
    end: Partial<PassEnd> = {},
    { trigger = 'webhook', passes = new PassStore(db()) }: { trigger?: HintTrigger; passes?: PassStore } = {},
  ): Promise<void> {
    await new HintStore(db()).add([{ pair, side: 'master', recordId, trigger }], at(0));
    const owner = { owner: `sync/${pair}/${recordId}`, token: recordId, leaseMs: 60_000, isOurs: () => true };
    const begun = await passes.begin({ pair, key: recordId }, owner, rules, () => at(0));
    if (begun.kind !== 'begun') throw new Error(`The pass did not begin: ${begun.kind}`);
    const noted = begun.hints;
    const done = { rows: [], conflicts: null, noted, hints: { kind: 'done' }, changes } as const;
    await passes.finish(begun.link, recordId, { ...done, ...end }, at(0));
  }
  const wait = (recordId: string, targets: readonly WaitedFor[] = [project], trigger: HintTrigger = 'webhook') =>
    look({ pair: 'tasks', recordId }, {}, { waitsFor: targets }, { trigger });
  const link = (recordId: string, changes: LinkChanges = {}) =>
    look({ pair: 'projects', recordId }, { replicaId: `r-${recordId}`, state: 'linked', ...changes });

  test('is looked at again as soon as that is a couple, and waits no longer', async () => {
    await wait('t1');
    await wait('t2');
    await wait('t3', [{ ...project, recordId: 'p2' }]);
    await db().delete(hints);
    await link('p1');
    expect(await inbox()).toEqual(['tasks master t1 retry', 'tasks master t2 retry']);
    expect((await waiting()).map(({ recordId }) => recordId)).toEqual(['p2']);
  });

  test('is told by whatever side the record is known by', async () => {
    await wait('t1', [{ ...project, side: 'replica', recordId: 'r-p1' }]);
    await db().delete(hints);
    await link('p1');
    expect(await inbox()).toEqual(['tasks master t1 retry']);
  });

  test('has a record that nobody knows looked at, no more urgently than what asked for it', async () => {
    await wait('t1');
    expect(await inbox()).toEqual(['projects master p1 retry']);
    await db().delete(hints);
    await wait('t2', [{ ...project, recordId: 'p2' }], 'backfill');
    expect(await inbox()).toEqual(['projects master p2 backfill']);
  });

  test('leaves a record alone that is known and has no partner so far', async () => {
    await db().insert(links).values({ pair: 'projects', masterId: 'p1' });
    await wait('t1');
    expect(await inbox()).toEqual([]);
  });

  test('is looked at at once if that has become a couple meanwhile', async () => {
    await link('p1');
    await wait('t1');
    expect(await inbox()).toEqual(['tasks master t1 retry']);
  });

  test('is told when a parted couple is together again, and not while it is parted', async () => {
    await link('p1', { state: 'unlinked', gone: 'replica' });
    await wait('t1', [{ ...project, why: 'parted' }]);
    expect(await inbox()).toEqual([]);
    await link('p1');
    expect(await inbox()).toEqual(['tasks master t1 retry']);
  });

  test('is told when that is deleted, whether it had a partner or not, and once', async () => {
    await wait('t1');
    await wait('t2', [{ ...project, recordId: 'p2' }]);
    await link('p2');
    await wait('t2', [{ ...project, recordId: 'p2' }]);
    await db().delete(hints);
    await look({ pair: 'projects', recordId: 'p1' }, { state: 'deleted', gone: 'both' });
    await link('p2', { state: 'unlinked', gone: 'replica' });
    expect(await inbox()).toEqual(['tasks master t1 retry', 'tasks master t2 retry']);
    await db().delete(hints);
    await wait('t1', [{ ...project, why: 'parted' }]);
    await look({ pair: 'projects', recordId: 'p1' }, { state: 'deleted', gone: 'both' });
    expect(await inbox()).toEqual([]);
  });

  test('is looked at at once if that was deleted meanwhile', async () => {
    await link('p1', { state: 'unlinked', gone: 'replica' });
    await wait('t1');
    expect(await inbox()).toEqual(['tasks master t1 retry']);
  });

  test('is told when the record has another partner', async () => {
    await link('p1');
    await wait('t1', [{ ...project, side: 'replica', recordId: 'r-new' }]);
    await db().delete(hints);
    await link('p1', { replicaId: 'r-new' });
    expect(await inbox()).toEqual(['tasks master t1 retry']);
  });

  test('is not told twice: a couple that stays one rings nobody', async () => {
    await link('p1');
    await db().insert(links).values({ pair: 'tasks', masterId: 't1' });
    const [task] = (await db().select().from(links)).filter(({ pair }) => pair === 'tasks');
    await db()
      .insert(referenceWaits)
      .values({ linkId: task?.id ?? 0, pair: 'projects', side: 'master', recordId: 'p1' });
    await link('p1');
    expect(await inbox()).toEqual([]);
  });

  test('waits only for what its last look said', async () => {
    await wait('t1', [project, { ...project, recordId: 'p2' }]);
    await wait('t1', [{ ...project, recordId: 'p2' }]);
    expect((await waiting()).map(({ recordId }) => recordId)).toEqual(['p2']);
    await wait('t1', []);
    expect(await waiting()).toEqual([]);
  });

  test('nobody is asked about pairs that no other points to', async () => {
    await wait('t1');
    await db().delete(hints);
    const unreferenced = { passes: new PassStore(db(), () => false) };
    await look({ pair: 'projects', recordId: 'p1' }, { replicaId: 'r1', state: 'linked' }, {}, unreferenced);
    expect(await inbox()).toEqual([]);
  });

  test('whoever begins to wait while the couple is being made is not forgotten', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
    await Promise.all(names.flatMap((name) => [wait(`t-${name}`, [{ ...project, recordId: name }]), link(name)]));
    const rung = (await inbox()).filter((row) => row.startsWith('tasks '));
    expect(rung.sort()).toEqual(names.map((name) => `tasks master t-${name} retry`).sort());
  });

  test('couples are found by the records of either side, and by their number', async () => {
    await link('p1');
    await link('p2', { state: 'deleted' });
    await db().insert(links).values({ pair: 'projects', masterId: 'p3' });
    await db().insert(links).values({ pair: 'projects', masterId: 'p5', state: 'deleted', gone: 'both' });
    const store = new LinkStore(db());
    const ids = ['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => ({ pair: 'projects', id }));
    const found = [...(await store.couplesOf('master', ids))].sort((one, other) => one.id - other.id);
    expect(found).toMatchObject([
      { pair: 'projects', masterId: 'p1', replicaId: 'r-p1', isParted: false },
      { pair: 'projects', masterId: 'p2', replicaId: 'r-p2', isParted: true },
      { pair: 'projects', masterId: 'p5', replicaId: null, isParted: true },
    ]);
    expect(await store.couplesOf('replica', [{ pair: 'projects', id: 'r-p1' }])).toEqual([found[0]]);
    expect(await store.couplesOf('replica', [{ pair: 'tasks', id: 'r-p1' }])).toEqual([]);
    expect(await store.couples([found[1]?.id ?? 0, 4_711])).toEqual([found[1]]);
  });
});
