import { type Command, InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { type Plan, planPage, planShape } from '../../api/ops/plan-shape.ts';
import { acceptedShape } from '../../api/ops/post-accept.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { CommandFailed } from '../command-failed.ts';
import { aPair, asJson, withEpilogue } from '../help.ts';
import { pathOf, systemsOf } from '../pages.ts';
import { countPlans, countsInWords, planInWords, summed } from '../plan-in-words.ts';
import { definitionAdvice } from '../words.ts';

/** Answered well within the time that the client waits, however slow the systems are. */
const couplesPerPage = 20;
const exitCodeForWrites = 2;

type Page = z.infer<typeof planPage>;

interface PlanOptions {
  readonly accept?: boolean;
  readonly limit?: number;
  readonly json?: boolean;
}

/** `tandem plan <pair> [id]`: what checks would write, without writing it; exit code 2 if they would. */
export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('show what would be written, where and why, without writing anything')
    .argument('<pair>', aPair)
    .argument('[id]', "the master's id, or replica:<id>; all records that Tandem knows if you leave it out")
    .option('--limit <records>', 'look at no more than this many records', wholeNumber)
    .option('--accept', 'put the changed definition of the pair into force')
    .option('--json', asJson)
    .action(async (pair: string, id: string | undefined, options: PlanOptions) => {
      const api = createApiClient(process.env);
      const json = options.json === true;
      if (options.accept === true) {
        if (id !== undefined) throw new CommandFailed('A definition is accepted for the whole pair: leave the id out');
        await accept(api, pair, json);
        return;
      }
      const wouldWrite = await (id === undefined
        ? planPair(api, pair, { most: options.limit ?? Number.POSITIVE_INFINITY, json })
        : planRecord(api, pair, { id, json }));
      if (wouldWrite) process.exitCode = exitCodeForWrites;
    });
  withEpilogue(command, {
    examples: [
      ['tandem plan beteiligte 6b00f52007b2f80d3', 'one record'],
      ['tandem plan beteiligte --limit 100', 'the first hundred records'],
      ['tandem plan beteiligte --accept', 'after you have seen what a changed definition would write'],
    ],
    exitCodes: { 0: 'nothing would be written', 1: 'the command failed', 2: 'something would be written' },
  });
}

async function accept(api: ApiClient, pair: string, json: boolean): Promise<void> {
  const answer = await api.call('POST', `${pathOf(pair)}/accept`, acceptedShape);
  const lines = answer.accepted.map((change) => `  ${change}`);
  console.log(json ? JSON.stringify(answer) : [`${pair}: the new definition is in force`, ...lines].join('\n'));
}

async function planRecord(api: ApiClient, pair: string, { id, json }: { id: string; json: boolean }): Promise<boolean> {
  const plan = await api.call('GET', `${pathOf(pair, id)}/plan`, planShape);
  console.log(json ? JSON.stringify(plan) : planInWords(plan, await systemsOf(api, pair)));
  return plan.writes.length > 0;
}

/** Told page by page: a big pair takes its time. */
async function planPair(api: ApiClient, pair: string, options: { most: number; json: boolean }): Promise<boolean> {
  const { most, json } = options;
  const systems = await systemsOf(api, pair);
  const all: Plan[] = [];
  let counts = countPlans(0, []);
  let definitionChanges: readonly string[] = [];
  for (let after: number | null = 0; after !== null && counts.looked < most;) {
    const limit = Math.min(couplesPerPage, most - counts.looked);
    const page: Page = await api.call('GET', `${pathOf(pair)}/plan?limit=${limit}&after=${after}`, planPage);
    if (after === 0 && !json) tellDefinition(pair, page.definitionChanges);
    ({ definitionChanges, next: after } = page);
    counts = summed(counts, countPlans(page.looked, page.plans));
    all.push(...page.plans);
    if (!json) for (const plan of page.plans) console.log(planInWords(plan, systems));
  }
  const { looked, written } = counts;
  console.log(json ? JSON.stringify({ definitionChanges, looked, plans: all }) : countsInWords(counts));
  return written > 0;
}

function tellDefinition(pair: string, changes: readonly string[]): void {
  if (changes.length === 0) return;
  console.log(
    [`The definition has changed; ${definitionAdvice(pair)}:`, ...changes.map((change) => `  ${change}`)].join('\n'),
  );
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number from 1.');
}
