import { createHash } from 'node:crypto';
import {
  type Client,
  type IntervalSpec,
  ScheduleAlreadyRunning,
  type ScheduleClient,
  ScheduleNotFoundError,
  type ScheduleOptionsAction,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import { rollingCheckEveryMs } from './activities/rolling-check/visit-plan.ts';
import type { Connector } from './connectors/connector.ts';
import type { PairDefinition } from './engine/pair.ts';
import { sides } from './engine/values.ts';
import { type CatchUpIntervals, catchUpIntervalMs } from './engine/watch-interval.ts';
import {
  catchUpWorkflow,
  censusIdOf,
  keepWebhooksWorkflow,
  type NightlyCensusInput,
  nightlyCensusWorkflow,
  type PairInput,
  readFeedsWorkflow,
  rollingCheckWorkflow,
  type SystemInput,
  usualTaskQueue,
} from './workflows/contract.ts';

/** What looks for changes that nobody has reported, and how often. Null: it does not. */
export interface WatchSettings extends CatchUpIntervals {
  /** Five fields of cron, and the zone that they are meant in. */
  readonly census: { readonly cron: string; readonly timeZone: string } | null;
  /** Within which every record of a side without a list is visited. */
  readonly rollingCheckPeriodMs: number | null;
  /** Null also where nobody can reach this service. */
  readonly keepWebhooksEveryMs: number | null;
}

/** A Schedule as the settings want it. */
export interface WantedSchedule {
  readonly id: string;
  readonly spec: ScheduleSpec;
  readonly action: ScheduleOptionsAction;
}

export interface ScheduleOptions {
  readonly settings: WatchSettings;
  readonly pairs: readonly Pick<PairDefinition, 'name' | 'title'>[];
  readonly connectors: Readonly<Record<string, Pick<Connector, 'list' | 'feeds'>>>;
  readonly taskQueue: string;
}

/** Two installations in one namespace have two task queues: neither touches the other's Schedules. */
const prefixOf = (taskQueue: string): string =>
  taskQueue === usualTaskQueue ? 'tandem/' : `tandem@${encodeURIComponent(taskQueue)}/`;

export function wantedSchedules({
  settings,
  pairs,
  connectors,
  taskQueue,
}: ScheduleOptions): readonly WantedSchedule[] {
  const { census, rollingCheckPeriodMs, keepWebhooksEveryMs } = settings;
  const wanted = (workflow: string, spec: ScheduleSpec | null, of?: Subject): readonly WantedSchedule[] =>
    spec === null ? [] : [wantedSchedule({ workflow, spec, taskQueue, ...(of !== undefined && { of }) })];
  const ofPairs = pairs.flatMap(({ name, title }) => {
    const lists = sides.map((side) => connectors[title[side].system]?.list ?? null);
    const listing = sides.filter((side) => {
      const { system, entity } = title[side];
      return connectors[system]?.list?.canListChanges(entity) === true;
    });
    const everyMs = catchUpIntervalMs(
      settings,
      listing.map((side) => title[side].system),
    );
    const pair = { pair: name };
    return [
      ...(listing.length > 0 ? wanted(catchUpWorkflow, every(everyMs), pair) : []),
      ...wanted(nightlyCensusWorkflow, census && { cronExpressions: [census.cron], timezone: census.timeZone }, {
        ...pair,
        walkId: censusIdOf(pair, taskQueue),
      }),
      ...(lists.includes(null)
        ? wanted(rollingCheckWorkflow, every(rollingCheckPeriodMs === null ? null : rollingCheckEveryMs), pair)
        : []),
    ];
  });
  const ofSystems = Object.entries(connectors).flatMap(([system, { feeds = [] }]) =>
    feeds.length === 0 ? [] : wanted(readFeedsWorkflow, every(catchUpIntervalMs(settings, [system])), { system }),
  );
  return [...ofPairs, ...ofSystems, ...wanted(keepWebhooksWorkflow, every(keepWebhooksEveryMs))];
}

const every = (ms: number | null): ScheduleSpec | null => (ms === null ? null : { intervals: [{ every: ms }] });

/** Our settings as they were when the Schedule was last made or changed, in the memo of what it starts. */
const settingsMemo = 'tandemSettings';

type Subject = PairInput | NightlyCensusInput | SystemInput;

interface Wish {
  readonly workflow: string;
  readonly spec: ScheduleSpec;
  readonly of?: Subject;
  readonly taskQueue: string;
}

function wantedSchedule({ workflow, spec: wish, of, taskQueue }: Wish): WantedSchedule {
  const name = of === undefined ? '' : 'pair' in of ? `/${of.pair}` : `/${encodeURIComponent(of.system)}`;
  const id = `${prefixOf(taskQueue)}${workflow}${name}`;
  const spec = spread(wish, id);
  const args = of === undefined ? [] : [of];
  const memo = { [settingsMemo]: JSON.stringify({ spec, args }) };
  // Temporal adds the time of the tick, so each run has an id of its own.
  const action = { type: 'startWorkflow' as const, workflowType: workflow, workflowId: id, taskQueue, args, memo };
  return { id, spec, action };
}

/**
 * Temporal counts intervals from the epoch, so all of the same length would end at once, and everything else would wait. Each
 * Schedule has its own second, which no other one changes.
 */
const spread = (spec: ScheduleSpec, id: string): ScheduleSpec =>
  spec.intervals === undefined ? spec : { ...spec, intervals: spec.intervals.map((one) => spreadInterval(one, id)) };

function spreadInterval(interval: IntervalSpec, id: string): IntervalSpec {
  if (typeof interval.every !== 'number') return interval;
  const seconds = Math.max(1, Math.floor(interval.every / 1_000));
  return { ...interval, offset: (createHash('sha256').update(id).digest().readUInt32BE() % seconds) * 1_000 };
}

export interface ScheduleChanges {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
}

/**
 * Makes Temporal's Schedules what the settings want. What an operator has changed in Temporal stays: a Schedule is
 * changed only when our own settings have, and even then it stays paused, with its note.
 * @throws what the client throws if Temporal does not answer: safe to repeat
 */
export async function keepSchedules(
  { schedule: schedules }: Pick<Client, 'schedule'>,
  options: ScheduleOptions,
): Promise<ScheduleChanges> {
  const wanted = wantedSchedules(options);
  const created: string[] = [];
  const updated: string[] = [];
  for (const one of wanted) {
    const change = await keepOne(schedules, one);
    if (change === 'created') created.push(one.id);
    if (change === 'updated') updated.push(one.id);
  }
  const ids = new Set(wanted.map(({ id }) => id));
  return { created, updated, deleted: await deleteOthers(schedules, prefixOf(options.taskQueue), ids) };
}

/** A tick that Temporal has missed is not made up for: the next one finds everything. Ten seconds are the least it takes. */
const catchupWindowMs = 10_000;

async function keepOne(schedules: ScheduleClient, wanted: WantedSchedule): Promise<'created' | 'updated' | 'kept'> {
  const { id, spec, action } = wanted;
  const handle = schedules.getHandle(id);
  const known = await settingsOf(handle);
  if (known === undefined) return create(schedules, wanted);
  if (known === action.memo?.[settingsMemo]) return 'kept';
  await handle.update(({ policies, state }) => ({ spec, action, policies, state }));
  return 'updated';
}

/** @returns undefined if there is no such Schedule, null if it does not say */
async function settingsOf(handle: ReturnType<ScheduleClient['getHandle']>): Promise<unknown> {
  try {
    const { action } = await handle.describe();
    return action.memo?.[settingsMemo] ?? null;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

async function create(schedules: ScheduleClient, { id, spec, action }: WantedSchedule): Promise<'created' | 'kept'> {
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupWindowMs };
  try {
    await schedules.create({ scheduleId: id, spec, action, policies });
    return 'created';
  } catch (error) {
    // Another worker that starts at the same time.
    if (error instanceof ScheduleAlreadyRunning) return 'kept';
    throw error;
  }
}

/** Of this task queue, and wanted no more. */
async function deleteOthers(schedules: ScheduleClient, prefix: string, wanted: ReadonlySet<string>): Promise<string[]> {
  const deleted: string[] = [];
  for await (const { scheduleId } of schedules.list()) {
    if (!isOurs(scheduleId, prefix) || wanted.has(scheduleId)) continue;
    try {
      await schedules.getHandle(scheduleId).delete();
      deleted.push(scheduleId);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
  return deleted;
}

const kinds: readonly string[] = [
  ...[catchUpWorkflow, readFeedsWorkflow, nightlyCensusWorkflow, rollingCheckWorkflow, keepWebhooksWorkflow],
];

const isOurs = (id: string, prefix: string): boolean =>
  id.startsWith(prefix) && kinds.includes(id.slice(prefix.length).split('/')[0] ?? '');
