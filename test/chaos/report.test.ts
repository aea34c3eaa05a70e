import { expect, test } from '@jest/globals';
import type { Finding } from './findings.ts';
import { findingLines, reportOf, type Totals } from './report.ts';

const totals: Totals = {
  records: 5_000,
  edits: 15_012,
  syncs: 21_400,
  faults: 4_312,
  kills: 263,
  webhooks: { delivered: 812, failed: 40, givenUp: 3 },
  checks: { asked: 4_012, postponed: 120 },
  asked: new Map([['maybe_created', 12]]),
  givenUp: ['m1: record_failed (EspoCRM)', 'm2: record_failed (EspoCRM)'],
  settledAfterMs: 12_345,
  recheckedAfterQuiet: 1_000,
  peaks: { EspoCRM: 412, Advoware: 230 },
};
const lost = (record: string): Finding => ({
  kind: 'lost',
  record,
  field: 'title',
  what: '"title E2" was overwritten',
});
const harm = new Map([['worker-1', { kill: 12, stop: 4, pause: 6 }]]);

test('the table has every number that a run is judged by, under its heading', () => {
  const [headings, values] = reportOf(totals, [lost('m1'), lost('m2')], harm).split('\n');
  expect(headings).toBe('records  edits   syncs   faults injected  kills  lost  duplicated  stuck  writes after quiet');
  expect(values).toBe('5,000    15,012  21,400  4,312            263    2     0           0      0');
});

test('what a person had to do, and who was harmed how often, stands below', () => {
  const text = reportOf(totals, [], harm);
  expect(text).toMatch(/^asked +12 maybe_created$/m);
  expect(text).toMatch(/^given up +2 \(2 × record_failed \(EspoCRM\)\)$/m);
  expect(text).toMatch(/^settled after calm +12\.3 s$/m);
  expect(text).toMatch(/^worker-1 +12 +4 +6$/m);
});

test('each finding is one line with record, field and what happened; of many only the first are shown', () => {
  expect(findingLines([lost('m1'), lost('m2'), lost('m3')], 2)).toEqual([
    'lost: I3 an edit is nowhere any more',
    '  lost: m1 title: "title E2" was overwritten',
    '  lost: m2 title: "title E2" was overwritten',
    '  … and 1 more',
  ]);
});
