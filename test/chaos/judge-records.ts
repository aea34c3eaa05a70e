import { type Side, sides } from '../../engine/values.ts';
import type { Entry } from './journal.ts';
import type { Finding, Rest } from './findings.ts';
import { subjectOfName } from './subjects.ts';

const nameAttribute = (rest: Pick<Rest, 'pair'>, side: Side): string =>
  rest.pair.fields.find(({ name }) => name === 'lastName')?.attribute[side] ?? '';

const titleOf = (side: Side, id: string): string => (side === 'master' ? id : `replica:${id}`);

/** I4: one living record per person and side, whoever made it, and one link per record. */
export function doubles(rest: Rest): readonly Finding[] {
  return [...sides.flatMap((side) => doubledPeople(rest, side)), ...sides.flatMap((side) => doubledLinks(rest, side))];
}

function doubledPeople(rest: Rest, side: Side): readonly Finding[] {
  const bySubject = new Map<number, string[]>();
  for (const [id, attributes] of rest.shown[side]) {
    const subject = subjectOfName(attributes[nameAttribute(rest, side)]);
    if (subject !== null) bySubject.set(subject, [...(bySubject.get(subject) ?? []), id]);
  }
  return [...bySubject].flatMap(([subject, ids]): Finding[] => {
    if (ids.length === 1) return [];
    const where = side === 'master' ? 'EspoCRM' : 'Advoware';
    return [{ kind: 'duplicated', record: `R${subject}`, field: null, what: `is ${ids.join(' and ')} in ${where}` }];
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

/** I5: whom somebody has deleted, Tandem does not create again on that side. */
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
    const isBack = kind === 'create' && author === 'tandem' && deleted.has(`${side} R${subject}`);
    return isBack
      ? [{ kind: 'came back', record: title, field: null, what: `R${subject} had been deleted there` }]
      : [];
  });
}

const subjectOf = (rest: Rest, { side, changes }: Entry): number | null =>
  subjectOfName(changes[nameAttribute(rest, side)]?.after);

/** I6: this pair asks before it deletes, and nobody has answered. */
export const deletions = ({ journal }: Rest): readonly Finding[] =>
  journal
    .filter(({ kind, author }) => kind === 'delete' && author === 'tandem')
    .map(({ side, id }): Finding => ({
      kind: 'deleted by us',
      record: titleOf(side, id),
      field: null,
      what: 'is gone',
    }));
