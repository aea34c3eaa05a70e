import { expect, test } from '@jest/globals';
import { judgeReports } from './test-report.ts';

const report = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

test('a run in which every test passed is good', () => {
  expect(judgeReports([{ ...report, numPassedTests: 7 }])).toEqual({ passed: 7, failed: 0, problems: [] });
});

test('a failed test and a test file that could not be loaded each count as failed', () => {
  const verdict = judgeReports([{ ...report, numPassedTests: 7, numFailedTests: 2, numRuntimeErrorTestSuites: 1 }]);
  expect(verdict).toEqual({ passed: 7, failed: 3, problems: ['3 failed'] });
});

test('the parts of a run count together; one that left no report has failed', () => {
  const verdict = judgeReports([{ ...report, numPassedTests: 7 }, report, null]);
  expect(verdict).toEqual({ passed: 7, failed: 1, problems: ['1 failed'] });
});

test('a run without tests is not good', () => {
  expect(judgeReports([report]).problems).toEqual(['no test was run']);
});

test('skipped and planned tests are not good', () => {
  const verdict = judgeReports([{ ...report, numPassedTests: 7, numPendingTests: 1, numTodoTests: 2 }]);
  expect(verdict.problems).toEqual(['3 tests were skipped or are only planned']);
});

test('a report in another form is refused', () => {
  expect(() => judgeReports([{ numPassedTests: 7 }])).toThrow();
});
