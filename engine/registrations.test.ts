import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsAlways } from '../test/support/property.ts';
import {
  type DesiredRegistration,
  desiredRegistrations,
  type ExistingRegistration,
  type KnownRegistration,
  planRegistrations,
  type RegistrationAction,
} from './registrations.ts';

const publicUrl = 'https://sync.example.com';
const source = (system: string) => ({
  system,
  path: 'espocrm',
  eventsOf: (entity: string) =>
    ['create', 'update', 'delete'].map((kind) => ({ event: `${entity}.${kind}`, segment: kind })),
});
const parties = {
  name: 'beteiligte',
  master: { system: 'EspoCRM', entity: 'CBeteiligte' },
  replica: { system: 'Advoware', entity: 'Beteiligte' },
};
const contacts = {
  name: 'contacts',
  master: { system: 'EspoCRM', entity: 'Contact' },
  replica: { system: 'second EspoCRM', entity: 'Contact' },
};
/** A second pair of the same entity: only the path tells their events apart. */
const suppliers = { ...contacts, name: 'suppliers' };

const desired = desiredRegistrations([parties, contacts, suppliers], source('EspoCRM'), publicUrl);
const [create] = desiredRegistrations([parties], source('EspoCRM'), publicUrl) as readonly [DesiredRegistration];

const registered = (changes: Partial<ExistingRegistration> = {}): ExistingRegistration => ({
  id: 'a',
  event: create.event,
  url: create.url,
  isActive: true,
  skipOwn: true,
  ...changes,
});
const knownAs = (id: string, minute = 0): KnownRegistration => ({
  id,
  url: create.url,
  madeAt: new Date(Date.UTC(2031, 4, 6, 0, minute)),
});
const inWords = (action: RegistrationAction): string => {
  const why = action.kind === 'mend' ? action.reasons.join('+') : action.reason;
  return [action.kind, ...('of' in action ? [action.of.id] : []), why].join(' ');
};
const plan = (existing: readonly ExistingRegistration[], known: readonly KnownRegistration[] = []) =>
  planRegistrations([create], existing, known).map(inWords);

describe('what should be registered', () => {
  test('each side that is such a system sends creations, edits and deletions to an address of its pair', () => {
    expect(desiredRegistrations([parties, contacts], source('second EspoCRM'), publicUrl)).toEqual(
      ['create', 'update', 'delete'].map((kind) => ({
        pair: 'contacts',
        event: `Contact.${kind}`,
        url: `https://sync.example.com/webhooks/espocrm/contacts/${kind}`,
      })),
    );
  });
});

describe('what is done', () => {
  test.each<[string, readonly ExistingRegistration[], readonly KnownRegistration[], readonly string[]]>([
    ['nothing is there', [], [], ['create missing']],
    ['all is well', [registered()], [], ['leave a as_desired']],
    ['EspoCRM is too old for skipOwn', [registered({ skipOwn: null })], [], ['leave a as_desired']],
    ['it was switched off', [registered({ isActive: false })], [], ['mend a inactive']],
    ['our own writes come back', [registered({ skipOwn: false })], [], ['mend a reports_own_writes']],
    [
      'it points to an address that we had before',
      [registered({ url: 'http://10.0.0.5:8080/webhooks/espocrm/beteiligte/create', isActive: false })],
      [],
      ['mend a elsewhere+inactive'],
    ],
    [
      'somebody pointed ours elsewhere',
      [registered({ url: 'https://x.example/' })],
      [knownAs('a')],
      ['mend a elsewhere'],
    ],
    ['ours has lost its address', [registered({ url: null })], [knownAs('a')], ['mend a elsewhere']],
    [
      'somebody else listens to the same event',
      [registered({ url: 'https://x.example/hook' })],
      [],
      ['create missing', 'leave a somebody_elses'],
    ],
    [
      'somebody sends another event to our path',
      [registered({ event: 'Account.create' })],
      [],
      ['create missing', 'leave a somebody_elses'],
    ],
    [
      'one that no pair needs any more was made by us',
      [registered(), registered({ id: 'b', event: 'Lead.create', url: `${publicUrl}/webhooks/espocrm/leads/create` })],
      [knownAs('b')],
      ['remove b unwanted', 'leave a as_desired'],
    ],
    [
      'of two that work the one that we have known for longer stays',
      [registered({ id: 'a' }), registered({ id: 'b' }), registered({ id: 'c' })],
      [knownAs('b', 2), knownAs('c', 1)],
      ['remove b double', 'remove a double', 'leave c as_desired'],
    ],
    [
      'one that works stays before an older one that does not',
      [registered({ id: 'a', isActive: false }), registered({ id: 'b' })],
      [knownAs('a')],
      ['remove a replaced', 'leave b as_desired'],
    ],
  ])('%s', (_title, existing, known, expected) => {
    expect(plan(existing, known)).toEqual(expected);
  });
});

const addresses = fc.oneof(
  fc.constantFrom(...desired.map(({ url }) => url)),
  fc.constantFrom(...desired.map(({ url }) => url.replace(publicUrl, 'http://old.example:8080/prefix'))),
  fc.constantFrom('https://somebody.example/hook', 'no address', '', null),
);
const events = fc.constantFrom(...desired.map(({ event }) => event), 'Account.create');
const anyRegistration = fc.record({
  event: events,
  url: addresses,
  isActive: fc.boolean(),
  skipOwn: fc.option(fc.boolean()),
});
const situations = fc
  .array(fc.tuple(anyRegistration, fc.option(fc.record({ url: addresses, minute: fc.nat(3) }))), { maxLength: 12 })
  .map((rows) => ({
    existing: rows.map(([one], index): ExistingRegistration => ({ ...one, id: `r${index}` })),
    known: rows.flatMap(([, as], index) =>
      as === null ? [] : [{ ...knownAs(`r${index}`, as.minute), url: as.url ?? '' }],
    ),
  }));

/** What the system has after the actions, and what we know then. */
function carriedOut(
  actions: readonly RegistrationAction[],
  { existing, known }: { existing: readonly ExistingRegistration[]; known: readonly KnownRegistration[] },
) {
  const gone = new Set(actions.flatMap((action) => (action.kind === 'remove' ? [action.of.id] : [])));
  const changed = existing
    .filter(({ id }) => !gone.has(id))
    .map((one) => {
      const mend = actions.find((action) => action.kind === 'mend' && action.of.id === one.id);
      return mend?.kind === 'mend' ? { ...one, ...mend.changes } : one;
    });
  const made = actions.flatMap((action, index) =>
    action.kind === 'create' ? [{ ...registered(action.desired), id: `new${index}`, isActive: true }] : [],
  );
  const ours = actions.flatMap((action) => ('of' in action && action.desired !== null ? [action.of.id] : []));
  return { existing: [...changed, ...made], known: known.filter(({ id }) => !gone.has(id)), ours };
}

describe('whatever is registered', () => {
  test('afterwards each desired event is sent to us exactly once, without our own writes', () => {
    holdsAlways(
      fc.property(situations, (situation) => {
        const actions = planRegistrations(desired, situation.existing, situation.known);
        const { existing } = carriedOut(actions, situation);
        for (const { event, url } of desired) {
          const sent = existing.filter((one) => one.isActive && one.event === event && one.url === url);
          expect(sent).toHaveLength(1);
          expect(sent[0]?.skipOwn).not.toBe(false);
        }
      }),
    );
  });

  test('what neither we have made nor points at one of our paths for its event stays as it is', () => {
    holdsAlways(
      fc.property(situations, (situation) => {
        const actions = planRegistrations(desired, situation.existing, situation.known);
        const { existing } = carriedOut(actions, situation);
        const routes = desired.map(({ event, url }) => `${event} ${new URL(url).pathname}`);
        const isOurs = (one: ExistingRegistration): boolean =>
          situation.known.some(({ id }) => id === one.id) ||
          routes.some(
            (route) =>
              `${one.event} ${one.url ?? ''}`.endsWith(route.split(' ')[1] ?? '') && route.startsWith(`${one.event} `),
          );
        for (const others of situation.existing.filter((one) => !isOurs(one))) expect(existing).toContainEqual(others);
      }),
    );
  });

  test('a second look finds nothing to do', () => {
    holdsAlways(
      fc.property(situations, (situation) => {
        const actions = planRegistrations(desired, situation.existing, situation.known);
        const after = carriedOut(actions, situation);
        const again = planRegistrations(desired, after.existing, after.known);
        expect(again.filter(({ kind }) => kind !== 'leave')).toEqual([]);
      }),
    );
  });

  test('nothing is told twice: each registration is the matter of one action', () => {
    holdsAlways(
      fc.property(situations, ({ existing, known }) => {
        const ids = planRegistrations(desired, existing, known).flatMap((action) =>
          'of' in action ? [action.of.id] : [],
        );
        expect(ids.toSorted()).toEqual(existing.map(({ id }) => id).toSorted());
      }),
    );
  });
});
