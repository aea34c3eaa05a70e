import type { CensusReportView } from '../../api/ops/census-report-shape.ts';
import type { CensusRunView } from '../../api/ops/census-shape.ts';
import { tableOf } from '../table.ts';
import type { Systems } from './walk-in-words.ts';

type Sampled = CensusReportView['agreed'];
type Row = readonly [what: string, count: number, samples: string];

/** A dry run's report as tables, with what to do next. */
export function reportInWords({ pair, mode, report }: CensusRunView, systems: Systems): string {
  if (report === null) return 'There is no report: the walk did not come to its end.';
  const rows = rowsOf(report, systems).filter(([, count]) => count > 0);
  const would =
    rows.length === 0
      ? 'Everything is as agreed: nothing would be done.'
      : tableOf(
          ['what would happen', 'records', 'for instance'],
          rows.map(([what, count, samples]) => [what, String(count), samples]),
        );
  const fields = fieldRows(report);
  return [
    would,
    ...(fields.length === 0
      ? []
      : [tableOf(['field', `values to ${systems.master}`, `values to ${systems.replica}`, 'left open'], fields)]),
    ...(report.notKnown.length === 0 ? [] : [['Not known:', ...report.notKnown.map((line) => `  ${line}`)].join('\n')]),
    ...(rows.length === 0 ? [] : [nextInWords(pair, mode, report)]),
  ].join('\n\n');
}

/** Whether a walk would do anything, or leave anything to people. */
export const wouldDoAnything = (report: CensusReportView): boolean =>
  rowsOf(report, { master: '', replica: '' }).some(([what, count]) => count > 0 && what !== agreedWords);

const agreedWords = 'looked at, nothing to write';

function rowsOf(report: CensusReportView, systems: Systems): readonly Row[] {
  const { link, ambiguous, update, firstSync, asks } = report;
  const links = link.samples.map(({ masterId, replicaId, by }) => `${masterId} = ${replicaId} (${by})`);
  const alike = ambiguous.samples.map(
    ({ record, candidates, by }) => `${record} ~ ${candidates.join('/')} (${by.join('/')})`,
  );
  return [
    [`linked (${link.byNumber} by the number)`, link.count, listed(links)],
    rowOf('of them with values to write', firstSync.couples),
    rowOf('of them with fields for a person', firstSync.conflicts),
    ['asked about: they look like others', ambiguous.count, listed(alike)],
    ...perSide('created in', report.create, systems),
    rowOf('linked already, values to write', update.couples),
    rowOf('linked already, fields for a person', update.conflicts),
    ...Object.entries(asks).map(([code, sample]) => rowOf(`asked about: ${code}`, sample)),
    ...perSide('came back in', report.returned, systems),
    ...perSide('linked, but not shown by', report.absent, systems),
    ...perSide('deleted or archived, once that is proven, in', report.remove, systems),
    ...perSide('left alone by a rebuild in', report.leftAlone, systems),
    rowOf(agreedWords, report.agreed),
  ];
}

const perSide = (words: string, of: CensusReportView['create'], systems: Systems): readonly Row[] =>
  (['master', 'replica'] as const).map((side) => rowOf(`${words} ${systems[side]}`, of[side]));

const rowOf = (what: string, { count, samples }: Sampled): Row => [what, count, listed(samples)];

const samplesShown = 3;
const listed = (samples: readonly string[]): string => samples.slice(0, samplesShown).join(', ');

function fieldRows({ update, firstSync }: CensusReportView): readonly (readonly string[])[] {
  const both = [update, firstSync];
  const names = new Set(both.flatMap(({ fields, openFields }) => [...Object.keys(fields), ...Object.keys(openFields)]));
  const sum = (of: (changes: (typeof both)[number]) => number | undefined): string =>
    String(both.reduce((total, changes) => total + (of(changes) ?? 0), 0));
  return [...names]
    .sort()
    .map((name) => [
      name,
      sum(({ fields }) => fields[name]?.master),
      sum(({ fields }) => fields[name]?.replica),
      sum(({ openFields }) => openFields[name]),
    ]);
}

function nextInWords(pair: string, mode: CensusRunView['mode'], { ambiguous, asks, absent }: CensusReportView): string {
  const command =
    mode === 'backfill' ? `tandem backfill ${pair}` : `tandem census ${pair}${mode === 'rebuild' ? ' --rebuild' : ''}`;
  const asked = ambiguous.count + Object.values(asks).reduce((sum, { count }) => sum + count, 0);
  const missing = absent.master.count + absent.replica.count;
  return [
    'What next:',
    `  \`${command}\` carries this out; every record is read again before anything is written to it.`,
    `  \`tandem plan ${pair} <id>\` shows with values what would become of one record.`,
    ...(asked === 0 ? [] : [`  Records that are asked about wait for a person then: \`tandem questions ${pair}\`.`]),
    ...(missing === 0 ? [] : ["  Many records that are not shown: check first what the API user's role may read."]),
  ].join('\n');
}
