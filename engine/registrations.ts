/** Which webhooks should be registered with a system, and what has to be done so that they are. Pure. */

/**
 * An event of a system, and what tells it from others in our address: either the last part of a path that names the pair
 * too, or a query, where one registration serves all pairs of its entity.
 */
export type WebhookEvent =
  { readonly event: string; readonly segment: string } | { readonly event: string; readonly query: string };

/** The webhooks that one system can send us. */
export interface WebhookSender {
  readonly system: string;
  /** Names the kind of system in our address. */
  readonly path: string;
  readonly eventsOf: (entity: string) => readonly WebhookEvent[];
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

/** Our address for an event, below the public URL. */
const webhookRoute = (path: string, pair: string, event: WebhookEvent): string =>
  'segment' in event ? `/webhooks/${path}/${pair}/${event.segment}` : `/webhooks/${path}?${event.query}`;

/**
 * Everything that a system should send us: of each side that it has in the pairs. Those of several pairs with the same event
 * and address are one registration.
 */
export function desiredRegistrations(
  pairs: readonly WebhookPair[],
  { system, path, eventsOf }: WebhookSender,
  publicUrl: string,
): readonly DesiredRegistration[] {
  const sidesOfSystem = pairs.flatMap(({ name, master, replica }) =>
    [master, replica].filter((side) => side.system === system).map(({ entity }) => ({ pair: name, entity })),
  );
  return sidesOfSystem.flatMap(({ pair, entity }) =>
    eventsOf(entity).map((event) => ({
      pair,
      event: event.event,
      url: `${publicUrl}${webhookRoute(path, pair, event)}`,
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
  { canChange = true }: PlanOptions = {},
): readonly RegistrationAction[] {
  const knownById = new Map(known.map((one) => [one.id, one]));
  const slots = desired.filter((one, index) => desired.findIndex((other) => isSameRegistration(one, other)) === index);
  const placed = existing.map((of) => ({ of, slot: slotOf(of, slots, knownById.get(of.id)) }));
  const perSlot = slots.flatMap((slot) => {
    const ours = placed.filter((one) => one.slot === slot).map(({ of }) => of);
    const actions = actionsOf(slot, ours.toSorted(byPreference(slot, knownById)));
    return canChange ? actions : actions.flatMap(madeAnew);
  });
  const others = placed.filter(({ slot }) => slot === null).map(({ of }) => withoutSlot(of, knownById.has(of.id)));
  const all = [...perSlot, ...others];
  return kindsInOrder.flatMap((kind) => all.filter((action) => action.kind === kind));
}

export interface PlanOptions {
  /** Whether the system can change a registration; else it is removed and made anew. */
  readonly canChange?: boolean;
}

/** Whether one registration serves both. */
export const isSameRegistration = (
  one: Pick<DesiredRegistration, 'event' | 'url'>,
  other: Pick<DesiredRegistration, 'event' | 'url'>,
): boolean => one.event === other.event && one.url === other.url;

function madeAnew(action: RegistrationAction): readonly RegistrationAction[] {
  if (action.kind !== 'mend') return [action];
  const { of, desired } = action;
  return [
    { kind: 'remove', of, desired, reason: 'replaced' },
    { kind: 'create', desired, reason: 'missing' },
  ];
}

const kindsInOrder = ['mend', 'remove', 'create', 'leave'] as const;

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
  if (!URL.canParse(address)) return false;
  const [, route, query = ''] = /(\/webhooks\/[^/?]+(?:\/[^/?]+\/[^/?]+)?)(?:\?(.*))?$/.exec(ours) ?? [];
  const { pathname, searchParams } = new URL(address);
  if (route === undefined || !pathname.endsWith(route)) return false;
  return [...new URLSearchParams(query)].every(([name, value]) => searchParams.get(name) === value);
}

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
