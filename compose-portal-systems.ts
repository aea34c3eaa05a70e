import type { MasterFiles } from './api/portal/writing/writing-parts.ts';
import type { ComposedSystem } from './compose-office.ts';
import type { Config } from './config.ts';
import type { CallBudget } from './connectors/call-budget.ts';
import type { Call, Connector } from './connectors/connector.ts';
import { BudgetSpent } from './connectors/errors.ts';
import { oneAtATimeHere } from './connectors/one-at-a-time.ts';
import { createPortalConnector } from './connectors/portal/connector.ts';
import { createProductiveConnector } from './connectors/productive/connector.ts';
import type { Database } from './store/database.ts';
import { oneAtATimeIn } from './store/one-at-a-time.ts';
import { AttachmentStore } from './store/portal/attachment-writes.ts';
import { PortalRecordStore } from './store/portal/records.ts';

/** For one statement; tables of our own database answer fast or not at all. */
const portalTimeoutMs = 10_000;

/** Productive and the portal's tables, as far as they are configured. @param database throws while there is none yet */
export function composePortalSystems(config: Config, database: () => Database): readonly ComposedSystem[] {
  const { PRODUCTIVE_TOKEN: token, PRODUCTIVE_ORGANIZATION_ID: organizationId } = config;
  if (token === undefined || organizationId === undefined) return [];
  const { PRODUCTIVE_FILES_URL: filesUrl, PRODUCTIVE_UPLOAD_URL: uploadUrl, DATABASE_URL: shared } = config;
  const productive = createProductiveConnector({
    ...{ token: token.reveal(), organizationId, url: config.PRODUCTIVE_URL },
    ...(filesUrl !== undefined && { filesUrl }),
    ...(uploadUrl !== undefined && { uploadUrl }),
    personId: config.PRODUCTIVE_PERSON_ID ?? null,
    installation: config.PRODUCTIVE_WEBHOOK_NAME,
    timeoutMs: config.PRODUCTIVE_TIMEOUT,
    // The embedded database belongs to one process.
    oneAtATime: shared === undefined ? oneAtATimeHere() : oneAtATimeIn(shared.reveal()),
    content: async (attachmentId) => new AttachmentStore(database()).fileOf(attachmentId),
  });
  const portal = createPortalConnector({
    records: () => new PortalRecordStore(database()),
    timeoutMs: portalTimeoutMs,
  });
  return [
    { connector: productive, sending: { connector: productive, webhookSecrets: config.PRODUCTIVE_WEBHOOK_TOKENS } },
    { connector: portal },
  ];
}

export interface MasterFilesParts {
  readonly connectors: Readonly<Record<string, Connector>>;
  /** Throws while there is no database yet. */
  readonly budget: () => CallBudget;
  readonly onCall: (call: Call) => void;
}

/** A file is downloaded within this time. */
const fileTimeoutMs = 120_000;

/** Files that users of the portal ask for: a person waits. Null: no system keeps any. */
export function composeMasterFiles({ connectors, budget, onCall }: MasterFilesParts): MasterFiles | null {
  const keeper = Object.values(connectors).find(({ files }) => files !== undefined);
  if (keeper?.files === undefined) return null;
  const { system, files } = keeper;
  return {
    open: async ({ id, url }) => {
      const reserved = await budget().reserve(system, 1, 'interactive');
      if (reserved.kind === 'spent') throw new BudgetSpent(`${system}: the budget of calls is spent`, { system });
      const record = { id, version: null, attributes: { url }, raw: {}, modifiedAt: null, modifiedByUs: null };
      try {
        return await files.open(record, {
          signal: AbortSignal.timeout(fileTimeoutMs),
          beforeCall: async (call) => {
            await reserved.reservation.take();
            onCall(call);
          },
        });
      } finally {
        await reserved.reservation.settle();
      }
    },
  };
}
