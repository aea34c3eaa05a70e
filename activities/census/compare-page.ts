import type { Listing, RemoteRecord } from '../../connectors/connector.ts';
import { comparedAttributes, compareRow, type RowFinding } from '../../engine/compare-row.ts';
import { namingAttribute, type PairDefinition, statusAttributeNames } from '../../engine/pair.ts';
import { replicaIdIn } from '../../engine/status.ts';
import { type Attributes, attributeOf, type Side } from '../../engine/values.ts';
import type { CensusFinding, CensusRun } from '../../store/census-runs.ts';
import type { Hint } from '../../store/record-refs.ts';
import type { CensusCounts } from '../../store/population-tables.ts';
import type { HintTrigger } from '../../store/schema.ts';
import type { ComparedLink } from '../../store/sightings.ts';

export interface Page {
  readonly pair: PairDefinition;
  readonly side: Side;
  readonly run: Pick<CensusRun, 'mode' | 'dryRun'>;
  readonly rows: readonly Pick<RemoteRecord, 'id' | 'version' | 'attributes'>[];
  /** By the record's id. */
  readonly links: ReadonlyMap<string, ComparedLink>;
  readonly showsLess: Listing['showsLess'];
}

export interface PageResult {
  /** To be added to those of before. */
  readonly counts: CensusCounts;
  readonly hints: readonly Hint[];
  readonly findings: readonly CensusFinding[];
  /** Rows that no couple has, among those that are handed over. */
  readonly strangers: readonly Page['rows'][number][];
}

export const triggerOf = ({ mode }: Pick<CensusRun, 'mode'>): HintTrigger =>
  mode === 'backfill' ? 'backfill' : 'census';

/** Compares the rows of one page with their couples. What is worth a look is handed over, or only noted in a dry run. */
export function comparePage(page: Page): PageResult {
  const { pair, side, run, links } = page;
  const compared = page.rows.map((row) => {
    const link = links.get(row.id) ?? null;
    return { row, link, finding: compareRow({ ...page, row, link }) };
  });
  const wanted = compared.filter(({ row, finding }) => isWanted(page, row.attributes, finding));
  const hints = wanted.map(({ row }) => ({ pair: pair.name, side, recordId: row.id, trigger: triggerOf(run) }));
  const findings = wanted.map(({ row, link }) => ({
    side,
    recordId: row.id,
    linkId: link?.id ?? null,
    attributes: shown(page, row.attributes),
  }));
  const counts = countsOf(compared.map(({ finding }) => finding));
  if (run.dryRun) return { counts, hints: [], findings, strangers: [] };
  const strangers = wanted.filter(({ finding }) => finding === 'unlinked').map(({ row }) => row);
  return { counts, hints, findings: [], strangers };
}

/** The attributes that a list must show. A dry run also judges who is whose partner. */
export function wantedAttributes(
  pair: PairDefinition,
  side: Side,
  { dryRun }: Pick<CensusRun, 'dryRun'>,
): readonly string[] {
  const compared = comparedAttributes(pair, side);
  if (!dryRun) return compared;
  const naming = namingAttribute(pair, side);
  const status = side === 'master' ? statusAttributeNames(pair) : [];
  return [...new Set([...compared, ...status, ...(naming === null ? [] : [naming])])];
}

function isWanted({ pair, side, run }: Page, attributes: Attributes, finding: RowFinding): boolean {
  switch (run.mode) {
    case 'census':
    case 'backfill':
      return finding !== 'same';
    case 'couples':
      return finding !== 'same' && finding !== 'unlinked';
    // It finds couples again by what the master remembers, and nothing else.
    case 'rebuild':
      return side === 'master' && finding === 'unlinked' && replicaIdIn(pair, attributes) !== null;
  }
}

const shown = ({ pair, side, run }: Page, attributes: Attributes): Attributes =>
  Object.fromEntries(wantedAttributes(pair, side, run).map((name) => [name, attributeOf(attributes, name)]));

function countsOf(findings: readonly RowFinding[]): CensusCounts {
  const count = (...wanted: readonly RowFinding[]): number => findings.filter((one) => wanted.includes(one)).length;
  return {
    pages: 1,
    seen: findings.length,
    same: count('same'),
    differing: count('differing', 'returned'),
    unlinked: count('unlinked'),
    absent: 0,
  };
}

export const sumOf = (one: CensusCounts, other: Partial<CensusCounts>): CensusCounts => ({
  pages: one.pages + (other.pages ?? 0),
  seen: one.seen + (other.seen ?? 0),
  same: one.same + (other.same ?? 0),
  differing: one.differing + (other.differing ?? 0),
  unlinked: one.unlinked + (other.unlinked ?? 0),
  absent: one.absent + (other.absent ?? 0),
});
