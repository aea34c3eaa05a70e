import { canonicalOf, type PairDefinition } from '../../engine/pair.ts';
import { sides } from '../../engine/values.ts';
import { ofPair, type StoredHint, type StoredLink, type StoredState } from './evidence.ts';
import type { Finding, Rest } from './findings.ts';
import { asksAboutDeletions, isAboutDeletion, keyOf, waitsForDeleted } from './links.ts';

/** A link that something still has to happen to, or that a person would have to look at. */
export function isUnsettled(
  { pair, nowMs }: Pick<Rest, 'pair' | 'nowMs'>,
  { state, failure, nextAttemptAt, leaseUntil, ...link }: StoredLink,
): boolean {
  if (leaseUntil !== null && leaseUntil.getTime() > nowMs) return true;
  if (state === 'parked') return !(asksAboutDeletions(pair) && isAboutDeletion({ failure }));
  if (state === 'new') return (link.masterId !== null || link.replicaId !== null) && !waitsForDeleted({ failure });
  return failure !== null || nextAttemptAt !== null;
}

/** I1, I7: every hint was dealt with, every couple is settled and nobody holds it. */
export function stuck(rest: Pick<Rest, 'pair' | 'links' | 'hints' | 'nowMs'>): readonly Finding[] {
  const { links, hints } = rest;
  const unsettledLinks = links.filter((link) => isUnsettled(rest, link));
  const hinted = new Map(hints.map((hint) => [recordOf(hint), describeHint(hint)]));
  const unsettled = unsettledLinks.map((link): Finding => {
    const record = keyOf(link);
    const of = [record, `replica:${link.replicaId ?? ''}`].flatMap((name) => hinted.get(name) ?? []);
    return { kind: 'stuck', record, field: null, what: [describe(link), ...new Set(of)].join('; ') };
  });
  const named = new Set(unsettledLinks.flatMap(namesOf));
  const others = [...hinted].filter(([record]) => !named.has(record));
  return [...unsettled, ...others.map(([record, what]): Finding => ({ kind: 'stuck', record, field: null, what }))];
}

/** What is stuck of any of the pairs. */
export const stuckAmong = (pairs: readonly PairDefinition[], stored: StoredState): readonly Finding[] =>
  pairs.flatMap((pair) =>
    stuck({ ...ofPair(pair.name, stored), pair }).map((finding) => ({ ...finding, pair: pair.name })),
  );

const recordOf = ({ side, recordId }: StoredHint): string => (side === 'master' ? recordId : `replica:${recordId}`);

const namesOf = ({ masterId, replicaId }: StoredLink): readonly string[] => [
  ...(masterId === null ? [] : [masterId]),
  ...(replicaId === null ? [] : [`replica:${replicaId}`]),
];

const describeHint = ({ side, trigger, dueAt, rungAt }: StoredHint): string =>
  `in the inbox: ${side}, ${trigger}, due at ${dueAt.toISOString()}, ` +
  (rungAt === null ? 'not rung' : `rung at ${rungAt.toISOString()}`);

function describe({ state, failure, nextAttemptAt, leaseUntil }: StoredLink): string {
  const parts = [
    state,
    failure === null
      ? null
      : `${failure.code}${failure.system === null ? '' : ` of ${failure.system}`} at ${failure.at}`,
    nextAttemptAt === null ? null : `next at ${nextAttemptAt.toISOString()}`,
    leaseUntil === null ? null : `held until ${leaseUntil.toISOString()}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** Records that somebody will still look at: nothing can be said about them yet. */
const awaited = ({ hints }: Pick<Rest, 'hints'>): ReadonlySet<string> => new Set(hints.map(recordOf));

/**
 * I1: the records of a settled couple agree in every field, except in those that a side is known not to take, where
 * the link says so.
 */
export function differences(rest: Rest): readonly Finding[] {
  const { pair, links, shown, hints } = rest;
  const waiting = awaited({ hints });
  return links.flatMap((link) => {
    const [master, replica] = [shown.master.get(link.masterId ?? ''), shown.replica.get(link.replicaId ?? '')];
    if (master === undefined || replica === undefined || isUnsettled(rest, link)) return [];
    if (namesOf(link).some((name) => waiting.has(name))) return [];
    return pair.fields.flatMap((field): Finding[] => {
      const [left, right] = [canonicalOf(field, 'master', master), canonicalOf(field, 'replica', replica)];
      const isNoted = field.readOnlyOn.length > 0 && link.fieldNotes[field.name] !== undefined;
      if (left === right || isNoted) return [];
      const { master: there, replica: here } = pair.title;
      const what = `${JSON.stringify(left)} in ${there.system}, ${JSON.stringify(right)} in ${here.system}`;
      return [{ kind: 'different', record: keyOf(link), field: field.name, what }];
    });
  });
}

/** I1: every record that exists stands in a link with its partner, or in one that says what is the matter. */
export function loners({ links, shown, hints }: Rest): readonly Finding[] {
  const waiting = awaited({ hints });
  return sides.flatMap((side) => {
    const idOf = ({ masterId, replicaId }: StoredLink) => (side === 'master' ? masterId : replicaId);
    const known = new Set(links.filter(({ state }) => state !== 'deleted').map(idOf));
    return [...shown[side].keys()]
      .filter((id) => !known.has(id))
      .map((id) => (side === 'master' ? id : `replica:${id}`))
      .filter((record) => !waiting.has(record))
      .map((record): Finding => ({
        kind: 'unlinked',
        record,
        field: null,
        what: 'exists, and Tandem does not know it',
      }));
  });
}
