import { canonicalOf } from '../../engine/pair.ts';
import { sides } from '../../engine/values.ts';
import type { StoredHint, StoredLink } from './evidence.ts';
import type { Finding, Rest } from './findings.ts';
import { isAboutDeletion, keyOf } from './links.ts';

/** A link that something still has to happen to, or that a person would have to look at. */
export function isUnsettled(
  { state, failure, nextAttemptAt, leaseUntil, ...link }: StoredLink,
  nowMs: number,
): boolean {
  if (leaseUntil !== null && leaseUntil.getTime() > nowMs) return true;
  if (state === 'parked') return !isAboutDeletion({ failure });
  if (state === 'new') return link.masterId !== null || link.replicaId !== null;
  return failure !== null || nextAttemptAt !== null;
}

/** I1, I7: every hint was dealt with, every couple is settled and nobody holds it. */
export function stuck({ links, hints, nowMs }: Pick<Rest, 'links' | 'hints' | 'nowMs'>): readonly Finding[] {
  const hinted = new Map(hints.map((hint) => [recordOf(hint), describeHint(hint)]));
  const unsettled = links
    .filter((link) => isUnsettled(link, nowMs))
    .map((link): Finding => {
      const record = keyOf(link);
      const of = [record, `replica:${link.replicaId ?? ''}`].flatMap((name) => hinted.get(name) ?? []);
      return { kind: 'stuck', record, field: null, what: [describe(link), ...new Set(of)].join('; ') };
    });
  const named = new Set(links.filter((link) => isUnsettled(link, nowMs)).flatMap(namesOf));
  const others = [...hinted].filter(([record]) => !named.has(record));
  return [...unsettled, ...others.map(([record, what]): Finding => ({ kind: 'stuck', record, field: null, what }))];
}

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
export const awaited = ({ hints }: Pick<Rest, 'hints'>): ReadonlySet<string> => new Set(hints.map(recordOf));

/**
 * I1: the records of a settled couple agree in every field, except in those that Advoware is known not to take, where
 * the link says so.
 */
export function differences({ pair, links, shown, hints, nowMs }: Rest): readonly Finding[] {
  const waiting = awaited({ hints });
  return links.flatMap((link) => {
    const [master, replica] = [shown.master.get(link.masterId ?? ''), shown.replica.get(link.replicaId ?? '')];
    if (master === undefined || replica === undefined || isUnsettled(link, nowMs)) return [];
    if (namesOf(link).some((name) => waiting.has(name))) return [];
    return pair.fields.flatMap((field): Finding[] => {
      const [left, right] = [canonicalOf(field, 'master', master), canonicalOf(field, 'replica', replica)];
      const isNoted = field.readOnlyOn.length > 0 && link.fieldNotes[field.name] !== undefined;
      if (left === right || isNoted) return [];
      const what = `${JSON.stringify(left)} in EspoCRM, ${JSON.stringify(right)} in Advoware`;
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
