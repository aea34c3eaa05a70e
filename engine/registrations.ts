/** Which webhooks should be registered with a system, and what has to be done so that they are. Pure. */

/** The webhooks that one system can send us. */
export interface WebhookSource {
  readonly system: string;
  /** Names the kind of system in our address: `espocrm`. */
  readonly path: string;
  /** The events of an entity, and the last part of the address that they are sent to. */
  readonly eventsOf: (entity: string) => readonly { readonly event: string; readonly segment: string }[];
}

/** A pair, as far as it says who sends webhooks. */
export interface WebhookPair {
  readonly name: string;
  readonly master: { readonly system: string; readonly entity: string };
  readonly replica: { readonly system: string; readonly entity: string };
}

export interface DesiredRegistration {
  readonly pair: string;
  readonly event: string;
  readonly url: string;
}

/** As the system shows it. */
export interface ExistingRegistration {
  readonly id: string;
  readonly event: string;
  readonly url: string | null;
  readonly isActive: boolean;
  /** Whether our own writes are left out; null where the system does not know of that. */
  readonly skipOwn: boolean | null;
}

/** One that we have made or taken over. */
export interface KnownRegistration {
  readonly id: string;
  readonly url: string;
  readonly madeAt: Date;
}

export type MendReason = 'elsewhere' | 'inactive' | 'reports_own_writes';

export interface RegistrationChanges {
  readonly url?: string;
  readonly isActive?: boolean;
  readonly skipOwn?: boolean;
}

export type RegistrationAction =
  | {
      readonly kind: 'mend';
      readonly of: ExistingRegistration;
      readonly desired: DesiredRegistration;
      readonly reasons: readonly MendReason[];
      readonly changes: RegistrationChanges;
    }
  | {
      readonly kind: 'remove';
      readonly of: ExistingRegistration;
      readonly desired: DesiredRegistration | null;
      /**
       * `double`: all that it has to send comes by another one as well. `replaced`: it is inactive or points elsewhere, so
       * what it has not delivered may go with it. `unwanted`: no pair needs it any more.
       */
      readonly reason: 'double' | 'replaced' | 'unwanted';
    }
  | { readonly kind: 'create'; readonly desired: DesiredRegistration; readonly reason: 'missing' }
  | {
      readonly kind: 'leave';
      readonly of: ExistingRegistration;
      readonly desired: DesiredRegistration | null;
      readonly reason: 'as_desired' | 'somebody_elses';
    };

/** The path of our route for a kind of system, a pair and an event. */
export const webhookRoute = (path: string, pair: string, segment: string): string =>
  `/webhooks/${path}/${pair}/${segment}`;

/** Everything that a system should send us: of each side that it has in the pairs. */
export function desiredRegistrations(
  pairs: readonly WebhookPair[],
  { system, path, eventsOf }: WebhookSource,
  publicUrl: string,
): readonly DesiredRegistration[] {
  const sidesOfSystem = pairs.flatMap(({ name, master, replica }) =>
    [master, replica].filter((side) => side.system === system).map(({ entity }) => ({ pair: name, entity })),
  );
  return sidesOfSystem.flatMap(({ pair, entity }) =>
    eventsOf(entity).map(({ event, segment }) => ({
      pair,
      event,
      url: `${publicUrl}${webhookRoute(path, pair, segment)}`,
    })),
  );
}

/**
 * What to do so that each desired event is sent once, to the right address. A registration is ours if we know its id, or
 * if it sends the event to our path for it, whatever the host: then the public URL was another one. Nobody else's is touched.
 * Changes come first and creations last, so that a system's limit is not in the way of what replaces something.
 */
export function planRegistrations(
  desired: readonly DesiredRegistration[],
  existing: readonly ExistingRegistration[],
  known: readonly KnownRegistration[],
): readonly RegistrationAction[] {
  const knownById = new Map(known.map((one) => [one.id, one]));
  const placed = existing.map((of) => ({ of, slot: slotOf(of, desired, knownById.get(of.id)) }));
  const perSlot = desired.flatMap((slot) => {
    const ours = placed.filter((one) => one.slot === slot).map(({ of }) => of);
    return actionsOf(slot, ours.toSorted(byPreference(slot, knownById)));
  });
  const others = placed.filter(({ slot }) => slot === null).map(({ of }) => withoutSlot(of, knownById.has(of.id)));
  const all = [...perSlot, ...others];
  return kindsInOrder.flatMap((kind) => all.filter((action) => action.kind === kind));
}

const kindsInOrder = ['mend', 'remove', 'create', 'leave'] as const;

/** Whether events may have been sent to nobody before the action, or go with it. */
export function leavesGap(action: RegistrationAction): boolean {
  switch (action.kind) {
    case 'create':
      return true;
    case 'mend':
      return action.reasons.some((reason) => reason !== 'reports_own_writes');
    case 'remove':
      return action.reason === 'replaced';
    case 'leave':
      return false;
  }
}

function slotOf(
  { event, url }: ExistingRegistration,
  desired: readonly DesiredRegistration[],
  known: KnownRegistration | undefined,
): DesiredRegistration | null {
  const ofEvent = desired.filter((slot) => slot.event === event);
  const at = (address: string | null) => ofEvent.find((slot) => address !== null && isSameRoute(slot.url, address));
  // What somebody has pointed elsewhere is told by the address that we gave it.
  return at(url) ?? (known === undefined ? null : (at(known.url) ?? null));
}

/** What lies before the route may differ: a reverse proxy's prefix changes with the host. */
function isSameRoute(ours: string, address: string): boolean {
  const route = /\/webhooks\/[^/]+\/[^/]+\/[^/]+$/.exec(ours)?.[0];
  return route !== undefined && (pathOf(address)?.endsWith(route) ?? false);
}

const pathOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).pathname : null);

/** The one to keep comes first: what works, then what we have known for longest. */
function byPreference({ url }: DesiredRegistration, known: ReadonlyMap<string, KnownRegistration>) {
  const rank = (one: ExistingRegistration): readonly number[] => [
    one.isActive && one.url === url ? 0 : 1,
    known.get(one.id)?.madeAt.getTime() ?? Number.POSITIVE_INFINITY,
  ];
  return (one: ExistingRegistration, other: ExistingRegistration): number => {
    const ranks = rank(one).map((value, index) => compare(value, rank(other)[index] ?? 0));
    return ranks.find((difference) => difference !== 0) ?? compare(one.id, other.id);
  };
}

const compare = <T extends number | string>(one: T, other: T): number => (one < other ? -1 : one > other ? 1 : 0);

function actionsOf(
  desired: DesiredRegistration,
  [kept, ...rest]: readonly ExistingRegistration[],
): readonly RegistrationAction[] {
  if (kept === undefined) return [{ kind: 'create', desired, reason: 'missing' }];
  const removals = rest.map((of): RegistrationAction => {
    const works = of.isActive && of.url === desired.url;
    return { kind: 'remove', of, desired, reason: works ? 'double' : 'replaced' };
  });
  return [mended(kept, desired), ...removals];
}

function mended(of: ExistingRegistration, desired: DesiredRegistration): RegistrationAction {
  const changes: RegistrationChanges = {
    ...(of.url === desired.url ? {} : { url: desired.url }),
    ...(of.isActive ? {} : { isActive: true }),
    ...(of.skipOwn === false ? { skipOwn: true } : {}),
  };
  const reasons: readonly MendReason[] = [
    ...(changes.url === undefined ? [] : ['elsewhere' as const]),
    ...(changes.isActive === undefined ? [] : ['inactive' as const]),
    ...(changes.skipOwn === undefined ? [] : ['reports_own_writes' as const]),
  ];
  return reasons.length === 0
    ? { kind: 'leave', of, desired, reason: 'as_desired' }
    : { kind: 'mend', of, desired, reasons, changes };
}

const withoutSlot = (of: ExistingRegistration, isOurs: boolean): RegistrationAction =>
  isOurs
    ? { kind: 'remove', of, desired: null, reason: 'unwanted' }
    : { kind: 'leave', of, desired: null, reason: 'somebody_elses' };
