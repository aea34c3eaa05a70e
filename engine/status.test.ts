import { expect, test } from '@jest/globals';
import { people } from '../test/support/people.ts';
import {
  isoOfStatusTime,
  onlyStatus,
  rememberedSync,
  replicaIdIn,
  statusAttributes,
  statusNeedsWrite,
  statusTime,
} from './status.ts';
import type { Json } from './values.ts';

const clean = statusAttributes(people, {
  state: 'clean',
  replicaId: '17',
  replicaVersion: 'row-2',
  lastSync: '2026-11-21 09:12:00',
  attempts: 0,
  message: null,
});
const told = { sent: clean, seen: clean };

test('a status that is shown already is not written again; times and versions alone are no reason', () => {
  expect(statusNeedsWrite(people, clean, clean, told)).toBe(false);
  expect(statusNeedsWrite(people, clean, { ...clean, lastSync: null, rowId: 'row-1' }, told)).toBe(false);
});

test('a changed state, message or number is a reason', () => {
  expect(statusNeedsWrite(people, { ...clean, state: 'failed' }, clean, told)).toBe(true);
  expect(statusNeedsWrite(people, clean, { ...clean, number: null }, told)).toBe(true);
});

test('after a crash between two writes the version is a reason too', () => {
  expect(statusNeedsWrite(people, clean, { ...clean, rowId: 'row-1' }, { sent: null, seen: null })).toBe(true);
});

test('a formula that changes our status after every write is not fought', () => {
  const byFormula = { ...clean, state: 'dirty' };
  expect(statusNeedsWrite(people, clean, byFormula, { sent: clean, seen: byFormula })).toBe(false);
  expect(statusNeedsWrite(people, clean, { ...clean, state: 'syncing' }, { sent: clean, seen: byFormula })).toBe(true);
});

test('times are whole seconds of UTC, both ways', () => {
  expect(statusTime(new Date('2026-11-21T09:12:00.987Z'))).toBe('2026-11-21 09:12:00');
  expect(isoOfStatusTime('2026-11-21 09:12:00')).toBe('2026-11-21T09:12:00.000Z');
  expect([isoOfStatusTime('soon'), isoOfStatusTime(null)]).toEqual([null, null]);
});

test('what the master remembers: number as text or number, blanks as nothing', () => {
  expect(rememberedSync(people, clean)).toEqual({ replicaVersion: 'row-2', lastSync: '2026-11-21T09:12:00.000Z' });
  expect([
    replicaIdIn(people, { number: 104860 }),
    replicaIdIn(people, { number: ' ' }),
    replicaIdIn(people, {}),
  ]).toEqual(['104860', null, null]);
});

test('the status is shown in the attributes and the words of the pair', () => {
  const pair = { ...people, states: { ...people.states, deleted_in_replica: 'partner deleted' } };
  const status = { state: 'deleted_in_replica', replicaId: '17', replicaVersion: 'row-2' } as const;
  expect(statusAttributes(pair, { ...status, lastSync: null, attempts: 3, message: 'Look here' })).toEqual({
    number: '17',
    rowId: 'row-2',
    lastSync: null,
    state: 'partner deleted',
    attempts: 3,
    message: 'Look here',
  });
});

test.each([
  ['number', '18'],
  ['state', 'failed'],
  ['attempts', 1],
  ['message', 'Look here'],
])('%s is worth a write of its own', (attribute, value) => {
  expect(statusNeedsWrite(people, { ...clean, [attribute]: value }, clean, told)).toBe(true);
});

test.each([
  ['rowId', 'row-3'],
  ['lastSync', '2026-11-22 09:12:00'],
])('%s travels with the next write', (attribute, value) => {
  expect(statusNeedsWrite(people, { ...clean, [attribute]: value }, clean, told)).toBe(false);
});

test('a status that somebody overwrote later is written again; so is one that was never sent or seen', () => {
  const overwritten = { ...clean, message: 'mine' };
  expect(statusNeedsWrite(people, clean, overwritten, told)).toBe(true);
  expect(statusNeedsWrite(people, clean, overwritten, { sent: null, seen: overwritten })).toBe(true);
  expect(statusNeedsWrite(people, clean, overwritten, { sent: clean, seen: null })).toBe(true);
  const before = { ...clean, message: 'before' };
  expect(statusNeedsWrite(people, clean, overwritten, { sent: before, seen: overwritten })).toBe(true);
});

test('after a crash the time alone is still no reason', () => {
  expect(statusNeedsWrite(people, clean, { ...clean, lastSync: null }, { sent: null, seen: null })).toBe(false);
});

test("of a master's attributes only the status is kept, empty parts included", () => {
  expect(onlyStatus(people, { state: 'clean', surname: 'Meier', number: 17 })).toEqual({
    number: 17,
    rowId: null,
    lastSync: null,
    state: 'clean',
    attempts: null,
    message: null,
  });
});

test('numbers and versions are read as text without white space, anything else as nothing', () => {
  const remembered = (rowId: Json) => rememberedSync(people, { rowId }).replicaVersion;
  expect([remembered(' row-2 '), remembered(7), remembered(0), remembered(''), remembered(true)]).toEqual([
    'row-2',
    '7',
    '0',
    null,
    null,
  ]);
  expect([isoOfStatusTime(20261121), isoOfStatusTime('')]).toEqual([null, null]);
});
