import { tableOf } from '../../cli/table.ts';
import { type Finding, findingKinds, type FindingKind } from './findings.ts';
import type { HarmCounts } from './harm.ts';

/** What a run came to, in numbers. */
export interface Totals {
  readonly records: number;
  readonly edits: number;
  readonly syncs: number;
  readonly faults: number;
  readonly kills: number;
  readonly webhooks: { readonly delivered: number; readonly failed: number; readonly givenUp: number };
  readonly checks: { readonly asked: number; readonly postponed: number };
  readonly asked: ReadonlyMap<string, number>;
  readonly givenUp: readonly string[];
  /** From the end of all faults until nothing moved any more; null: it did not come to that in time. */
  readonly settledAfterMs: number | null;
  readonly recheckedAfterQuiet: number;
  /** The most requests per system within ten seconds. */
  readonly peaks: Readonly<Record<string, number>>;
}

const inMainTable: readonly FindingKind[] = ['lost', 'duplicated', 'stuck', 'written after quiet'];

/** The numbers that a run is judged by, what was found beside them, and who was harmed how often. */
export function reportOf(totals: Totals, findings: readonly Finding[], harm: HarmCounts): string {
  return [mainTable(totals, findings), sideTable(totals, findings), harmTable(harm)].join('\n\n');
}

const numberOf = (findings: readonly Finding[], kind: FindingKind): number =>
  findings.filter((finding) => finding.kind === kind).length;

function mainTable({ records, edits, syncs, faults, kills }: Totals, findings: readonly Finding[]): string {
  const counted = Object.entries({ records, edits, syncs, 'faults injected': faults, kills });
  const judged = inMainTable.map(
    (kind) => [kind === 'written after quiet' ? 'writes after quiet' : kind, numberOf(findings, kind)] as const,
  );
  const columns = [...counted, ...judged];
  return tableOf(
    columns.map(([name]) => name),
    [columns.map(([, value]) => value.toLocaleString('en'))],
  );
}

function sideTable(totals: Totals, findings: readonly Finding[]): string {
  const { webhooks, checks, asked, givenUp, settledAfterMs, recheckedAfterQuiet, peaks } = totals;
  const others = (Object.keys(findingKinds) as FindingKind[]).filter((kind) => !inMainTable.includes(kind));
  const questions = [...asked].map(([code, count]) => `${count} ${code}`).join(', ');
  const rows: [string, string][] = [
    ['webhook requests', `${webhooks.delivered} taken, ${webhooks.failed} failed, ${webhooks.givenUp} events given up`],
    ['checks by hand', `${checks.asked}, of which ${checks.postponed} had to be repeated because the API was away`],
    ['asked', questions === '' ? '0' : questions],
    ['given up', givenUp.length === 0 ? '0' : `${givenUp.length} (${reasonsOf(givenUp)})`],
    ['settled after calm', settledAfterMs === null ? 'not in time' : `${(settledAfterMs / 1_000).toFixed(1)} s`],
    ['checked again after quiet', String(recheckedAfterQuiet)],
    [
      'most requests in 10 s',
      Object.entries(peaks)
        .map(([system, peak]) => `${system} ${peak}`)
        .join(', '),
    ],
    ...others.map((kind): [string, string] => [kind, String(numberOf(findings, kind))]),
  ];
  return tableOf(['beside that', ''], rows);
}

/** By the reason alone, without the record. */
function reasonsOf(givenUp: readonly string[]): string {
  const reasons = Map.groupBy(givenUp, (text) => text.slice(text.indexOf(': ') + 2));
  return [...reasons].map(([reason, all]) => `${all.length} × ${reason}`).join(', ');
}

const harmTable = (harm: HarmCounts): string =>
  tableOf(
    ['component', 'killed', 'stopped', 'paused'],
    [...harm].map(([name, { kill, stop, pause }]) => [name, String(kill), String(stop), String(pause)]),
  );

const isNamed = (part: string | null | undefined): boolean => part !== null && part !== undefined;

/** One line per finding, the first ones of each kind. */
export function findingLines(findings: readonly Finding[], mostPerKind = 25): readonly string[] {
  const kinds = Map.groupBy(findings, ({ kind }) => kind);
  return [...kinds].flatMap(([kind, all]) => {
    const shown = all
      .slice(0, mostPerKind)
      .map(({ pair, record, field, what }) => `${kind}: ${[pair, record, field].filter(isNamed).join(' ')}: ${what}`);
    const rest = all.length - shown.length;
    return [
      `${kind}: ${findingKinds[kind]}`,
      ...shown.map((line) => `  ${line}`),
      ...(rest > 0 ? [`  … and ${rest} more`] : []),
    ];
  });
}
