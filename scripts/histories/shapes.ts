import type { PassOutcome, PassSummary } from '../../workflows/contract.ts';
import type { Stage } from './stage.ts';

/** One way in which a run of `syncRecord` can go, and how to bring it about. */
export interface Shape {
  readonly name: string;
  /** What happens before the worker of the recording starts. */
  readonly beforeWorker?: (stage: Stage) => Promise<void>;
  /** Ends when the workflow has ended. */
  readonly play: (stage: Stage) => Promise<void>;
  /** Which run is recorded, if the workflow continues as new; by default the latest. */
  readonly run?: 'first' | 'latest';
}

/** The recording server suggests to continue as new from this many events on. More than any other shape has. */
export const suggestedEvents = 40;
/** Of a pass with a hint in it. */
const eventsOfAPass = 10;

const summary = (outcome: PassOutcome): PassSummary => ({
  outcome,
  again: false,
  fields: [],
  calls: { EspoCRM: 1, Advoware: 1 },
  tookMs: 120,
});
const done = summary({ kind: 'done', verdict: 'no_change' });
const written: PassSummary = { ...summary({ kind: 'done', verdict: 'master_newer' }), fields: ['lastName'] };
const waiting = (retryInMs: number): PassSummary =>
  summary({ kind: 'waiting', code: 'unavailable', system: 'Advoware', retryInMs });

/** A run of one pass with this outcome. */
const onePass = (name: string, result: PassSummary): Shape => ({
  name,
  play: async ({ ring, nextPass, ended }) => {
    await ring();
    (await nextPass()).end(result);
    await ended();
  },
});

const outcomes: readonly Shape[] = [
  onePass('one-pass', written),
  onePass('long-wait', waiting(900_000)),
  onePass('waits-for-another-record', summary({ kind: 'waiting', code: 'waits_for', system: null, retryInMs: null })),
  onePass('held-back', summary({ kind: 'held_back', code: 'rate_limited', system: 'Advoware' })),
  onePass('parked', summary({ kind: 'parked', code: 'rejected', system: 'EspoCRM' })),
  onePass('moved', summary({ kind: 'moved', key: 'a-master' })),
  onePass('paused', summary({ kind: 'paused' })),
  onePass('nothing', summary({ kind: 'nothing' })),
];

const hints: readonly Shape[] = [
  {
    name: 'hint-during-a-pass',
    play: async ({ ring, nextPass, isCalm, ended }) => {
      await ring();
      const first = await nextPass();
      await ring();
      await isCalm();
      first.end(written);
      (await nextPass()).end(done);
      await ended();
    },
  },
  {
    name: 'many-hints-during-a-pass',
    play: async ({ ring, nextPass, isCalm, ended }) => {
      await ring();
      const first = await nextPass();
      await Promise.all(Array.from({ length: 6 }, ring));
      await isCalm();
      first.end(written);
      (await nextPass()).end(done);
      await ended();
    },
  },
  {
    name: 'hint-while-the-run-ends',
    play: async ({ ring, nextPass, closeGate, ended }) => {
      await ring();
      const first = await nextPass();
      const gate = closeGate();
      first.end(written);
      await gate.reached;
      await ring();
      gate.open();
      (await nextPass()).end(done);
      await ended();
    },
  },
  {
    name: 'record-changed-during-the-pass',
    play: async ({ ring, nextPass, ended }) => {
      await ring();
      (await nextPass()).end({ ...written, again: true });
      (await nextPass()).end(done);
      await ended();
    },
  },
];

const shortWaits: readonly Shape[] = [
  {
    name: 'short-wait-to-its-end',
    play: async ({ ring, nextPass, ended }) => {
      await ring();
      (await nextPass()).end(waiting(1_000));
      (await nextPass()).end(done);
      await ended();
    },
  },
  {
    name: 'short-wait-ended-by-a-hint',
    play: async ({ ring, nextPass, timerRuns, ended }) => {
      await ring();
      (await nextPass()).end(waiting(60_000));
      await timerRuns();
      await ring();
      (await nextPass()).end(done);
      await ended();
    },
  },
  {
    name: 'short-wait-ended-by-a-check',
    play: async ({ ring, check, nextPass, timerRuns, ended }) => {
      await ring();
      (await nextPass()).end(waiting(60_000));
      await timerRuns();
      const answer = await check();
      (await nextPass()).end(done);
      await answer.result();
      await ended();
    },
  },
];

const checks: readonly Shape[] = [
  {
    name: 'check-of-a-fresh-run',
    play: async ({ check, nextPass, ended }) => {
      const answer = await check();
      (await nextPass()).end(done);
      await answer.result();
      await ended();
    },
  },
  {
    name: 'check-during-a-pass',
    play: async ({ ring, check, nextPass, ended }) => {
      await ring();
      const first = await nextPass();
      const answer = await check();
      first.end(written);
      (await nextPass()).end(done);
      await answer.result();
      await ended();
    },
  },
  {
    name: 'check-whose-look-finds-nothing-left',
    play: async ({ ring, check, nextPass, ended }) => {
      await ring();
      const first = await nextPass();
      const answer = await check();
      first.end(written);
      (await nextPass()).end(summary({ kind: 'nothing' }));
      await answer.result();
      await ended();
    },
  },
];

const failedAttempts: readonly Shape[] = [
  {
    name: 'attempt-failed',
    play: async ({ ring, nextPass, ended }) => {
      await ring();
      (await nextPass()).fail(new Error('The database does not answer'));
      (await nextPass()).end(done);
      await ended();
    },
  },
  {
    name: 'worker-killed',
    beforeWorker: async ({ ring, killWorkerInPass }) => {
      await ring();
      await killWorkerInPass();
    },
    play: async ({ nextPass, ended }) => {
      (await nextPass()).end(done);
      await ended();
    },
  },
];

/** Passes with a hint during each, until the end of one will be too much for one run. Gives that pass, not yet ended. */
async function fillHistory({ ring, nextPass, isCalm, countEvents }: Stage) {
  await ring();
  for (;;) {
    const pass = await nextPass();
    if ((await countEvents()) >= suggestedEvents - eventsOfAPass / 2) return pass;
    await ring();
    await isCalm();
    pass.end(written);
  }
}

async function continueAsNew(stage: Stage): Promise<void> {
  const last = await fillHistory(stage);
  await stage.ring();
  await stage.isCalm();
  last.end(written);
  (await stage.nextPass()).end(done);
  await stage.ended();
}

/** A check that came before the run could end is answered by this run. */
async function continueAsNewAfterACheck(stage: Stage): Promise<void> {
  const pass = await fillHistory(stage);
  const answer = await stage.check();
  pass.end(written);
  const answering = await stage.nextPass();
  await stage.ring();
  await stage.isCalm();
  answering.end(done);
  await answer.result();
  (await stage.nextPass()).end(done);
  await stage.ended();
}

/** The hint arrives in the moment in which the run is about to be continued by the next. */
async function hintWhileContinuing(stage: Stage): Promise<void> {
  const last = await fillHistory(stage);
  await stage.ring();
  await stage.isCalm();
  const gate = stage.closeGate();
  last.end(written);
  await gate.reached;
  await stage.ring();
  gate.open();
  (await stage.nextPass()).end(done);
  await stage.ended();
}

const longRuns: readonly Shape[] = [
  { name: 'continued-as-new', play: continueAsNew, run: 'first' },
  { name: 'continuation', play: continueAsNew },
  { name: 'continued-as-new-after-a-check', play: continueAsNewAfterACheck, run: 'first' },
  { name: 'hint-while-continuing-as-new', play: hintWhileContinuing, run: 'first' },
];

/** Everything that a run of `syncRecord` can look like. */
export const shapes: readonly Shape[] = [
  ...outcomes,
  ...hints,
  ...shortWaits,
  ...checks,
  ...failedAttempts,
  ...longRuns,
];
