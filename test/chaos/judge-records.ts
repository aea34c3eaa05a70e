import { otherSide, type Side, sides } from '../../engine/values.ts';
import type { Entry } from './journal.ts';
import type { Finding, Rest } from './findings.ts';
import { subjectOfName } from './subjects.ts';

const traceAttribute = ({ pair, traceField }: Pick<Rest, 'pair' | 'traceField'>, side: Side): string =>
  pair.fields.find(({ name }) => name === traceField)?.attribute[side] ?? '';

const titleOf = (side: Side, id: string): string => (side === 'master' ? id : `replica:${id}`);

/** I4: one living record per subject and side, whoever made it, and one link per record. */
export function doubles(rest: Rest): readonly Finding[] {
  return [
    ...sides.flatMap((side) => doubledSubjects(rest, side)),
    ...sides.flatMap((side) => doubledLinks(rest, side)),
  ];
}

function doubledSubjects(rest: Rest, side: Side): readonly Finding[] {
  const bySubject = new Map<number, string[]>();
  for (const [id, attributes] of rest.shown[side]) {
    const subject = subjectOfName(attributes[traceAttribute(rest, side)]);
    if (subject !== null) bySubject.set(subject, [...(bySubject.get(subject) ?? []), id]);
  }
  return [...bySubject].flatMap(([subject, ids]): Finding[] => {
    if (ids.length === 1) return [];
    const what = `is ${ids.join(' and ')} in ${rest.pair.title[side].system}`;
    return [{ kind: 'duplicated', record: `R${subject}`, field: null, what }];
  });
}

function doubledLinks({ links }: Rest, side: Side): readonly Finding[] {
  const seen = new Set<string>();
  return links.flatMap((link): Finding[] => {
    const id = side === 'master' ? link.masterId : link.replicaId;
    if (id === null) return [];
    if (!seen.has(id)) return seen.add(id).size > 0 ? [] : [];
    return [{ kind: 'duplicated', record: titleOf(side, id), field: null, what: `stands in link ${link.id} as well` }];
  });
}

/** I5: what was deleted, Tandem does not create again on that side, unless somebody has taken it back out of the bin. */
export function revivals(rest: Rest): readonly Finding[] {
  const deleted = new Set<string>();
  const names = new Map<string, number | null>();
  return rest.journal.flatMap((entry): Finding[] => {
    const { side, id, kind, author } = entry;
    const title = titleOf(side, id);
    const subject = subjectOf(rest, entry) ?? names.get(title) ?? null;
    names.set(title, subject);
    if (subject === null) return [];
    if (kind === 'delete') deleted.add(`${side} R${subject}`);
    if (kind === 'create' && author === 'person') for (const where of sides) deleted.delete(`${where} R${subject}`);
    const isBack = kind === 'create' && author === 'tandem' && deleted.has(`${side} R${subject}`);
    return isBack
      ? [{ kind: 'came back', record: title, field: null, what: `R${subject} had been deleted there` }]
      : [];
  });
}

const subjectOf = (rest: Rest, { side, changes }: Entry): number | null =>
  subjectOfName(changes[traceAttribute(rest, side)]?.after);

/** I6: Tandem deletes only what the pair says, after its partner was deleted. */
export function deletions({ pair, links, journal }: Rest): readonly Finding[] {
  const gone = new Set<string>();
  return journal.flatMap(({ side, id, kind, author }): Finding[] => {
    const record = titleOf(side, id);
    if (kind === 'create') gone.delete(record);
    if (kind !== 'delete') return [];
    gone.add(record);
    const isAllowed =
      pair.deletion.of[side].kind === 'delete' && partnersOf(links, side, id).some((one) => gone.has(one));
    return author === 'person' || isAllowed ? [] : [{ kind: 'deleted by us', record, field: null, what: 'is gone' }];
  });
}

const partnersOf = (links: Rest['links'], side: Side, id: string): readonly string[] =>
  links
    .filter(({ masterId, replicaId }) => (side === 'master' ? masterId : replicaId) === id)
    .flatMap(({ masterId, replicaId }) => {
      const partner = side === 'master' ? replicaId : masterId;
      return partner === null ? [] : [titleOf(otherSide(side), partner)];
    });
