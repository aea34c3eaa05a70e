import { contestedRules, decisionTable, losingRules, type Rule } from '../engine/decide.ts';
import type { PairDefinition } from '../engine/pair.ts';
import type { FieldState } from '../engine/snapshot.ts';
import { table } from './markdown.ts';

type Action = (typeof decisionTable)[FieldState][FieldState];

const states: readonly FieldState[] = ['unchanged', 'changed', 'unknown'];

const actions: Readonly<Record<Action, string>> = {
  keep: 'keep both',
  take_master: "take the master's",
  take_replica: "take the replica's",
  contested: 'contested',
  first_sync: 'first sync',
};

const rules: Readonly<Record<Rule, string>> = {
  only_master_changed: 'only the master had left its snapshot',
  only_replica_changed: 'only the replica had left its snapshot',
  both_changed_master_wins: "both had; the field's group gives it to the master",
  both_changed_replica_wins: "both had; the field's group gives it to the replica",
  first_sync_fill: 'no common past, and one side was empty: it is filled',
  first_sync_master_wins: 'no common past, both had a value: the pair prefers the master',
  first_sync_replica_wins: 'no common past, both had a value: the pair prefers the replica',
  against_direction: 'the side that changed does not own the field: it is put back',
  required: 'the value that should have won is empty and the field must not be: it is put back',
  created: 'the record was created with this value',
};

/** The decision table of `engine/decide.ts` as a page. */
export function decisionTablePage(pair: PairDefinition): string {
  return `# How a field is decided

<!-- Written by scripts/write-docs.ts from engine/decide.ts. Change those, then run \`npm run docs\`. -->

Each field of a couple is decided for itself, on canonical values. If both sides hold the same, there is nothing to do.
If they differ, this table says what happens; rows are the master's state, columns the replica's.

${table(
  ['master \\ replica', ...states],
  states.map((master) => [master, ...states.map((replica) => actions[decisionTable[master][replica]])]),
)}

- **unchanged / changed**: compared with the side's own snapshot, that is with what Tandem last saw *there*.
- **unknown**: there is no snapshot of this field for that side. If either side is unknown, both states come from what
  the master's status attributes remember (the replica's version, the time of the last sync), but only on a link that
  has never been synced by this store; otherwise both are unknown.
- **keep both**: the difference was there when both sides last agreed as far as they can, and its reason is on the link.
- **contested**: the policy of the field's group decides. ${policiesOf(pair)}
- **first sync**: an empty side is filled from the other; if both have a value, the pair's preferred side
  (${pair.name}: the ${pair.firstSync}) wins.

Three things can still change the choice, in this order: the field's **direction** (a change on the side that does not
own the field is put back), **required** (an empty value never wins), and **read-only** (a value for a side that is known
not to take the field is noted on the record, and not sent).

## The rules in the ledger

${table(
  ['rule', 'meaning', 'a losing value is kept', 'makes the verdict `conflict`'],
  Object.entries(rules).map(([rule, meaning]) => [
    `\`${rule}\``,
    meaning,
    hasRule(losingRules, rule) ? 'yes' : '',
    hasRule(contestedRules, rule) ? 'yes' : '',
  ]),
)}
`;
}

const hasRule = (some: ReadonlySet<string>, rule: string): boolean => some.has(rule);

function policiesOf({ name, contested }: PairDefinition): string {
  const groups = Object.entries(contested).map(([group, winner]) => `\`${group}\`: the ${winner}`);
  return `In ${name}: ${groups.join(', ')}.`;
}
