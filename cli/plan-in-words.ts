import type { Plan } from '../api/ops/plan-shape.ts';
import { nameOf } from './pages.ts';
import { counted, duration, ruleInWords, shown } from './words.ts';

type Systems = Readonly<Record<'master' | 'replica', string>>;
type Change = Plan['changes'][number];

const widestValue = 60;

/** What a check of the record would do: every write with its rule, open fields, the question. */
export function planInWords(plan: Plan, systems: Systems): string {
  const { changes, open, message } = plan;
  return [
    `${nameOf(plan)}: ${outcomeInWords(plan)}`,
    ...(message === null ? [] : [`  ${message}`]),
    ...changes.map((change) => `  ${changeInWords(change, systems)}`),
    ...statusInWords(plan, systems).map((line) => `  ${line}`),
    ...open.map(({ field, values: { master, replica } }) => {
      const shows = `${systems.master} ${cell(master)}, ${systems.replica} ${cell(replica)}`;
      return `  ${field} stays open: ${shows}; a person decides`;
    }),
  ].join('\n');
}

function outcomeInWords({ outcome, writes }: Plan): string {
  switch (outcome.kind) {
    case 'done':
      return writes.length === 0 && outcome.verdict === 'no_change' ? 'nothing to do' : outcome.verdict;
    case 'parked':
      return `a person has to act (${outcome.code}, ${outcome.system ?? 'Tandem'})`;
    case 'waiting':
      return `not known now (${outcome.code}, ${outcome.system ?? 'Tandem'}); ${outcome.retryInMs === null ? 'it would go on by itself' : `it would be tried again in ${duration(outcome.retryInMs)}`}`;
    case 'held_back':
      return `not known now (${outcome.code}, ${outcome.system ?? 'Tandem'}); it would wait and go on by itself`;
    case 'moved':
      return `now belongs to the record ${outcome.key}`;
    case 'paused':
      return 'the pair would be paused';
    case 'nothing':
      return 'nothing to do';
  }
}

function changeInWords(
  { action, side, field, oldValue, newValue, losingValue, rule }: Change,
  systems: Systems,
): string {
  const why = ruleInWords(rule);
  if (action !== 'set') return `${systems[side]}: the record is ${past[action]}  (${why})`;
  const lost = losingValue === null ? '' : `; the losing value is ${cell(losingValue)}`;
  return `${systems[side]} ${field ?? ''}: ${cell(oldValue)} → ${cell(newValue)}  (${why}${lost})`;
}

const past = { create: 'created', delete: 'deleted', archive: 'archived' } as const;

/** What travels with the writes and is no field of the pair: the status in the master. */
function statusInWords({ changes, writes }: Plan, systems: Systems): readonly string[] {
  const ofFields = new Set(changes.map(({ side, attribute }) => JSON.stringify([systems[side], attribute])));
  const archived = new Set(changes.filter(({ action }) => action === 'archive').map(({ side }) => systems[side]));
  return writes.flatMap(({ system, attributes }) => {
    const others = Object.keys(attributes).filter((name) => !ofFields.has(JSON.stringify([system, name])));
    return others.length === 0 || archived.has(system) ? [] : [`${system} status: ${others.join(', ')}`];
  });
}

const cell = (value: unknown): string => shown(value, widestValue);

/** What all the looks together came to. */
export interface PlanCounts {
  looked: number;
  written: number;
  fields: number;
  created: number;
  removed: number;
  open: number;
  asking: number;
  untold: number;
}

export function countPlans(looked: number, plans: readonly Plan[]): PlanCounts {
  const changes = plans.flatMap((plan) => plan.changes);
  const actions = (wanted: readonly Change['action'][]) =>
    changes.filter(({ action }) => wanted.includes(action)).length;
  const outcomes = (kind: Plan['outcome']['kind']) => plans.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    looked,
    written: plans.filter(({ writes }) => writes.length > 0).length,
    fields: actions(['set']),
    created: actions(['create']),
    removed: actions(['delete', 'archive']),
    open: plans.flatMap(({ open }) => open).length,
    asking: outcomes('parked'),
    untold: outcomes('waiting') + outcomes('held_back') + outcomes('paused'),
  };
}

export const summed = (one: PlanCounts, other: PlanCounts): PlanCounts => ({
  looked: one.looked + other.looked,
  written: one.written + other.written,
  fields: one.fields + other.fields,
  created: one.created + other.created,
  removed: one.removed + other.removed,
  open: one.open + other.open,
  asking: one.asking + other.asking,
  untold: one.untold + other.untold,
});

export function countsInWords({ looked, written, fields, created, removed, open, asking, untold }: PlanCounts): string {
  const what = present([
    [fields, counted(fields, 'field')],
    [created, `${created} created`],
    [removed, `${removed} deleted or archived`],
  ]);
  const wouldWrite = `${written} would be written to (${what.join(', ') || 'status only'})`;
  return [
    `${looked} looked at`,
    written === 0 ? 'nothing would be written' : wouldWrite,
    ...present([
      [open, `${counted(open, 'field')} left open`],
      [asking, `${asking} for a person to act on`],
      [untold, `${untold} not known now`],
    ]),
  ].join(', ');
}

const present = (parts: readonly (readonly [number, string])[]): readonly string[] =>
  parts.flatMap(([count, words]) => (count === 0 ? [] : [words]));
