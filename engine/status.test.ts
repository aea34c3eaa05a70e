import { expect, test } from '@jest/globals';
import { people } from '../test/support/people.ts';
import {
  isoOfStatusTime,
  rememberedSync,
  replicaIdIn,
  statusAttributes,
  statusNeedsWrite,
  statusTime,
} from './status.ts';

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
