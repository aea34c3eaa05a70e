import type { Connector } from '../../connectors/connector.ts';
import type { PairDefinition } from '../../engine/pair.ts';
import { otherSide, type PerSide, sides } from '../../engine/values.ts';
import type { CensusMode } from '../../store/population-tables.ts';

/** What a dry run can't tell, in words: so that nobody takes silence for an answer. */
export function notKnownOf(
  pair: PairDefinition,
  mode: CensusMode,
  connectors: PerSide<Connector | undefined>,
): readonly string[] {
  if (mode === 'rebuild') return [rebuildReadsMasterOnly(pair)];
  const unlisted = sides.filter((side) => connectors[side]?.list == null);
  return [
    ...unlisted.flatMap((side) => {
      const [own, other] = [pair.title[side].system, pair.title[otherSide(side)].system];
      const isSearched = connectors[side]?.find.by === 'keys';
      return [
        `${own} shows no list, so records that only ${own} has are not in this report.`,
        ...(side === 'replica'
          ? [`Whether the numbers that records in ${other} name exist in ${own} was not checked.`]
          : []),
        `Records of ${other} without a number count as to be created in ${own}: ${isSearched ? `only a look at each finds out whether it is there already` : `whether they are there already can't be found out`}.`,
      ];
    }),
    ...(decidesByTime(pair)
      ? ['Times of edits were not compared: where the newest wins, the master counts as newer.']
      : []),
  ];
}

const rebuildReadsMasterOnly = ({ title: { master, replica } }: PairDefinition): string =>
  `A rebuild reads ${master.system} only: whether the numbers exist in ${replica.system}, and what differs, is found out when each is looked at.`;

const decidesByTime = ({ groups, firstSync }: PairDefinition): boolean =>
  [...Object.values(groups), firstSync].some(({ kind }) => kind === 'newest');
