import type { Client } from '@temporalio/client';
import type { CallBudget } from '../../connectors/call-budget.ts';
import type { Connector, WebhookRegistrar, WebhookRegistration } from '../../connectors/connector.ts';
import { BudgetSpent, ConnectorError } from '../../connectors/errors.ts';
import {
  desiredRegistrations,
  planRegistrations,
  type RegistrationAction,
  type WebhookPair,
} from '../../engine/registrations.ts';
import type { WebhookRegistrationStore } from '../../store/webhook-registrations.ts';
import { keepWebhooksId, keepWebhooksWorkflow } from '../../workflows/contract.ts';
import type { Metrics } from '../metrics.ts';

/** What can be said of one system's webhooks. */
export interface SystemWebhooks {
  readonly system: string;
  /** When the keeper last looked, and why it could not put everything right. */
  readonly checkedAt: Date | null;
  readonly trouble: string | null;
  /** Why they can't be shown; null: they are. */
  readonly unreadable: string | null;
  /** What the keeper would do with each, in the order in which it would. */
  readonly actions: readonly RegistrationAction[];
  /** By the id of the registration. */
  readonly deliveredAt: ReadonlyMap<string, Date>;
}

/** The systems' webhooks, for people. */
export interface WebhookDesk {
  /** Null: nothing is registered, because nobody has said where we are reached. */
  readonly publicUrl: string | null;
  /** Asks every system. @throws what the store throws */
  look(): Promise<readonly SystemWebhooks[]>;
  /** Has the keeper look now, or go on if it does already. @returns the workflow's id. @throws if Temporal does not answer */
  keep(): Promise<string>;
}

export interface WebhookDeskOptions {
  readonly pairs: readonly WebhookPair[];
  readonly connectors: readonly Connector[];
  readonly publicUrl: string | null;
  readonly registrations: () => Pick<WebhookRegistrationStore, 'known' | 'lastCheck'>;
  readonly budget: () => Pick<CallBudget, 'reserve'>;
  readonly metrics: Pick<Metrics, 'onCall'>;
  readonly client: Client;
  readonly taskQueue: string;
}

export function createWebhookDesk(options: WebhookDeskOptions): WebhookDesk {
  const { connectors, publicUrl, client, taskQueue } = options;
  return {
    publicUrl,
    look: async () => {
      const sending = connectors.flatMap((connector) =>
        connector.webhooks === undefined ? [] : [{ connector, registrar: connector.webhooks }],
      );
      return Promise.all(sending.map(({ connector, registrar }) => lookAt(options, connector, registrar)));
    },
    keep: async () => {
      await client.withDeadline(Date.now() + startsWithinMs, () =>
        client.workflow.start(keepWebhooksWorkflow, {
          workflowId: keepWebhooksId(taskQueue),
          taskQueue,
          args: [],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      );
      return keepWebhooksId(taskQueue);
    },
  };
}

const startsWithinMs = 10_000;

async function lookAt(
  options: WebhookDeskOptions,
  connector: Connector,
  registrar: WebhookRegistrar,
): Promise<SystemWebhooks> {
  const { system } = connector;
  const { pairs, publicUrl, registrations } = options;
  const known = await registrations().known(system);
  const { checkedAt, trouble } = await registrations().lastCheck(system);
  const deliveredAt = new Map(known.flatMap(({ id, deliveredAt: at }) => (at === null ? [] : [[id, at] as const])));
  const said = { system, checkedAt, trouble, deliveredAt, unreadable: null };
  if (publicUrl === null) return { ...said, actions: [] };
  const desired = desiredRegistrations(pairs, { system, ...registrar }, publicUrl);
  try {
    return { ...said, actions: planRegistrations(desired, await list(options, connector, registrar), known) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { ...said, unreadable: error.message, actions: [] };
  }
}

/** A person waits for it. @throws ConnectorError */
async function list(
  { budget, metrics }: WebhookDeskOptions,
  { system, timeoutMs }: Connector,
  registrar: WebhookRegistrar,
): Promise<readonly WebhookRegistration[]> {
  const reserved = await budget().reserve(system, 1, 'interactive');
  if (reserved.kind === 'spent') throw new BudgetSpent(`${system}: the budget of calls is spent`, { system });
  try {
    return await registrar.list({
      signal: AbortSignal.timeout(timeoutMs),
      beforeCall: async (call) => {
        await reserved.reservation.take();
        metrics.onCall(call);
      },
    });
  } finally {
    await reserved.reservation.settle();
  }
}
