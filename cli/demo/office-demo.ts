import type { Demo } from './demo.ts';
import { type DemoHouse, openDemoHouse } from './demo-house.ts';
import { steps } from './steps.ts';
import { Scene } from './story.ts';
import { tell } from './tell.ts';

/** `make demo`: the parties of a law firm, in EspoCRM and Advoware. */
export async function openOfficeDemo(say: (line: string) => void): Promise<Demo> {
  const house = await openDemoHouse(say);
  return {
    introduction: 'EspoCRM and Advoware are simulated here, with the quirks that were observed on the real ones.',
    tell: () => tell({ scene: new Scene(house), steps, watchCalls: () => watchCalls(house) }),
    leaveOpen: () => {
      house.crm.webhooks.start(1_000);
      return invitation(house);
    },
    stop: () => house.stop(),
  };
}

function watchCalls({ crm, firm }: DemoHouse): () => readonly string[] {
  const marks = [crm.requests.mark(), firm.requests.mark()] as const;
  return () =>
    [
      ...crm.requests.all({ since: marks[0], path: '/CBeteiligte' }),
      ...firm.requests.all({ since: marks[1], path: '/Beteiligte' }),
    ].map(({ method, path }) => `${method} ${path}`);
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
