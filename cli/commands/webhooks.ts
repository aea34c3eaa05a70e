import type { Command } from 'commander';
import type { z } from 'zod';
import { webhooksShape } from '../../api/ops/get-webhooks.ts';
import { keepShape } from '../../api/ops/post-webhooks-keep.ts';
import { createApiClient } from '../api-client.ts';
import { asJson } from '../help.ts';
import { tableOf } from '../table.ts';
import { duration } from '../words.ts';

type Webhooks = z.infer<typeof webhooksShape>;
type SystemWebhooks = Webhooks['systems'][number];
type State = SystemWebhooks['registrations'][number]['state'];

/** `tandem webhooks`: what the systems have registered, and what last came in. */
export function addWebhooks(program: Command): void {
  program
    .command('webhooks')
    .description('list the webhooks of each system, and when each last delivered something')
    .option('--mend', 'repair them now instead of at the next regular check')
    .option('--json', asJson)
    .action(async ({ mend, json }: { mend?: boolean; json?: boolean }) => {
      const api = createApiClient(process.env);
      if (mend === true) {
        const { workflowId } = await api.call('POST', '/webhooks/keep', keepShape);
        console.log(`They are being repaired (workflow ${workflowId}); \`tandem webhooks\` shows the result.`);
        return;
      }
      const webhooks = await api.call('GET', '/webhooks', webhooksShape);
      console.log(json === true ? JSON.stringify(webhooks) : inWords(webhooks, new Date()));
    });
}

const states: Readonly<Record<State, string>> = {
  ok: 'ok',
  missing: 'MISSING',
  inactive: 'INACTIVE',
  elsewhere: 'ELSEWHERE',
  reports_own_writes: 'reports our own writes',
  double: 'double',
  unwanted: 'of no pair',
  somebody_elses: "somebody else's",
};

function inWords({ publicUrl, systems }: Webhooks, now: Date): string {
  if (publicUrl === null)
    return 'PUBLIC_URL is not set, so no webhook is registered: set it to the address under which the systems reach Tandem.';
  return systems.map((system) => systemInWords(system, now)).join('\n\n');
}

function systemInWords({ system, checkedAt, trouble, unreadable, registrations }: SystemWebhooks, now: Date): string {
  const looked = checkedAt === null ? 'not checked yet' : `last checked ${ago(checkedAt, now)}`;
  return [
    `${system} (${looked})`,
    ...(trouble === null ? [] : [`  ! ${trouble}`]),
    ...(unreadable === null ? [table(registrations, now)] : [`  ! They can't be shown: ${unreadable}`]),
    ...(registrations.some(({ state }) => !isFine(state))
      ? ['What is not ok is repaired at the next regular check; `tandem webhooks --mend` does it now.']
      : []),
  ].join('\n');
}

const isFine = (state: State): boolean => state === 'ok' || state === 'somebody_elses';

const table = (registrations: SystemWebhooks['registrations'], now: Date): string =>
  tableOf(
    ['EVENT', 'STATE', 'LAST DELIVERY', 'URL'],
    registrations.map(({ event, state, deliveredAt, url }) => [
      event,
      states[state],
      deliveredAt === null ? '-' : ago(deliveredAt, now),
      url ?? '-',
    ]),
  );

const ago = (at: string, now: Date): string => `${duration(now.getTime() - Date.parse(at))} ago`;
