import fc from 'fast-check';
import type { Side } from '../../engine/values.ts';
import type { Fault } from './model-system.ts';

/** One thing that happens. Records are named by number, modulo what there is. */
export type Step =
  | { readonly kind: 'create'; readonly side: Side; readonly values: Values; readonly hinted: boolean }
  | {
      readonly kind: 'edit';
      readonly side: Side;
      readonly record: number;
      readonly values: Values;
      /** A lost hint is none. */
      readonly hinted: boolean;
    }
  | { readonly kind: 'delete'; readonly side: Side; readonly record: number; readonly hinted: boolean }
  /** EspoCRM restores without any event: nobody is told. */
  | { readonly kind: 'restore'; readonly side: Side; readonly record: number }
  /** A hint that comes again, late or about nothing. */
  | { readonly kind: 'hint'; readonly side: Side; readonly record: number; readonly byPerson: boolean }
  /** Passes over whatever is due, in an order of its own; the first one may die, or be disturbed by an edit. */
  | {
      readonly kind: 'sync';
      readonly order: number;
      readonly crash: Crash | null;
      readonly meanwhile: Meanwhile | null;
    }
  | { readonly kind: 'fault'; readonly side: Side; readonly faults: readonly Fault[] }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'decide'; readonly conflict: number; readonly resolution: 'master' | 'replica' | 'value' }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: number };

export interface Crash {
  readonly call: number;
  readonly moment: 'before' | 'after';
}

/** A person's edit between two calls of a pass. */
export interface Meanwhile {
  readonly call: number;
  readonly side: Side;
  readonly values: Values;
}

/** By the pair's field names. */
export type Values = Readonly<Record<string, string | null>>;

const side = fc.constantFrom<Side>('master', 'replica');
const record = fc.nat(5);
const word = fc.constantFrom(null, '', 'a', 'b', 'long word', ' a ', 'ü', 'u\u0308');
const hinted = fc.boolean();
const call = fc.integer({ min: 1, max: 14 });

/** What people type into a field. One in twenty values is refused by the other side. */
const typed = (refused: string): fc.Arbitrary<string | null> =>
  fc.oneof({ weight: 19, arbitrary: word }, { weight: 1, arbitrary: fc.constant(refused) });

const valueOf = (field: string, refused: string): fc.Arbitrary<string | null> => {
  if (field === 'born') return fc.constantFrom(null, '2001-01-05', '1980-02-29');
  if (field === 'salutation') return fc.constantFrom(null, 'Mr.', 'Ms.', 'Frau', 'Dr.');
  if (field === 'account') return fc.constantFrom(null, '17', '18', '19');
  if (field === 'tags') return fc.constantFrom(null, 'x', 'x; y', 'y; z');
  // A record that it points to, by number.
  if (field.startsWith('to_')) return fc.constantFrom(null, '0', '1', '2', '3');
  return typed(refused);
};

/** Steps of one campaign, at most `longest` of them. */
export function stepsOf(fields: readonly string[], refused: string, longest: number): fc.Arbitrary<readonly Step[]> {
  const one = (field: string): [string, fc.Arbitrary<string | null>] => [field, valueOf(field, refused)];
  const some = fc
    .subarray([...fields], { minLength: 1, maxLength: Math.min(3, fields.length) })
    .chain((names): fc.Arbitrary<Values> => fc.record(Object.fromEntries(names.map(one))));
  const all: fc.Arbitrary<Values> = fc.record(Object.fromEntries(fields.map(one)));
  const meanwhile = fc.record({ call, side, values: some });
  const crash = fc.record({ call, moment: fc.constantFrom<Crash['moment']>('before', 'after') });
  const faults = fc.array(fc.constantFrom<Fault>('unavailable', 'rate_limited', 'lost', 'lost'), {
    minLength: 1,
    maxLength: 3,
  });
  const weighted: fc.WeightedArbitrary<Step>[] = [
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('create'), side, values: all, hinted }) },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('edit'), side, record, values: some, hinted }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), side, record, hinted }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore'), side, record }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('hint'), side, record, byPerson: fc.boolean() }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('sync'),
        order: fc.nat(5),
        crash: fc.constant(null),
        meanwhile: fc.constant(null),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('sync'), order: fc.nat(5), crash, meanwhile: fc.constant(null) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('sync'), order: fc.nat(5), crash: fc.constant(null), meanwhile }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('fault'), side, faults }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.constantFrom(0, 1, 10, 600, 90_000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('decide'),
        conflict: fc.nat(3),
        resolution: fc.constantFrom('master', 'replica', 'value'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('answer'), question: fc.nat(3), answer: fc.nat(2) }) },
  ];
  return fc.array(fc.oneof(...weighted), { maxLength: longest, size: 'max' });
}
