import { type Command, Option } from 'commander';
import { censusRun, type CensusRunView, type WantedMode } from '../../api/ops/census-shape.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPair, asJson, withEpilogue } from '../help.ts';
import { follow, type Followed, type FollowOptions } from '../census/follow.ts';
import { importAll } from '../census/import-all.ts';
import { createDisplays, noDisplays, type ProgressDisplays, type ShownWalk } from '../census/progress-display.ts';
import { reportInWords, wouldDoAnything } from '../census/report-in-words.ts';
import { howToGoOn, progressInWords, summaryInWords, type Systems, walkName } from '../census/walk-in-words.ts';
import { pathOf, systemsOf } from '../pages.ts';

interface CensusOptions {
  readonly all?: boolean;
  readonly again?: boolean;
  readonly dryRun?: boolean;
  readonly rebuild?: boolean;
  readonly status?: boolean;
  readonly follow?: boolean;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly cancel?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

const exitCodeForWrites = 2;
const exitCodeForStillToCome = 3;

/** `tandem census <pair>` and `tandem backfill <pair>`: walks over every record of both sides. */
export function addCensusAndBackfill(program: Command): void {
  const census = program
    .command('census')
    .description('compare all records of a pair and bring into agreement what differs')
    .addOption(
      new Option('--rebuild', 'after the database was lost: only find again the couples that the master names'),
    );
  const backfill = program
    .command('backfill')
    .description('the first import of a pair, or of all pairs: like census, with the lowest priority');
  withOptions(census.argument('<pair>', aPair)).action(async (pair: string, options: CensusOptions) => {
    await carryOut(createApiClient(process.env), pair, options.rebuild === true ? 'rebuild' : 'census', options);
  });
  withOptions(ofAll(backfill.argument('[pair]', aPair))).action(
    async (pair: string | undefined, options: CensusOptions) => {
      if ((pair === undefined) !== (options.all === true)) throw new CommandFailed('Name one pair, or say --all');
      if (pair === undefined) await carryOutAll(createApiClient(process.env), options);
      else await carryOut(createApiClient(process.env), pair, 'backfill', options);
    },
  );
  withEpilogue(census, {
    examples: [
      ['tandem census beteiligte --dry-run', 'only report what differs'],
      ['tandem census beteiligte --status', 'how far it has got'],
    ],
    exitCodes: walkExitCodes,
  });
  withEpilogue(backfill, {
    examples: [
      ['tandem backfill beteiligte --dry-run', 'see first what would be linked and created'],
      ['tandem backfill --all', 'import every pair that is not done yet'],
    ],
    exitCodes: walkExitCodes,
  });
}

const walkExitCodes = {
  0: 'done',
  1: 'stopped or canceled, or the command failed',
  2: 'a dry run found something to change',
  3: 'not finished (for instance after Ctrl-C); it goes on by itself, or is paused',
} as const;

const ofAll = (backfill: Command): Command =>
  backfill
    .addOption(
      new Option(
        '--all',
        'all pairs, each after the pairs that it points to; run it again to go on where it stopped',
      ).conflicts([...changes, 'dryRun', 'detach']),
    )
    .option('--again', 'with --all: also pairs whose import is already done');

const changes = ['status', 'follow', 'pause', 'resume', 'cancel'] as const;
const descriptions = {
  status: 'show how far it has got',
  follow: 'follow the walk that is running',
  pause: 'pause it: nothing more is read until you resume it',
  resume: 'resume a paused walk',
  cancel: 'end it now; records that it has already found are still looked at',
} as const;

function withOptions(command: Command): Command {
  command
    .option('--dry-run', 'change nothing, and report what would happen')
    .option('--detach', 'start it and return at once');
  for (const name of changes) {
    const others = [...changes.filter((other) => other !== name), 'dryRun', 'detach', 'rebuild'];
    command.addOption(new Option(`--${name}`, descriptions[name]).conflicts(others));
  }
  return command.option('--json', asJson);
}

async function carryOut(api: ApiClient, pair: string, mode: WantedMode, options: CensusOptions): Promise<void> {
  const path = `${pathOf(pair)}/census`;
  const systems = await systemsOf(api, pair);
  const telling = { systems, isJson: options.json === true };
  const change = changes.find((name) => options[name] === true);
  if (change === 'follow') {
    await tell(api, await api.call('GET', path, censusRun), telling);
  } else if (change === 'status') {
    show(await api.call('GET', path, censusRun), telling);
  } else if (change !== undefined) {
    show(await api.call('POST', `${path}/${change}`, censusRun), telling);
  } else {
    const run = await api.call('POST', path, censusRun, { mode, dryRun: options.dryRun === true });
    if (options.detach === true) begun(run, telling);
    else await tell(api, run, telling);
  }
}

/** Ends with 0 if all are done, 3 if one is still under way, else 1. */
async function carryOutAll(api: ApiClient, { again = false, json: isJson = false }: CensusOptions): Promise<void> {
  const { imported, ending } = await whileSomebodyLooks({ isJson }, ({ displays, detached }) =>
    importAll({
      ...{ api, again },
      follow: (run, systems, onLook) => followed(api, run, { displays, detached, onLook, systems, subject: run.pair }),
      say: (line) => {
        displays.say(line);
      },
    }),
  );
  if (isJson) console.log(JSON.stringify({ pairs: imported }));
  const goOn = '`tandem backfill --all` goes on from there';
  if (ending.kind === 'detached') {
    const open = imported.filter(({ run }) => run.state === 'running').map(({ run }) => `the ${walkName(run)}`);
    const others = 'no other pair will be begun';
    throw new CommandFailed(`By itself goes on: ${open.join(', ')}; ${others}: ${goOn}.`, exitCodeForStillToCome);
  }
  if (ending.kind !== 'ended') return;
  if (!isJson) console.log(summaryInWords(ending.run, await systemsOf(api, ending.run.pair), new Date()));
  const { state, pair } = ending.run;
  const first = state === 'paused' ? `\`tandem census ${pair} --resume\` lets it go on, then ` : '';
  throw new CommandFailed(`After ${pair} no other pair was begun: ${first}${goOn}.`, exitCodeOf(ending.run));
}

interface Telling {
  readonly systems: Systems;
  readonly isJson: boolean;
}

function begun(run: CensusRunView, { isJson }: Telling): void {
  const waits = run.waitsFor === null ? [] : [`It waits: ${run.waitsFor}.`];
  console.log(
    isJson ? JSON.stringify(run) : [`The ${walkName(run)} has begun: ${howToGoOn(run)}.`, ...waits].join('\n'),
  );
}

/** A walk as it stands, with its report if it has one. */
function show(run: CensusRunView, { systems, isJson }: Telling): void {
  if (isJson) {
    console.log(JSON.stringify(run));
    return;
  }
  const isOpen = run.state === 'running' || run.state === 'paused';
  console.log(summaryInWords(run, systems, new Date()));
  if (isOpen) console.log(`  ${progressInWords(run, systems)}\n  ${howToGoOn(run)}`);
  if (run.dryRun && run.state === 'done') console.log(`\n${reportInWords(run, systems)}`);
}

/** Follows a walk and ends with what came of it: 0 done, 2 a dry run that would do something, 3 still to come, else 1. */
async function tell(api: ApiClient, run: CensusRunView, telling: Telling): Promise<void> {
  const { systems } = telling;
  const last = await whileSomebodyLooks(telling, (looking) => followed(api, run, { ...looking, systems }));
  if (last.isDetached) {
    throw new CommandFailed(`The ${walkName(run)} goes on by itself: ${howToGoOn(run)}.`, exitCodeForStillToCome);
  }
  show(last.run, telling);
  process.exitCode = exitCodeOf(last.run);
}

function exitCodeOf({ state, dryRun, report }: CensusRunView): number {
  if (state === 'paused' || state === 'running') return exitCodeForStillToCome;
  if (state !== 'done') return 1;
  return dryRun && report !== null && wouldDoAnything(report) ? exitCodeForWrites : 0;
}

interface Looking {
  readonly displays: ProgressDisplays;
  /** Aborted by Ctrl-C: nobody wants to look any more. */
  readonly detached: AbortSignal;
}

async function whileSomebodyLooks<T>(
  { isJson }: Pick<Telling, 'isJson'>,
  look: (looking: Looking) => Promise<T>,
): Promise<T> {
  const detached = new AbortController();
  const detach = (): void => {
    detached.abort();
  };
  const displays = isJson ? noDisplays : await createDisplays({ out: process.stdout, now: Date.now });
  process.once('SIGINT', detach);
  try {
    return await look({ displays, detached: detached.signal });
  } finally {
    process.removeListener('SIGINT', detach);
    displays.end();
  }
}

async function followed(
  api: ApiClient,
  run: CensusRunView,
  { displays, detached, onLook, ...shown }: Looking & ShownWalk & Pick<FollowOptions, 'onLook'>,
): Promise<Followed> {
  const display = displays.of(shown);
  try {
    return await follow(api, run, display, { detached, ...(onLook !== undefined && { onLook }) });
  } finally {
    display.end();
  }
}
