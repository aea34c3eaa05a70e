import { type Step, type StepResult, told } from '../tell.ts';
import { filesStep } from './files-step.ts';
import type { PortalScene } from './portal-scene.ts';
import { readAlong, readerCount, type Readings } from './readers.ts';

const wide = Number.POSITIVE_INFINITY;
/** Of Productive's events: a task was changed. */
const taskUpdated = 24;
const webhookCount = 33;

/** What Tandem does between Productive and a portal, with the number of requests to Productive that each step may cost. */
export const portalSteps: readonly Step<PortalScene>[] = [
  {
    title: 'All is imported; fifty people read meanwhile',
    expected: { verdicts: ['imported'], calls: [1, wide] },
    play: imported,
  },
  {
    title: 'The fifty read on',
    expected: { verdicts: ['own tables'], calls: [0, 0] },
    play: async ({ house }) => {
      const begunMs = performance.now();
      const readings = await readAlong(house, AbortSignal.timeout(5_000));
      allRead(readings);
      return {
        ...{ verdict: 'own tables', tookMs: performance.now() - begunMs },
        seen: `${inWords(readings)}; Productive was asked nothing`,
      };
    },
  },
  {
    title: "Productive's webhooks; tandem webhooks --mend",
    expected: { verdicts: ['registered'], calls: [webhookCount + 1, wide] },
    play: async (scene) => {
      const [begun, begunMs] = [new Date(), performance.now()];
      await scene.tandem('webhooks', '--mend');
      const areActive = () => Promise.resolve(activeWebhooks(scene) === webhookCount);
      const tookMs = await scene.settled('all are registered', areActive, begunMs);
      await scene.settled('what came before them was looked for', () => scene.wasWalkedSince(begun));
      // With the first delivery their keys are read, once.
      scene.changeInProductive({ title: 'Launch' });
      await scene.afterWebhooks('the first delivery comes in', async () => (await scene.title()) === 'Launch');
      return {
        verdict: 'registered',
        tookMs,
        seen: `${webhookCount} of them; what changed before they were there was looked for`,
      };
    },
  },
  {
    title: 'A task is renamed in Productive',
    expected: { verdicts: ['in the portal'], calls: [1, 1] },
    play: async (scene) => {
      scene.changeInProductive({ title: 'Launch on Monday' });
      const tookMs = await scene.afterWebhooks(
        'the portal shows the name',
        async () => (await scene.title()) === 'Launch on Monday',
      );
      return { verdict: 'in the portal', tookMs, seen: 'portal: Launch on Monday' };
    },
  },
  {
    title: 'A client sets its due date in the portal',
    expected: { verdicts: ['pending→synced'], calls: [2, 2] },
    play: dueDateSet,
  },
  {
    title: 'Productive tells of our own write',
    expected: { verdicts: ['echo'], calls: [0, 1] },
    play: async (scene) => {
      const { version } = (await scene.page()).task;
      const tookMs = await scene.afterWebhooks('it was looked at', () => Promise.resolve(true));
      told((await scene.page()).task.version === version, "the portal's row is as it was");
      return { verdict: 'echo', tookMs, seen: 'read once more at most, nothing was written' };
    },
  },
  filesStep.written,
  filesStep.downloaded,
  {
    title: 'A webhook is off; tandem webhooks --mend',
    expected: { verdicts: ['healed'], calls: [3, wide] },
    play: healed,
  },
];

async function imported(scene: PortalScene): Promise<StepResult> {
  const over = new AbortController();
  const begunMs = performance.now();
  const reading = readAlong(scene.house, over.signal);
  const exitCode = await scene.tandemShown('backfill', '--all').finally(() => {
    over.abort();
  });
  const tookMs = performance.now() - begunMs;
  const readings = await reading;
  told(exitCode === 0, 'the import came to its end');
  allRead(readings);
  const { pairs } = await scene.status();
  for (const type of ['tasks', 'comments']) {
    const there = scene.house.productive.records(type).filter(({ deleted }) => !deleted).length;
    told(pairs.find(({ name }) => name === type)?.records.linked === there, `all ${there} ${type} are in the portal`);
  }
  await scene.chooseTask();
  const linked = pairs.reduce((sum, { records }) => sum + records.linked, 0);
  return {
    verdict: 'imported',
    tookMs,
    seen: `${linked} records in ${pairs.length} pairs; meanwhile ${inWords(readings)}`,
  };
}

const allRead = ({ pages, failures }: Readings): void => {
  told(pages > 0 && failures.length === 0, `every page was read (${failures.slice(0, 3).join('; ')})`);
};

const inWords = ({ pages, p50Ms, p95Ms, longestMs }: Readings): string =>
  `${readerCount} people opened ${pages} pages: p50 ${p50Ms.toFixed(0)} ms, p95 ${p95Ms.toFixed(0)} ms, longest ${longestMs.toFixed(0)} ms`;

async function dueDateSet(scene: PortalScene): Promise<StepResult> {
  const dueDate = '2031-05-06';
  const begunMs = performance.now();
  const { syncState } = await scene.write('PATCH', '', { dueDate });
  const answeredMs = performance.now() - begunMs;
  told(syncState === 'pending', 'it is pending first');
  const tookMs = await scene.settled(
    'it is synced',
    async () => (await scene.page()).task.syncState === 'synced' && scene.inProductive()['due_date'] === dueDate,
    begunMs,
  );
  return {
    ...{ verdict: `${syncState}→synced`, tookMs },
    seen: `answered after ${answeredMs.toFixed(0)} ms; Productive: due on ${dueDate}`,
  };
}

const activeWebhooks = ({ house }: PortalScene): number =>
  house.productive.webhooks.list().filter(({ values }) => values['deactivated_at'] === null).length;

async function healed(scene: PortalScene): Promise<StepResult> {
  const { webhooks } = scene.house.productive;
  await scene.afterWebhooks('what was told before is looked at', () => Promise.resolve(true));
  const off = webhooks.list().find(({ values }) => values['event_id'] === taskUpdated);
  webhooks.switchOff(off?.id ?? '');
  scene.changeInProductive({ title: 'Launch on Tuesday' });
  const { requests } = await webhooks.deliver();
  told(requests === 0 && (await scene.title()) === 'Launch on Monday', 'the portal hears nothing of it');
  const begunMs = performance.now();
  await scene.tandem('webhooks', '--mend');
  const isHealed = async () => (await scene.title()) === 'Launch on Tuesday' && activeWebhooks(scene) === webhookCount;
  const tookMs = await scene.settled('the portal shows what nobody had told it', isHealed, begunMs);
  return { verdict: 'healed', tookMs, seen: 'registered anew; what was missed was looked for: Launch on Tuesday' };
}
