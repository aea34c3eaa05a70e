import { describe, expect, test } from '@jest/globals';
import { agreedOn } from '../test/support/planning.ts';
import { asReplica, people } from '../test/support/people.ts';
import { type CensusReport, CensusReportBuilder, type LinkInReport, type ReportOptions } from './census-report.ts';
import type { LoneOutcome } from './match-population.ts';
import type { Attributes } from './values.ts';

const base = agreedOn({ surname: 'Meier', city: 'Celle', vow: 'never' });
const linked = (more: Partial<LinkInReport> = {}): LinkInReport => ({
  ...{ masterId: 'm1', replicaId: 'r1', state: 'linked', gone: null, formerReplicaIds: [] },
  ...{ baseMaster: base.master, baseReplica: base.replica, versionMaster: '1', versionReplica: '1' },
  ...more,
});
const master = (values: Attributes): Attributes => ({ ...base.master, number: 'r1', ...values });
const replica = (values: Attributes): Attributes => ({ ...base.replica, ...asReplica(values) });

const reportOf = (
  build: (builder: CensusReportBuilder) => void,
  options: Partial<ReportOptions> = {},
): CensusReport => {
  const builder = new CensusReportBuilder({
    ...{ pair: people, mode: 'census', notKnown: [], showsLess: () => false },
    ...options,
  });
  build(builder);
  return builder.report();
};
const one = (sample: string) => ({ count: 1, samples: [sample] });
const none = { count: 0, samples: [] };

describe('couples of before', () => {
  test('that differ are counted by field and by the side that gets the value; no value is told', () => {
    const report = reportOf((builder) => {
      builder.addCouple(linked(), { master: master({ city: 'Bremen' }) });
      builder.addCouple(linked({ masterId: 'm2' }), { replica: replica({ city: 'Trier', tags: 'new' }) });
    });
    expect(report.update).toEqual({
      couples: { count: 2, samples: ['m1', 'm2'] },
      fields: { city: { master: 1, replica: 1 }, tags: { master: 1, replica: 0 } },
      conflicts: none,
      openFields: {},
    });
    expect(JSON.stringify(report)).not.toMatch(/Bremen|Trier|Celle/);
  });

  test('with a field that both sides changed and that a person decides are conflicts', () => {
    const report = reportOf((builder) => {
      builder.addCouple(linked(), { master: master({ vow: 'soon' }), replica: replica({ vow: 'later' }) });
    });
    expect(report.update).toMatchObject({ couples: none, conflicts: one('m1'), openFields: { vow: 1 } });
  });

  test('whose number was changed by hand are asked about', () => {
    const shown = { master: master({ number: 'r7', city: 'Bremen' }) };
    const report = reportOf((builder) => {
      builder.addCouple(linked(), shown);
      builder.addCouple(linked({ masterId: 'm2', formerReplicaIds: ['r7'] }), shown);
    });
    expect([report.asks, report.update.couples]).toEqual([{ number_changed: one('m1') }, one('m2')]);
  });

  test('that show what was agreed after all have nothing to be written', () => {
    const report = reportOf((builder) => {
      builder.addCouple(linked(), { master: master({ city: ' Celle ' }) });
    });
    expect([report.agreed, report.update.couples]).toEqual([one('m1'), none]);
  });

  test('keep what a list leaves out or cuts', () => {
    const shown = { master: master({ city: null }) };
    const report = reportOf(
      (builder) => {
        builder.addCouple(linked(), shown);
      },
      {
        showsLess: (side, attribute) => side === 'master' && attribute === 'city',
      },
    );
    expect(report.agreed).toEqual(one('m1'));
  });

  test('of which one side is not shown are absent, with what would follow if it is gone', () => {
    const report = reportOf((builder) => {
      builder.addCouple(linked(), { master: null });
      builder.addCouple(linked({ masterId: 'm2' }), { replica: null, master: master({ city: 'Bremen' }) });
      builder.addCouple(linked({ masterId: 'm3' }), { master: null, replica: null });
    });
    expect(report.absent).toEqual({
      master: { count: 2, samples: ['m1', 'm3'] },
      replica: { count: 2, samples: ['replica:r1', 'replica:r1'] },
    });
    expect(report.remove).toEqual({ master: none, replica: one('replica:r1') });
    expect(report.create.replica).toEqual(one('m2'));
  });

  test('that were parted are told as returned when the lost record is there again', () => {
    const report = reportOf((builder) => {
      builder.addCouple(linked({ state: 'unlinked', gone: 'master' }), { master: master({}) });
      builder.addCouple(linked({ state: 'deleted', gone: 'both' }), { replica: replica({}) });
    });
    expect(report.returned).toEqual({ master: one('m1'), replica: one('replica:r1') });
    expect([report.update.couples, report.asks]).toEqual([none, {}]);
  });
});

const alone = (side: 'master' | 'replica', id: string): LoneOutcome => ({ kind: 'alone', side, id });
const link = (by: string): LoneOutcome => ({ kind: 'link', masterId: 'm1', replicaId: 'r1', by });
const named: LoneOutcome = { kind: 'named', masterId: 'm1', replicaId: '99' };
const alike: LoneOutcome = { kind: 'ambiguous', side: 'replica', id: 'r1', candidates: ['m1'], by: ['account'] };

describe('records without a partner', () => {
  test('would be created on the other side, if the pair allows it', () => {
    const build = (builder: CensusReportBuilder): void => {
      builder.addLone(alone('master', 'm1'));
      builder.addLone(alone('replica', 'r1'));
    };
    expect(reportOf(build).create).toEqual({ replica: one('m1'), master: one('replica:r1') });
    const oneWay = reportOf(build, { pair: { ...people, createOn: ['replica'] } });
    expect([oneWay.create.master, oneWay.asks]).toEqual([none, { may_not_create: one('replica:r1') }]);
  });

  test('are listed with who looks like them, and by which keys', () => {
    const report = reportOf((builder) => {
      builder.addLone(alike);
    });
    expect(report.ambiguous).toEqual({
      count: 1,
      samples: [{ record: 'replica:r1', candidates: ['m1'], by: ['account'] }],
    });
  });

  test('with a number that belongs to somebody, to nobody, or can not be checked', () => {
    expect(
      reportOf((builder) => {
        builder.addLone(named, 'taken');
      }).asks,
    ).toEqual({ number_taken: one('m1') });
    expect(
      reportOf((builder) => {
        builder.addLone(named, 'unknown');
      }).asks,
    ).toEqual({ number_unknown: one('m1') });
    const samples = [{ masterId: 'm1', replicaId: '99', by: 'number' }];
    expect(
      reportOf((builder) => {
        builder.addLone(named, 'not_checked');
      }).link,
    ).toEqual({
      count: 1,
      byNumber: 1,
      samples,
    });
  });

  test('that would be linked are merged as strangers are', () => {
    const report = reportOf((builder) => {
      builder.addLone(link('account'));
      builder.addMeeting('m1', { surname: 'Meier', city: null }, asReplica({ surname: 'Meyer', city: 'Trier' }));
    });
    expect(report.link.samples).toEqual([{ masterId: 'm1', replicaId: 'r1', by: 'account' }]);
    expect(report.firstSync).toMatchObject({
      couples: one('m1'),
      fields: { surname: { master: 0, replica: 1 }, city: { master: 1, replica: 0 } },
    });
  });

  test('are left alone, all of them, where only couples are looked at', () => {
    const report = reportOf(
      (builder) => {
        builder.addLone(alone('master', 'm2'));
        builder.addLone(link('number'));
      },
      { mode: 'couples' },
    );
    expect(report).toMatchObject({
      link: { count: 0 },
      create: { master: none, replica: none },
      leftAlone: { master: { count: 2 } },
    });
  });

  test('are left alone by a rebuild, unless the master names the number', () => {
    const report = reportOf(
      (builder) => {
        builder.addLone(alone('master', 'm2'));
        builder.addLone(alone('replica', 'r2'));
        builder.addLone(link('account'));
        builder.addLone(alike);
        builder.addLone(link('number'));
      },
      { mode: 'rebuild' },
    );
    expect(report).toMatchObject({
      link: { count: 1, byNumber: 1 },
      ambiguous: { count: 0 },
      create: { master: none, replica: none },
      leftAlone: {
        master: { count: 2, samples: ['m2', 'm1'] },
        replica: { count: 2, samples: ['replica:r2', 'replica:r1'] },
      },
    });
  });
});

test('the report of a large pair is as small as that of a small one', () => {
  const report = reportOf((builder) => {
    for (let number = 0; number < 10_000; number += 1) {
      builder.addLone(alone('master', `m${number}`));
      builder.addLone({
        ...alike,
        id: `r${number}`,
        candidates: Array.from({ length: 100 }, (_, at) => `m${at}`),
      });
      builder.addCouple(linked({ masterId: `c${number}` }), { master: master({ city: 'Bremen' }) });
    }
  });
  expect(report).toMatchObject({ create: { replica: { count: 10_000 } }, update: { couples: { count: 10_000 } } });
  expect(JSON.stringify(report).length).toBeLessThan(3_000);
});
