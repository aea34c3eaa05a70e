import { type DemoHouse, openDemoHouse } from './demo-house.ts';
import { steps } from './steps.ts';
import { Scene, type Step, StoryFailed } from './story.ts';

/** `make demo`: everything on this machine, the main story, and then it stays up. `ONCE=1` ends after the story. */
const once = (process.env['ONCE'] ?? '') !== '';

const house = await openOrExplain();
if (house !== null) {
  const told = await tellStory(house);
  if (once || !told) await house.stop();
  else await stayUp(house);
  process.exitCode = told ? 0 : 1;
}

async function openOrExplain(): Promise<DemoHouse | null> {
  try {
    return await openDemoHouse((line) => {
      console.log(line);
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'The demo could not be started');
    process.exitCode = 1;
    return null;
  }
}

async function tellStory(demo: DemoHouse): Promise<boolean> {
  console.log('\nEspoCRM and Advoware are simulated here, with the quirks that were observed on the real ones.\n');
  const scene = new Scene(demo);
  for (const [index, step] of steps.entries()) {
    try {
      await tellStep(scene, step, index + 1);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      console.error(`${index + 1}. ${step.title}: FAILED: ${reason}`);
      return false;
    }
  }
  return true;
}

async function tellStep(scene: Scene, step: Step, number: number): Promise<void> {
  const { crm, firm } = scene.house;
  const marks = [crm.requests.mark(), firm.requests.mark()] as const;
  const { verdict, tookMs, seen } = await step.play(scene);
  const calls =
    crm.requests.count({ since: marks[0], path: '/CBeteiligte' }) +
    firm.requests.count({ since: marks[1], path: '/Beteiligte' });
  console.log(`${number}. ${step.title.padEnd(48)} ${verdict.padEnd(14)} ${calls} calls  ${Math.round(tookMs)} ms`);
  console.log(`     ${seen}`);
  const [least, most] = step.expected.calls;
  if (!step.expected.verdicts.includes(verdict))
    throw new StoryFailed(`the verdict should be ${step.expected.verdicts.join(' or ')}`);
  if (calls < least || calls > most)
    throw new StoryFailed(`it should cost ${least === most ? least : `${least} to ${most}`} calls`);
}

async function stayUp(demo: DemoHouse): Promise<void> {
  // From here on EspoCRM sends its webhooks by itself.
  demo.crm.webhooks.start(1_000);
  console.log(invitation(demo));
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1));
      resolve(undefined);
    });
  }
  await ended;
  console.log('\nEnding everything …');
  await demo.stop();
}

function invitation({ crm, firm, apiUrl, apiToken, temporal, logFile }: DemoHouse): string {
  const [party] = crm.records('CBeteiligte');
  const id = party?.id ?? '';
  return `
It stays up until Ctrl-C.
  API            ${apiUrl}   (token ${apiToken}; /healthz, /readyz, /metrics, /api/v1/openapi.json)
  Temporal's UI  ${temporal.uiUrl ?? `of ${temporal.address}`}
  EspoCRM        ${crm.url}   (X-Api-Key: ${crm.apiUser.apiKey})
  Advoware       ${firm.url}
  Log            ${logFile}

Try it:
  export TANDEM_API_URL=${apiUrl} TANDEM_API_TOKEN=${apiToken}
  npm run --silent tandem -- status
  npm run --silent tandem -- explain beteiligte ${id}
  curl -X PUT ${firm.url}/_control/beteiligte/${String(party?.['betnr'])} -H 'Content-Type: application/json' -d '{"titel":"Dr. Dr."}'
  npm run --silent tandem -- sync-check beteiligte ${id}
  curl -u admin:${crm.admin.password} -X PUT ${crm.url}/api/v1/CBeteiligte/${id} -d '{"lastName":"Maier"}'
  curl ${firm.url}/_control/beteiligte`;
}
