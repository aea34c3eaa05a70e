import type { Demo } from '../demo.ts';
import { tell } from '../tell.ts';
import { openPortalHouse, type PortalHouse } from './portal-house.ts';
import { PortalScene, type TaskIds } from './portal-scene.ts';
import { portalSteps } from './portal-steps.ts';

const defaultScale = 0.05;

/** `make demo PAIR=portal`: an agency's Productive, and the portal in which its clients follow their projects. */
export async function openPortalDemo(say: (line: string) => void): Promise<Demo> {
  const scale = scaleIn(process.env['DEMO_SCALE'] ?? '');
  const house = await openPortalHouse(say, scale);
  const { productive } = house;
  const scene = new PortalScene(house);
  const tasks = productive.records('tasks').length.toLocaleString('en');
  return {
    introduction: `Productive is simulated here, with ${tasks} tasks and its documented limits: 100 requests in 10 s (DEMO_SCALE=1: 27,199 tasks).`,
    tell: () => tell({ scene, steps: portalSteps, watchCalls: () => watchCalls(house) }),
    leaveOpen: () => {
      productive.webhooks.start(1_000);
      return invitation(house, scene.ids);
    },
    stop: () => house.stop(),
  };
}

function watchCalls({ productive }: PortalHouse): () => readonly string[] {
  const mark = productive.requests.mark();
  return () => productive.requests.since(mark).map(({ method, path }) => `${method} ${path}`);
}

class NotAScale extends Error {
  readonly code = 'not_a_scale';
}

/** @throws NotAScale */
function scaleIn(text: string): number {
  const scale = text === '' ? defaultScale : Number(text);
  if (scale > 0 && scale <= 1) return scale;
  throw new NotAScale('DEMO_SCALE must be a number above 0 and at most 1, which is 27,199 tasks');
}

function invitation(house: PortalHouse, ids: TaskIds): string {
  const { productive, apiUrl, portalUrl, apiToken, temporal, logFile } = house;
  const asClient = 'curl -H "Authorization: Bearer $CLIENT"';
  const json = "-H 'Content-Type: application/json'";
  const inProductive = `${productive.url}/_control/records/tasks/${ids.productive}`;
  return `
It stays up until Ctrl-C.
  Portal         ${portalUrl}   (with a token of ADMIN or CLIENT; ${portalUrl}/openapi.json)
  Ops API        ${apiUrl}   (token ${apiToken}; /healthz, /readyz, /metrics, /api/v1/openapi.json)
  Temporal's UI  ${temporal.uiUrl ?? `of ${temporal.address}`}
  Productive     ${productive.url}   (X-Auth-Token: ${productive.token}, X-Organization-Id: ${productive.organizationId})
  Log            ${logFile}

Try it:
  export PORTAL=${portalUrl}
  export ADMIN=${house.admin}
  export CLIENT=${house.client}
  ${asClient} "$PORTAL/projects?include=people"
  ${asClient} "$PORTAL/tasks/${ids.portal}?include=people,comments,attachments"
  ${asClient} -X PATCH ${json} "$PORTAL/tasks/${ids.portal}" -d '{"title":"Named in the portal"}'
  curl ${inProductive}
  curl -X PATCH ${json} ${inProductive} -d '{"title":"Named in Productive"}'
  ${asClient} "$PORTAL/tasks/${ids.portal}"
  ${asClient} ${json} "$PORTAL/tasks/${ids.portal}/comments" -d '{"body":"<p>Written in the portal</p>"}'
  ${asClient} -F file=@README.md "$PORTAL/tasks/${ids.portal}/attachments"
  ${asClient} "$PORTAL/tasks/${ids.portal}/attachments"
  curl -H "Authorization: Bearer $ADMIN" "$PORTAL/sync/unconfirmed"
  export TANDEM_API_URL=${apiUrl} TANDEM_API_TOKEN=${apiToken}
  npm run --silent tandem -- status
  npm run --silent tandem -- explain tasks ${ids.productive}
  npm run --silent tandem -- webhooks
  npm run --silent tandem -- backfill --all`;
}
