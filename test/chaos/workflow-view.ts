import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../workflows/contract.ts';
import type { Finding } from './findings.ts';
import { taskQueue } from './product.ts';

const mostAskedAbout = 25;

/** What Temporal is doing for records that are stuck, so that whoever looks into it sees who waits for whom. */
export async function withWorkflows(address: string, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  try {
    const asked = findings.slice(0, mostAskedAbout).map(async (finding): Promise<Finding> => {
      const doing = await describe(client, finding).catch(() => 'no workflow');
      return { ...finding, what: `${finding.what}; ${doing}` };
    });
    return [...(await Promise.all(asked)), ...findings.slice(mostAskedAbout)];
  } finally {
    await connection.close();
  }
}

async function describe(client: Client, { pair = '', record: key }: Finding): Promise<string> {
  const handle = client.workflow.getHandle(workflowIdOf({ pair, key }, taskQueue));
  const { status, startTime, raw } = await handle.describe();
  const [activity] = raw.pendingActivities ?? [];
  const pending =
    activity === undefined
      ? 'no pass pending'
      : `pass in state ${activity.state ?? '?'}, attempt ${activity.attempt ?? '?'}, ` +
        `${activity.lastFailure?.message ?? 'no failure'}, next at ${secondsOf(activity.scheduledTime)}`;
  return `workflow ${status.name} since ${startTime.toISOString()}, ${pending}`;
}

const secondsOf = (time: { seconds?: unknown } | null | undefined): string =>
  time?.seconds === undefined ? '?' : new Date(Number(time.seconds) * 1_000).toISOString();
