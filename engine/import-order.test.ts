import { describe, expect, test } from '@jest/globals';
import { text } from './codec.ts';
import { definePair, field, InvalidPair } from './define-pair.ts';
import { importOrder } from './import-order.ts';
import type { PairDefinition } from './pair.ts';
import { masterWins } from './policy.ts';
import { reference } from './reference.ts';

interface Target {
  readonly target: string;
  readonly required?: boolean;
}

const pairOf = (name: string, targets: readonly Target[], system = 'Left'): PairDefinition =>
  definePair({
    name,
    master: { system, entity: name },
    replica: { system: 'Right', entity: name },
    fields: {
      label: field('label', 'label', text(), { group: 'all' }),
      ...Object.fromEntries(
        targets.map(({ target, required = false }) => [
          target,
          field(`to_${target}`, `to_${target}`, reference(target), { group: 'all', required }),
        ]),
      ),
    },
    groups: { all: masterWins },
    status: null,
  });

const orderOf = (...pairs: readonly PairDefinition[]) => {
  const { pairs: ordered, later } = importOrder(pairs);
  return { names: ordered.map(({ name }) => name), later: later.map(({ pair, field: name }) => `${pair}.${name}`) };
};

describe('the order of a first import', () => {
  test('has those first that others point to, and else as they were given', () => {
    const [tasks, projects, people] = [
      pairOf('tasks', [{ target: 'projects', required: true }, { target: 'people' }]),
      pairOf('projects', [{ target: 'people' }]),
      pairOf('people', []),
    ];
    expect(orderOf(tasks, projects, people)).toEqual({ names: ['people', 'projects', 'tasks'], later: [] });
  });

  test('leaves references to the same pair for later', () => {
    expect(orderOf(pairOf('tasks', [{ target: 'tasks' }]))).toEqual({ names: ['tasks'], later: ['tasks.tasks'] });
  });

  test('breaks a circle where nothing is required', () => {
    const projects = pairOf('projects', [{ target: 'people', required: true }]);
    const people = pairOf('people', [{ target: 'projects' }]);
    expect(orderOf(projects, people)).toEqual({ names: ['people', 'projects'], later: ['people.projects'] });
  });

  test('is refused where each requires another one first', () => {
    const projects = pairOf('projects', [{ target: 'people', required: true }]);
    const people = pairOf('people', [{ target: 'projects', required: true }]);
    expect(() => importOrder([projects, people])).toThrow(/none of projects, people can be created first/);
  });

  test('is refused where a target is no pair, or lies in other systems', () => {
    expect(() => importOrder([pairOf('tasks', [{ target: 'projects' }])])).toThrow(
      /projects points to projects, which is no pair/,
    );
    const elsewhere = pairOf('projects', [], 'Elsewhere');
    expect(() => importOrder([pairOf('tasks', [{ target: 'projects' }]), elsewhere])).toThrow(/are in other systems/);
  });
});

test('a pair can not require a record of its own', () => {
  expect(() => pairOf('tasks', [{ target: 'tasks', required: true }])).toThrow(InvalidPair);
});
