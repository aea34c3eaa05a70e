import type { CallContext, WebhookRegistrar, WebhookRegistration } from '../../connectors/connector.ts';
import { ConnectorError, type ConnectorErrorCode, Misconfigured } from '../../connectors/errors.ts';
import type { DesiredRegistration, RegistrationAction } from '../../engine/registrations.ts';
import type { KeeperDependencies } from './dependencies.ts';

export interface CarryOutParts extends Pick<KeeperDependencies, 'registrations' | 'now'> {
  readonly system: string;
  readonly registrar: WebhookRegistrar;
  readonly context: CallContext;
}

export interface CarriedOut {
  readonly made: number;
  readonly mended: number;
  readonly removed: number;
  /** Ids of registrations that work as they should by now. */
  readonly working: ReadonlySet<string>;
  readonly errors: readonly ConnectorError[];
}

/** They concern one registration: the others may still be put right. */
const ofOneRegistration: readonly ConnectorErrorCode[] = ['forbidden', 'rejected', 'stale_version', 'misconfigured'];

/**
 * Carries the actions out one by one. Ends at an error that concerns the system; what was not reached, or has an unknown
 * fate, is found again by its address at the next look. @throws what the store throws
 */
export async function carryOut(parts: CarryOutParts, actions: readonly RegistrationAction[]): Promise<CarriedOut> {
  const working = new Set<string>();
  const counts = { made: 0, mended: 0, removed: 0 };
  const errors: ConnectorError[] = [];
  for (const action of actions) {
    try {
      const did = await carryOutOne(parts, action);
      if (did.worksNow !== null) working.add(did.worksNow);
      if (did.counted !== null) counts[did.counted] += 1;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      errors.push(error);
      if (!ofOneRegistration.includes(error.code)) break;
    }
  }
  return { ...counts, working, errors };
}

interface Did {
  readonly worksNow: string | null;
  readonly counted: 'made' | 'mended' | 'removed' | null;
}

async function carryOutOne(parts: CarryOutParts, action: RegistrationAction): Promise<Did> {
  switch (action.kind) {
    case 'leave':
      return { worksNow: action.desired === null ? null : action.of.id, counted: null };
    case 'mend':
      return mend(parts, action);
    case 'remove':
      return remove(parts, action);
    case 'create': {
      const { system, registrar, registrations, context, now } = parts;
      const { pair, event, url } = action.desired;
      const { id } = await registrar.create(event, url, context);
      await registrations.remember(system, { id, pair, event, url }, now());
      return { worksNow: id, counted: 'made' };
    }
  }
}

async function mend(
  { system, registrar, registrations, context, now }: CarryOutParts,
  { of, desired, changes }: Extract<RegistrationAction, { kind: 'mend' }>,
): Promise<Did> {
  if (registrar.change === null) throw new Misconfigured(`${system}: a webhook can't be changed`, { system });
  const mayHaveMissed = changes.url !== undefined || changes.isActive !== undefined;
  // Before the call: whoever finds it mended after a crash has to know that it was silent until then.
  if (mayHaveMissed) await registrations.remember(system, { id: of.id, ...desired }, now());
  const mended = await registrar.change(of.id, changes, context);
  const tookChanges = isAsAsked(mended, changes);
  return { worksNow: works(mended, desired) ? of.id : null, counted: tookChanges ? 'mended' : null };
}

async function remove(
  { system, registrar, registrations, context }: CarryOutParts,
  { of, desired, reason }: Extract<RegistrationAction, { kind: 'remove' }>,
): Promise<Did> {
  await registrar.remove(of.id, context);
  await registrations.forget(system, [of.id]);
  if (reason === 'replaced' && desired !== null) await registrations.uncover(system, desired);
  return { worksNow: null, counted: 'removed' };
}

const works = ({ url, isActive }: WebhookRegistration, desired: DesiredRegistration): boolean =>
  isActive && url === desired.url;

/** A system may drop silently what it does not let us change. */
const isAsAsked = (
  shown: WebhookRegistration,
  { url = shown.url ?? '', isActive = shown.isActive, skipOwn = shown.skipOwn }: Partial<WebhookRegistration>,
): boolean => shown.url === url && shown.isActive === isActive && shown.skipOwn === skipOwn;
