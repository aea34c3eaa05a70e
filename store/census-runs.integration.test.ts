import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { databasesUnderTest } from '../test/support/databases.ts';
import { at, storeOf } from '../test/support/store.ts';
import { type CensusLanding, CensusRunStore, CensusUnderWay } from './census-runs.ts';
import { HintStore } from './hints.ts';
import { hints, links } from './schema.ts';
import { SightingStore } from './sightings.ts';

const pair = 'people';
const wanted = { pair, mode: 'census', dryRun: false, startedBy: 'anna' } as const;
const nothing: CensusLanding = { hints: [], seen: null, findings: [], work: null, changes: {} };
const handedOver = (...ids: readonly string[]) =>
  ids.map((recordId) => ({ pair, side: 'master', recordId, trigger: 'census' }) as const);

describe.each(databasesUnderTest())('runs of a census, on $name', (kind) => {
  const db = storeOf(kind);
  const runs = () => new CensusRunStore(db());

  describe('one walk per pair', () => {
    test('another one of the same pair is refused while it is open, also while it is paused', async () => {
      const run = await runs().begin(wanted, at(0));
      await expect(runs().begin({ ...wanted, mode: 'backfill' }, at(1))).rejects.toThrow(CensusUnderWay);
      await runs().pause(run.id);
      await expect(runs().begin(wanted, at(1))).rejects.toThrow(CensusUnderWay);
      expect(await runs().begin({ ...wanted, pair: 'others' }, at(1))).toMatchObject({ pair: 'others' });
      await runs().cancel(run.id, at(2));
      const next = await runs().begin(wanted, at(3));
      expect(await runs().latest(pair)).toMatchObject({ id: next.id, state: 'running' });
    });

    test('of two that begin at once one begins', async () => {
      const begun = await Promise.allSettled([runs().begin(wanted, at(0)), runs().begin(wanted, at(0))]);
      expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('begun twice under the same id, it is the same run', async () => {
      const id = randomUUID();
      const run = await runs().begin({ ...wanted, id }, at(0));
      expect(await runs().begin({ ...wanted, id }, at(5))).toEqual(run);
    });
  });

  describe('a page', () => {
    test('lands with everything that was found', async () => {
      const run = await runs().begin(wanted, at(0));
      const landing = {
        ...nothing,
        hints: handedOver('m2', 'm1', 'm1'),
        seen: { side: 'master', ids: ['m1', 'm2', 'm3'] },
        changes: { position: 'm3' },
      } as const;
      expect(await runs().land(run, landing, at(1_000))).toBe(true);
      expect(await runs().situation(run.id)).toMatchObject({
        run: { position: 'm3', handedOver: 3, revision: 1 },
        backlog: 2,
        isPairStopped: false,
        nextProbeAt: null,
      });
    });

    test('lands once: a late attempt changes nothing, whatever it has found', async () => {
      const run = await runs().begin(wanted, at(0));
      await runs().land(run, { ...nothing, changes: { position: 'm3' } }, at(1));
      const late = { ...nothing, hints: handedOver('m9'), changes: { position: 'm1' } };
      expect(await runs().land(run, late, at(2))).toBe(false);
      expect(await runs().find(run.id)).toMatchObject({ position: 'm3', handedOver: 0 });
      expect(await db().select().from(hints)).toEqual([]);
    });

    test('of two attempts at once, one lands', async () => {
      const run = await runs().begin(wanted, at(0));
      const landing = { ...nothing, hints: handedOver('m1') };
      const landed = await Promise.all([runs().land(run, landing, at(1)), runs().land(run, landing, at(1))]);
      expect(landed.sort()).toEqual([false, true]);
      expect(await runs().find(run.id)).toMatchObject({ revision: 1, handedOver: 1 });
    });

    test('does not land on a run that somebody has paused, canceled or resumed meanwhile', async () => {
      const run = await runs().begin(wanted, at(0));
      await runs().pause(run.id);
      expect(await runs().land(run, nothing, at(1))).toBe(false);
      await runs().resume(run.id);
      expect(await runs().land(run, nothing, at(1))).toBe(false);
      await runs().cancel(run.id, at(1));
      expect(await runs().land((await runs().find(run.id))!, nothing, at(1))).toBe(false);
    });

    test('is rung for by the sweeper alone, and makes nothing less urgent', async () => {
      const inbox = new HintStore(db());
      const [told, waiting] = handedOver('m1', 'm2');
      await inbox.add([{ ...told!, trigger: 'webhook' }], at(0));
      const run = await runs().begin(wanted, at(0));
      await runs().land(run, { ...nothing, hints: [told!, waiting!] }, at(10));
      const rows = await db().select().from(hints).orderBy(hints.recordId);
      expect(rows.map(({ recordId, trigger, rungAt }) => [recordId, trigger, rungAt])).toEqual([
        ['m1', 'webhook', at(0)],
        ['m2', 'census', null],
      ]);
      expect((await inbox.takeDue(at(20), 10)).map(({ recordId }) => recordId)).toEqual(['m2']);
    });
  });

  describe('which linked records were seen', () => {
    const sightings = () => new SightingStore(db());
    const couples = (count: number) =>
      db()
        .insert(links)
        .values(
          Array.from({ length: count }, (_, index) => ({
            pair,
            masterId: `m${index}`,
            replicaId: `r${index}`,
            state: 'linked' as const,
            syncedAt: at(0),
          })),
        );

    test('those that were not, since a time; what was looked at meanwhile counts as seen', async () => {
      await couples(4);
      await db()
        .insert(links)
        .values({ pair, masterId: 'm9', replicaId: 'r9', state: 'linked', syncedAt: at(60) });
      await sightings().record(pair, 'replica', ['r0'], at(10));
      await sightings().record(pair, 'replica', ['r1', 'r1', 'stranger'], at(50));
      expect(await sightings().coverage(pair, 'replica', at(50))).toEqual({ linked: 4, unseen: 3 });
      expect(await sightings().coverage(pair, 'replica', at(50), ['r2'])).toEqual({ linked: 4, unseen: 2 });
      const page = { afterLinkId: 0, limit: 2 };
      const unseen = await sightings().unseen(pair, 'replica', at(50), page);
      expect(unseen.map(({ recordId }) => recordId)).toEqual(['r0', 'r2']);
      const rest = await sightings().unseen(pair, 'replica', at(50), { ...page, afterLinkId: unseen[1]!.linkId });
      expect(rest.map(({ recordId }) => recordId)).toEqual(['r3']);
    });

    test('the longest unseen first, before them those that nobody has ever seen', async () => {
      await couples(4);
      await sightings().record(pair, 'replica', ['r0'], at(30));
      await sightings().record(pair, 'replica', ['r2'], at(20));
      await sightings().record(pair, 'replica', ['r2'], at(10));
      const oldest = await sightings().oldest(pair, 'replica', 3);
      expect(oldest.map(({ recordId, seenAt }) => [recordId, seenAt])).toEqual([
        ['r1', null],
        ['r3', null],
        ['r2', at(20)],
      ]);
    });

    test('the couples of a page, by the ids of its records', async () => {
      await couples(3);
      const found = await sightings().linksOf(pair, 'master', ['m0', 'm2', 'm7']);
      expect([...found].map(([id, { replicaId }]) => [id, replicaId]).sort()).toEqual([
        ['m0', 'r0'],
        ['m2', 'r2'],
      ]);
      expect(await sightings().linksOf(pair, 'master', [])).toEqual(new Map());
    });
  });
});
