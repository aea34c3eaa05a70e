import { decisionTable } from '../engine/decide.ts';
import { contestedRules, losingRules, rules } from '../engine/rules.ts';
import type { FieldState } from '../engine/snapshot.ts';
import { decisionSections } from '../test/support/decision-rows.ts';
import { disappearanceRows } from '../test/support/disappearance-rows.ts';
import { decisionRowsTable } from './decision-rows-table.ts';
import { disappearanceTable } from './disappearance-table.ts';
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

/** The decision table of `engine/decide.ts` and every situation that the tests plan, as a page. */
export const decisionTablePage = (): string => `# How a field is decided

<!-- Written by scripts/write-docs.ts from engine/decide.ts, engine/rules.ts and test/support/decision-rows.ts. Change those, then run \`npm run docs\`. -->

Each field of a couple is decided for itself, on canonical values. If both sides hold the same, there is nothing to do.
If they differ, this table says what happens; rows are the master's state, columns the replica's.

${table(
  ['master \\ replica', ...states],
  states.map((master) => [master, ...states.map((replica) => actions[decisionTable[master][replica]])]),
)}

${howToRead}

## Situations

Every row is planned by a test (\`engine/decision-rows.test.ts\`). A quoted value is what a side shows; "unknown" has no
snapshot. The policy is that of the field's group, without a common past that of the first sync.

${decisionSections.map(({ title, rows }) => `### ${title}\n\n${decisionRowsTable(rows)}`).join('\n\n')}

## A record is gone

${whenGone}

${disappearanceTable(disappearanceRows)}

If both records are gone, the couple is parted and nothing is done. A field that goes back and forth is no situation of
one look: once it has returned more often than the pair's loop limit allows, nothing of the record is written until a
person has looked at it.

## The rules in the ledger

A value that a write overwrites is kept as the loser under the rules that say so, and under every rule where both sides
never held the same.

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

const howToRead = `- **unchanged / changed**: compared with the side's own snapshot, that is with what Tandem last saw *there*.
- **unknown**: there is no snapshot of this field for that side. If either side is unknown, both states come from what
  the master's status attributes remember (the replica's version, the time of the last sync), but only on a link that
  has never been synced by this store; otherwise both are unknown. Versions and times tell which record moved, not which
  field: without a snapshot a field that is empty on one side is unknown, whatever is remembered.
- **keep both**: the difference was there when both sides last agreed as far as they can, and its reason is on the link.
- **contested**: the policy of the field's group decides; each pair's page names it.
- **first sync**: an empty side is filled from the other; if both have a value, the pair's policy for the first sync decides.

If a **person** has decided about exactly these values, that counts instead. Three things can still change the choice, in this
order: the field's **direction** (a change on the side that does not own the field is put back), **required** (an empty
value never wins), and **read-only** (a value for a side that is known not to take the field
is noted on the record, and not sent).`;

const whenGone = `The pair has a policy for either side: what becomes of its record when the partner was deleted. It holds for a deletion that is
proven, which means that another record could be read at the same moment. What a person has answered comes first, then
whether the couple was parted before, then the policy. A deletion or archiving that exceeds the pair's budget waits for a
person (\`deletion_held\`).`;

const hasRule = (some: ReadonlySet<string>, rule: string): boolean => some.has(rule);
