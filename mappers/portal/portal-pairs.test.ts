import { describe, expect, test } from '@jest/globals';
import { referencesOf } from '../../engine/import-order.ts';
import { portalPairs } from './portal-pairs.ts';

const pairs = portalPairs();
const camelCase = (name: string): string => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test('there are sixteen pairs, and nobody points to one that comes later but tasks to their parents', () => {
  expect(pairs).toHaveLength(16);
  for (const [place, pair] of pairs.entries()) {
    const known = pairs.slice(0, place).map(({ name }) => name);
    const later = referencesOf(pair).filter(({ target }) => !known.includes(target));
    expect(later.map(({ field }) => `${pair.name}.${field}`)).toEqual(
      pair.name === 'tasks' ? ['tasks.parentTask'] : [],
    );
  }
});

describe.each(pairs.map((pair) => [pair.name, pair] as const))('%s', (_name, pair) => {
  test('the same word names an attribute on both sides', () => {
    for (const { attribute } of pair.fields) expect(attribute.replica).toBe(camelCase(attribute.master));
  });

  test('Productive shows no status, wins what both changed, and loses nothing because the portal lost it', () => {
    expect(pair.status).toBeNull();
    expect(Object.values(pair.groups)).toEqual([{ kind: 'master' }]);
    expect(pair.marker).toBe('productiveId');
    expect(pair.deletion.of.replica).toEqual({ kind: 'delete' });
    expect(pair.deletion.of.master).toEqual({ kind: pair.name === 'comments' ? 'ask' : 'unlink' });
  });

  test('only tasks, comments and attachments are made in Productive, and what Productive sets itself is not sent', () => {
    const isMade = ['tasks', 'comments', 'attachments'].includes(pair.name);
    expect(pair.createOn.includes('master')).toBe(isMade);
    const ownTimes = pair.fields.filter(({ name }) => ['createdAt', 'updatedAt', 'url', 'creator'].includes(name));
    if (isMade) for (const { readOnlyOn } of ownTimes) expect(readOnlyOn).toEqual(['master']);
  });
});

test('people change these fields in the portal, and no others', () => {
  const shared = pairs.flatMap(({ name, fields }) =>
    fields.flatMap((field) => (field.direction === 'both' ? [`${name}.${field.attribute.master}`] : [])),
  );
  expect(shared).toEqual([
    ...['title', 'description', 'closed', 'start_date', 'due_date', 'initial_estimate', 'task_list_id']
      .concat('assignee_id', 'workflow_status_id')
      .map((name) => `tasks.${name}`),
    ...['comments.body', 'comments.hidden'],
  ]);
});
