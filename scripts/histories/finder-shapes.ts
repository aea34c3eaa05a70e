import {
  type CatchUpSummary,
  catchUpWorkflow,
  censusIdOf,
  censusSignalName,
  type CensusStep,
  censusWorkflow,
  keepWebhooksId,
  keepWebhooksWorkflow,
  nightlyCensusWorkflow,
  readFeedsWorkflow,
  rollingCheckWorkflow,
} from '../../workflows/contract.ts';
import type { FinderRun, FinderStage } from './finder-stage.ts';
import type { HeldActivity } from './held-work.ts';
import { suggestedEvents } from './shapes.ts';
import { taskQueue } from './worker-of-stage.ts';

/** One way in which a run of a workflow that looks for changes can go, and how to bring it about. */
export interface FinderShape {
  readonly name: string;
  /** Ends when the run has ended. */
  readonly play: (stage: FinderStage) => Promise<FinderRun>;
  /** Which run is recorded, if the workflow continues as new; by default the latest. */
  readonly run?: 'first' | 'latest';
}

const runId = 'a-run';
const moved: CensusStep = { kind: 'moved' };
const ended: CensusStep = { kind: 'ended' };
const failure = (): Error => new Error('The database does not answer');

const startCensus = (stage: FinderStage, pair = stage.name): Promise<FinderRun> =>
  stage.start(censusWorkflow, censusIdOf({ pair }, taskQueue), [{ pair, runId }]);
const startCatchUp = (stage: FinderStage, pair = stage.name): Promise<FinderRun> =>
  stage.start(catchUpWorkflow, `catch-up/${pair}`, [{ pair }]);
const startNightly = (stage: FinderStage, pair = stage.name): Promise<FinderRun> =>
  stage.start(nightlyCensusWorkflow, `nightly-census/${pair}`, [{ pair, walkId: censusIdOf({ pair }, taskQueue) }]);

/** A walk whose steps come to these. */
const steps = (name: string, ...results: readonly CensusStep[]): FinderShape => ({
  name,
  play: async (stage) => {
    const run = await startCensus(stage);
    for (const result of results) (await stage.work.stepCensus.next()).end(result);
    await run.ended();
    return run;
  },
});

/** A walk that stands still until it is told that something has changed. */
const standing = (name: string, standstill: CensusStep): FinderShape => ({
  name,
  play: async (stage) => {
    const run = await startCensus(stage);
    (await stage.work.stepCensus.next()).end(standstill);
    await run.timerRuns();
    await run.signal(censusSignalName);
    (await stage.work.stepCensus.next()).end(ended);
    await run.ended();
    return run;
  },
});

const censuses: readonly FinderShape[] = [
  steps('census-to-its-end', moved, moved, ended),
  steps('census-that-waits', { kind: 'wait', forMs: 500 }, ended),
  standing('census-told-while-it-waits', { kind: 'wait', forMs: 60_000 }),
  standing('census-paused-and-resumed', { kind: 'paused' }),
  {
    name: 'census-told-during-a-step',
    play: async (stage) => {
      const run = await startCensus(stage);
      const step = await stage.work.stepCensus.next();
      await run.signal(censusSignalName);
      await run.isCalm();
      step.end({ kind: 'paused' });
      (await stage.work.stepCensus.next()).end(ended);
      await run.ended();
      return run;
    },
  },
  {
    name: 'census-with-a-failed-step',
    play: async (stage) => {
      const run = await startCensus(stage);
      (await stage.work.stepCensus.next()).fail(failure());
      (await stage.work.stepCensus.next()).end(ended);
      await run.ended();
      return run;
    },
  },
  { name: 'census-continued-as-new', run: 'first', play: longCensus },
  { name: 'census-continuation', play: longCensus },
];

/** Steps until one run can't take any more, and one in the next. */
async function longCensus(stage: FinderStage): Promise<FinderRun> {
  const run = await startCensus(stage);
  let events = 0;
  while (events < suggestedEvents) {
    const step = await stage.work.stepCensus.next();
    events = await run.countEvents();
    step.end(moved);
  }
  (await stage.work.stepCensus.next()).end(ended);
  await run.ended();
  return run;
}

const nights: readonly FinderShape[] = [
  {
    name: 'nightly-census',
    play: async (stage) => {
      const run = await startNightly(stage);
      (await stage.work.beginNightlyCensus.next()).end(runId);
      (await stage.work.stepCensus.next()).end(ended);
      await run.ended();
      return run;
    },
  },
  {
    name: 'nightly-census-beside-another-run',
    play: async (stage) => {
      const run = await startNightly(stage);
      (await stage.work.beginNightlyCensus.next()).end(null);
      await run.ended();
      return run;
    },
  },
  {
    name: 'nightly-census-whose-walk-was-started-by-somebody-else',
    play: async (stage) => {
      const walk = await startCensus(stage);
      const step = await stage.work.stepCensus.next();
      const run = await startNightly(stage);
      (await stage.work.beginNightlyCensus.next()).end(runId);
      await run.ended();
      step.end(ended);
      await walk.ended();
      return run;
    },
  },
];

const page = (again: boolean) => ({ pages: 1, handedOver: 2, again });

const catchUps: readonly FinderShape[] = [
  {
    name: 'catch-up',
    play: async (stage) => {
      const run = await startCatchUp(stage);
      (await stage.work.catchUp.next()).end(page(false));
      await run.ended();
      return run;
    },
  },
  {
    name: 'catch-up-of-many-changes',
    play: async (stage) => {
      const run = await startCatchUp(stage);
      (await stage.work.catchUp.next()).end(page(true));
      (await stage.work.catchUp.next()).fail(failure());
      (await stage.work.catchUp.next()).end(page(false));
      await run.ended();
      return run;
    },
  },
  { name: 'catch-up-continued-as-new', run: 'first', play: longCatchUp },
];

const startFeeds = (stage: FinderStage): Promise<FinderRun> =>
  stage.start(readFeedsWorkflow, `feeds/${stage.name}`, [{ system: stage.name }]);

const feeds: readonly FinderShape[] = [
  {
    name: 'feeds',
    play: async (stage) => {
      const run = await startFeeds(stage);
      (await stage.work.readFeeds.next()).end(page(true));
      (await stage.work.readFeeds.next()).fail(failure());
      (await stage.work.readFeeds.next()).end(page(false));
      await run.ended();
      return run;
    },
  },
  { name: 'feeds-continued-as-new', run: 'first', play: longFeeds },
];

async function longCatchUp(stage: FinderStage): Promise<FinderRun> {
  return lookAtMuch(await startCatchUp(stage), stage.work.catchUp);
}

async function longFeeds(stage: FinderStage): Promise<FinderRun> {
  return lookAtMuch(await startFeeds(stage), stage.work.readFeeds);
}

/** Looks that find more, until one run can't take any more, and one in the next. */
async function lookAtMuch(run: FinderRun, looks: HeldActivity<CatchUpSummary>): Promise<FinderRun> {
  let events = 0;
  while (events < suggestedEvents) {
    const look = await looks.next();
    events = await run.countEvents();
    look.end(page(true));
  }
  (await looks.next()).end(page(false));
  await run.ended();
  return run;
}

const others: readonly FinderShape[] = [
  {
    name: 'rolling-check',
    play: async (stage) => {
      const run = await stage.start(rollingCheckWorkflow, `rolling-check/${stage.name}`, [{ pair: stage.name }]);
      (await stage.work.checkOldest.next()).fail(failure());
      (await stage.work.checkOldest.next()).end({ visited: 3, handedOver: 1 });
      await run.ended();
      return run;
    },
  },
  {
    name: 'keep-webhooks',
    play: async (stage) => {
      const run = await stage.start(keepWebhooksWorkflow, keepWebhooksId(taskQueue), []);
      (await stage.work.keepWebhooks.next()).fail(failure());
      (await stage.work.keepWebhooks.next()).end({ made: 1, mended: 0, removed: 0, covered: ['pair'], troubled: [] });
      await run.ended();
      return run;
    },
  },
];

/** Everything that a run of the finding workflows can look like. */
export const finderShapes: readonly FinderShape[] = [...censuses, ...nights, ...catchUps, ...feeds, ...others];
