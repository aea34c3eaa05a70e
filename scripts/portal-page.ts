import { importOrder } from '../engine/import-order.ts';
import type { PairDefinition } from '../engine/pair.ts';
import { type Side, sides } from '../engine/values.ts';
import { table } from './markdown.ts';
import { fieldTable } from './pair-page.ts';
import { portalIntroduction, portalReasons } from './portal-prose.ts';

/** The page of all pairs of Productive and the portal: their fields from the definitions, the reasons by hand. */
export function portalPage(pairs: readonly PairDefinition[]): string {
  const { later } = importOrder(pairs);
  return `# The portal: Productive ↔ the portal's own tables

<!-- Written by scripts/write-docs.ts from mappers/portal/ and scripts/portal-prose.ts. Change those, then run \`npm run docs\`. -->

${portalIntroduction}

## The pairs, in the order of a first import

${overview(pairs)}

Filled in afterwards, since their targets come later or are of the same pair: ${later.map(({ pair, field }) => `\`${pair}.${field}\``).join(', ')}.

${pairs.map(pairSection).join('\n\n')}
`;
}

const overview = (pairs: readonly PairDefinition[]): string =>
  table(
    ['pair', 'points to', 'created on', 'deleted in Productive', 'deleted in the portal'],
    pairs.map((pair) => [
      `[${pair.name}](#${pair.name})`,
      targetsIn(pair).join(', '),
      sides
        .filter((side) => pair.createOn.includes(side))
        .map((side) => systemOf(pair, side))
        .join(', '),
      `portal: ${pair.deletion.of.replica.kind}`,
      `Productive: ${pair.deletion.of.master.kind}`,
    ]),
  );

const targetsIn = ({ fields }: PairDefinition): readonly string[] => [
  ...new Set(fields.flatMap(({ codec: { target } }) => target ?? [])),
];

const systemOf = ({ title }: PairDefinition, side: Side): string => title[side].system;

/** @throws if the prose forgets a pair, so that the page can't be incomplete */
function pairSection(pair: PairDefinition): string {
  const reason = portalReasons[pair.name];
  if (reason === undefined) throw new Error(`scripts/portal-prose.ts does not say why the portal holds ${pair.name}`);
  const notSent = pair.fields.filter(({ readOnlyOn }) => readOnlyOn.includes('master')).map(({ name }) => name);
  const ofCreations = notSent.length === 0 ? '' : `\n\nNot sent when one is created: ${notSent.join(', ')}.`;
  return `## ${pair.name}\n\n${reason}${ofCreations}\n\n${fieldTable(pair)}`;
}
