import type { CensusRunView } from '../../api/ops/census-shape.ts';
import { counted, duration } from '../words.ts';

export type Systems = Readonly<Record<'master' | 'replica', string>>;

const modes = { census: 'census', backfill: 'backfill', rebuild: 'rebuild', couples: 'look at the couples' } as const;

/** What a walk is called: `dry run of a census of beteiligte`. */
export const walkName = ({ mode, dryRun, pair }: CensusRunView): string =>
  `${dryRun ? 'dry run of a ' : ''}${modes[mode]} of ${pair}`;

/** One line: how far it is, how fast, how long it still takes, and what it waits for. */
export function progressInWords(run: CensusRunView, systems: Systems): string {
  const { state, progress, waitsFor } = run;
  const { fraction, recordsPerSecond, etaMs } = progress;
  return [
    state === 'paused' ? 'paused' : phaseInWords(run, systems),
    ...(fraction === null ? [] : [percent(fraction)]),
    `${counted(run.counts.master.seen + run.counts.replica.seen, 'record')} read`,
    ...(run.handedOver === 0 ? [] : [`${run.handedOver} handed over, ${run.waiting} still wait`]),
    ...(recordsPerSecond === null ? [] : [`${shortNumber(recordsPerSecond)}/s`]),
    ...(etaMs === null || etaMs === 0 ? [] : [`about ${duration(Math.max(etaMs, 1_000))} left`]),
    ...(waitsFor === null ? [] : [`WAITS: ${waitsFor}`]),
  ].join(', ');
}

/** Rounded down: it is not done before it is. */
const percent = (fraction: number): string => `${Math.floor(fraction * 100)} %`;

const shortNumber = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

function phaseInWords({ phase }: Pick<CensusRunView, 'phase'>, systems: Systems): string {
  switch (phase) {
    case 'master':
    case 'replica':
      return `reads ${systems[phase]}`;
    case 'between':
    case 'after':
      return 'waits until what was found is dealt with';
    case 'absent':
      return 'looks for records that were not shown';
    case 'report':
      return 'writes the report';
    case 'end':
      return 'ends';
  }
}

/** How a walk has ended, or stands, with what was counted on each side. */
export function summaryInWords(run: CensusRunView, systems: Systems, now: Date): string {
  const { state, startedAt, endedAt, trouble, handedOver, dryRun } = run;
  const tookMs = (endedAt === null ? now : new Date(endedAt)).getTime() - Date.parse(startedAt);
  return [
    `${walkName(run)}: ${state === 'stopped' ? 'STOPPED' : state} after ${duration(tookMs)} (run ${run.id})`,
    ...(trouble === null ? [] : [`  ${trouble}`]),
    ...(['master', 'replica'] as const).map((side) => `  ${systems[side]}: ${countsInWords(run.counts[side])}`),
    ...(dryRun ? [] : [`  handed over: ${handedOver}, still waiting to be looked at: ${run.waiting}`]),
  ].join('\n');
}

function countsInWords({ seen, same, differing, unlinked, absent }: CensusRunView['counts']['master']): string {
  return [
    `${counted(seen, 'record')} read`,
    `${same} as agreed`,
    `${differing} differ`,
    `${unlinked} without a partner`,
    ...(absent === 0 ? [] : [`${absent} linked but not shown`]),
  ].join(', ');
}

/** What to do with a walk from here. */
export const howToGoOn = ({ pair }: Pick<CensusRunView, 'pair'>): string =>
  `\`tandem census ${pair} --follow\` follows it, \`--pause\` and \`--resume\` hold it and let it go on, \`--cancel\` ends it`;
