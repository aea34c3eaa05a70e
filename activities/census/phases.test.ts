import { expect, test } from '@jest/globals';
import type { CensusMode, CensusPhase } from '../../store/population-tables.ts';
import { nextPhase } from './phases.ts';

function phasesOf(mode: CensusMode, dryRun: boolean): readonly CensusPhase[] {
  const phases: CensusPhase[] = ['master'];
  for (let phase: CensusPhase = 'master'; phase !== 'end';) {
    phase = nextPhase({ phase, mode, dryRun });
    phases.push(phase);
  }
  return phases;
}

test.each(['census', 'backfill'] as const)('a %s reads both sides, and waits for what it has handed over', (mode) => {
  expect(phasesOf(mode, false)).toEqual(['master', 'between', 'replica', 'absent', 'after', 'end']);
});

test('a dry run waits for nothing and reports', () => {
  expect(phasesOf('census', true)).toEqual(['master', 'replica', 'absent', 'report', 'end']);
});

test('a rebuild reads the master only', () => {
  expect(phasesOf('rebuild', false)).toEqual(['master', 'after', 'end']);
  expect(phasesOf('rebuild', true)).toEqual(['master', 'report', 'end']);
});
