import { type Json, otherSide } from '../../engine/values.ts';
import type { LoggedRequest } from '../../simulators/request-log.ts';
import type { Finding, Rest } from './findings.ts';
import { historiesOf, type History, type Step } from './histories.ts';
import type { Entry } from './journal.ts';
import type { BudgetWindow } from './settings.ts';

/** I14: every value that Tandem wrote has its entry, and one that still stands there is known to have been written. */
export function unexplainedValues(rest: Rest): readonly Finding[] {
  return historiesOf(rest).flatMap((history) =>
    history.steps.flatMap((step): Finding[] => {
      if (step.author !== 'tandem') return [];
      const problem = problemOf(rest, history, step);
      if (problem === null) return [];
      const what = `${JSON.stringify(step.after)} in ${rest.pair.title[step.side].system} ${problem}`;
      return [{ kind: 'unexplained', record: history.record, field: history.field.name, what }];
    }),
  );
}

function problemOf({ shown }: Rest, { steps, writes, field }: History, step: Step): string | null {
  const entries = writes.filter(
    ({ side, newValue }) => side === step.side && field.codec.toCanonical[side](newValue) === step.after,
  );
  if (entries.length === 0) return isOwnDoing(steps, step) ? null : 'has no entry';
  const isLast = steps.findLast(({ side, id }) => side === step.side && id === step.id) === step;
  // Whoever overwrote or deleted it meanwhile has left nothing to see it by.
  if (!isLast || !shown[step.side].has(step.id)) return null;
  return entries.some(({ state }) => state === 'written')
    ? null
    : 'stands there, and no entry says that it was written';
}

/** Tandem sends what the other side holds: what a new record shows beside that, its system has put there itself. */
function isOwnDoing(steps: readonly Step[], step: Step): boolean {
  const earlier = steps.slice(0, steps.indexOf(step));
  const held = earlier.filter(({ side }) => side === otherSide(step.side)).map(({ after }) => after);
  return step.isCreation && !held.includes(step.after);
}

/** What is sent to change a record; a login is none, nor a registration of a webhook. */
const recordPaths = /\/(CBeteiligte|Beteiligte|tasks|comments|attachments)(\/|$)/;

const isRecordWrite = ({ method, path }: Pick<LoggedRequest, 'method' | 'path'>): boolean =>
  method !== 'GET' && recordPaths.test(path);

/** I2, I9: nothing had changed since everything was settled, so nothing is to be written. @param saves what was saved since */
export const writesAfterQuiet = (
  requests: readonly LoggedRequest[],
  saves: readonly Pick<Entry, 'id' | 'changes'>[],
): readonly Finding[] =>
  requests.filter(isRecordWrite).map(({ method, path }): Finding => {
    const record = path.split('/').at(-1) ?? '';
    const changes = saves.flatMap((save) => (save.id === record ? Object.entries(save.changes) : []));
    const changed = changes.map(([name, { before, after }]) => `${name}: ${shown(before)} → ${shown(after)}`);
    const what = [`${method} ${path}`, ...changed].join(', ');
    return { kind: 'written after quiet', record, field: null, what };
  });

const shown = (value: Json): string => JSON.stringify(value);

/** The most requests that arrived within any span of that length. */
export function peakWithin(timesMs: readonly number[], windowMs: number): number {
  let first = 0;
  let peak = 0;
  for (const [last, at] of timesMs.entries()) {
    while (at - (timesMs[first] ?? at) >= windowMs) first += 1;
    peak = Math.max(peak, last - first + 1);
  }
  return peak;
}

/** I10: no span of a window's length saw more requests than the window allows. */
export const overspent = (
  system: string,
  timesMs: readonly number[],
  windows: readonly BudgetWindow[],
): readonly Finding[] =>
  windows.flatMap(({ limit, windowMs }): Finding[] => {
    const peak = peakWithin(timesMs, windowMs);
    if (peak <= limit) return [];
    const what = `${peak} requests within ${windowMs / 1_000} s, allowed are ${limit}`;
    return [{ kind: 'over budget', record: system, field: null, what }];
  });
