import { type Command, Option } from 'commander';
import { z } from 'zod';
import { conflictShape } from '../../api/ops/conflict-shape.ts';
import { conflictsPage } from '../../api/ops/get-conflicts.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPairOrAll, asJson, withEpilogue } from '../help.ts';
import { nameOf, pagesOf } from '../pages.ts';
import { tableOf } from '../table.ts';
import { shown } from '../words.ts';

type Conflict = z.infer<typeof conflictShape>;

/** `tandem conflicts [pair]` and `tandem conflicts decide`. */
export function addConflicts(program: Command): void {
  const conflicts = program
    .command('conflicts')
    .enablePositionalOptions()
    .description('list fields that both sides changed and that a person has to settle')
    .argument('[pair]', aPairOrAll)
    .option('--field <field>', 'only this field')
    .option('--json', asJson)
    .action(async (pair: string | undefined, { field, json }: { field?: string; json?: boolean }) => {
      const found: Conflict[] = [];
      const pages = pagesOf(createApiClient(process.env), '/conflicts', conflictsPage, { pair, field, limit: '200' });
      for await (const page of pages) found.push(...page.conflicts);
      console.log(json === true ? JSON.stringify(found) : inWords(found));
    });
  const decideCommand = conflicts
    .command('decide')
    .description('settle conflicts: say which value stays; it is written if both systems still show the same values')
    .argument('[ids...]', 'ids of conflicts, as `tandem conflicts` shows them')
    .option('--all <pair>', 'decide all conflicts of this pair in the same way')
    .option('--field <field>', 'with --all: only this field')
    .addOption(new Option('--take <side>', 'the value of this side stays').choices(['master', 'replica']))
    .addOption(
      new Option(
        '--value <value>',
        'another value, written as the master writes it: a text, or null or a list as JSON',
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
  withEpilogue(decideCommand, {
    examples: [
      ['tandem conflicts decide 17 18 --take master', "keep the master's value in both"],
      ["tandem conflicts decide 17 --value 'Meier'", 'neither of the two, but this value'],
    ],
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
