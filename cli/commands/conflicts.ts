import { type Command, Option } from 'commander';
import { z } from 'zod';
import { conflictShape } from '../../api/ops/conflict-shape.ts';
import { conflictsPage } from '../../api/ops/get-conflicts.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { nameOf, pagesOf } from '../pages.ts';
import { tableOf } from '../table.ts';
import { shown } from '../words.ts';

type Conflict = z.infer<typeof conflictShape>;

/** `tandem conflicts [pair]` and `tandem conflicts decide`. */
export function addConflicts(program: Command): void {
  const conflicts = program
    .command('conflicts')
    .enablePositionalOptions()
    .description('fields that only a person may settle')
    .argument('[pair]')
    .option('--field <field>', 'those of this field')
    .option('--json', 'print the answer as JSON')
    .action(async (pair: string | undefined, { field, json }: { field?: string; json?: boolean }) => {
      const found: Conflict[] = [];
      const pages = pagesOf(createApiClient(process.env), '/conflicts', conflictsPage, { pair, field, limit: '200' });
      for await (const page of pages) found.push(...page.conflicts);
      console.log(json === true ? JSON.stringify(found) : inWords(found));
    });
  conflicts
    .command('decide')
    .description('say which value stays; it is carried out if both systems still show the values decided about')
    .argument('[ids...]', 'as `tandem conflicts` shows them')
    .option('--all <pair>', 'the same decision for all conflicts of the pair')
    .option('--field <field>', 'with --all: those of this field')
    .addOption(new Option('--take <side>', "this side's value").choices(['master', 'replica']))
    .addOption(
      new Option(
        '--value <value>',
        'another value in the words of the master: a text, or null or a list as JSON',
      ).conflicts('take'),
    )
    .action(async (ids: string[], options: DecideOptions) => {
      let count = 0;
      for await (const conflict of decide(createApiClient(process.env), ids, options)) {
        count += 1;
        console.log(decisionInWords(conflict));
      }
      console.log(`${count} decided; the next look at each record carries it out.`);
    });
}

interface DecideOptions {
  readonly all?: string;
  readonly field?: string;
  readonly take?: string;
  readonly value?: string;
}

/** What was decided is told before the next one is tried. */
async function* decide(api: ApiClient, ids: readonly string[], options: DecideOptions): AsyncGenerator<Conflict> {
  const { all: pair, field } = options;
  const decision = decisionOf(options);
  if ((pair === undefined) === (ids.length === 0)) {
    throw new CommandFailed('Name either the ids of conflicts (`tandem conflicts` shows them) or --all <pair>');
  }
  if (pair !== undefined) {
    const body = { pair, field, all: true, ...decision };
    yield* (await api.call('POST', '/conflicts/decide', z.object({ decided: z.array(conflictShape) }), body)).decided;
    return;
  }
  if (field !== undefined) throw new CommandFailed('--field goes with --all <pair>; ids need none');
  for (const id of ids) {
    yield await api.call('POST', `/conflicts/${encodeURIComponent(id)}/decide`, conflictShape, decision);
  }
}

function decisionOf({ take, value }: DecideOptions): { take: string } | { value: unknown } {
  if (take !== undefined) return { take };
  if (value !== undefined) return { value: valueFrom(value) };
  throw new CommandFailed('Say which value stays: --take master, --take replica or --value <value>');
}

/** A text unless it is JSON that can't be meant as one: digits are a text too, since a number is understood from it. */
function valueFrom(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' || typeof value === 'boolean' ? text : value;
  } catch {
    return text;
  }
}

const widestValue = 32;

function inWords(conflicts: readonly Conflict[]): string {
  if (conflicts.length === 0) return 'There is no open conflict.';
  const rows = conflicts.map((conflict) => {
    const { id, pair, field, values, openedAt } = conflict;
    const { master, replica } = values;
    const cells = [String(id), pair, nameOf(conflict), field, cell(master), cell(replica), baseOf(conflict)];
    return [...cells, openedAt, decidedInWords(conflict)];
  });
  return tableOf(['id', 'pair', 'record', 'field', 'master', 'replica', 'base', 'since', 'decided'], rows);
}

const cell = (value: unknown): string => shown(value, widestValue);

/** What both last agreed on; each in its own words where these differ. */
function baseOf({ base: { master, replica } }: Conflict): string {
  return JSON.stringify(master) === JSON.stringify(replica) ? cell(master) : `${cell(master)} / ${cell(replica)}`;
}

const decidedInWords = ({ resolution, decidedBy }: Conflict): string =>
  resolution === null
    ? ''
    : `${resolution.kind === 'take' ? resolution.side : cell(resolution.value)}, by ${decidedBy ?? ''}`;

function decisionInWords(conflict: Conflict): string {
  const { id, pair, field, values, resolution } = conflict;
  const value =
    resolution?.kind === 'take'
      ? `${shown(values[resolution.side])} of the ${resolution.side}`
      : shown(resolution?.value ?? null);
  return `${id}: ${pair} ${nameOf(conflict)} ${field} becomes ${value}`;
}
