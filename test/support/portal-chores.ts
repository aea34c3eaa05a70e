import { until } from './until.ts';

/** What has to be done once before the portal's pairs can be worked with. */
export interface PortalChores {
  /** Registers what is missing, and waits until everything that follows from that is done. */
  keepWebhooks(): Promise<void>;
  /** Walks over all pairs, parents first, and waits until everything that follows from that is done. */
  importAll(): Promise<void>;
  /** Nothing waits, and no walk is under way. */
  isIdle(): Promise<boolean>;
}

/** One request to the ops API. */
export type OpsRequest = (
  method: 'GET' | 'POST',
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly body: unknown }>;

/** On a machine that does much else. */
const doneWithinMs = 300_000;

interface Status {
  readonly inbox: { readonly waiting: number };
  readonly pairs: readonly {
    readonly name: string;
    readonly census: unknown;
    readonly records: { readonly waiting: number };
  }[];
}

/** @param pairs the names of those that are configured, parents first */
export function portalChores(api: OpsRequest, pairs: readonly string[]): PortalChores {
  const isIdle = async (): Promise<boolean> => {
    const { status, body } = await api('GET', '/status');
    // A machine that does much else can't answer every time.
    if (status !== 200) return false;
    const { inbox, pairs } = body as Status;
    return inbox.waiting === 0 && pairs.every(({ census }) => census === null);
  };
  const areRegistered = async (): Promise<boolean> => {
    // A look that is under way has listed them before whatever the test did.
    await api('POST', '/webhooks/keep');
    const { status, body } = await api('GET', '/webhooks');
    if (status !== 200) return false;
    const { systems } = body as { systems: { registrations: { state: string }[] }[] };
    const all = systems.flatMap(({ registrations }) => registrations);
    return all.length > 0 && all.every(({ state }) => state === 'ok' || state === 'somebody_elses');
  };
  return {
    isIdle,
    keepWebhooks: async () => {
      await until('all webhooks are registered', areRegistered, doneWithinMs, 1_000);
      await until('everything that followed is done', isIdle, doneWithinMs);
    },
    importAll: async () => {
      for (const name of pairs) {
        // 409: one that the keeper has asked for is under way, and it imports nothing.
        await until(
          `the census of ${name} has begun`,
          async () => (await api('POST', `/pairs/${name}/census`, {})).status === 202,
          doneWithinMs,
        );
      }
      await until('everything is imported', isIdle, doneWithinMs);
    },
  };
}
