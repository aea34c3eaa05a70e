import { z } from 'zod';

/** The part of Jest's `--json` report that we count by (documented in Jest's CLI options). */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

export interface TestVerdict {
  readonly passed: number;
  /** Failed tests, and test files that could not be run at all, one each. */
  readonly failed: number;
  /** Reasons why a run with these numbers is not good, in words; empty when it is. */
  readonly problems: readonly string[];
}

/**
 * Judges the reports of Jest's runs, null for one that left none, which counts as a failure. Tests that run nothing, or leave
 * something out, have not passed.
 */
export function judgeReports(reports: readonly unknown[]): TestVerdict {
  const counts = reports.flatMap((report) => (report === null ? [] : [reportSchema.parse(report)]));
  const sum = (count: (one: (typeof counts)[number]) => number): number =>
    counts.reduce((all, one) => all + count(one), 0);
  const passed = sum(({ numPassedTests }) => numPassedTests);
  const unreported = reports.length - counts.length;
  const failed = unreported + sum((one) => one.numFailedTests + one.numRuntimeErrorTestSuites);
  const notRun = sum((one) => one.numPendingTests + one.numTodoTests);
  const problems = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(passed + failed === 0 ? ['no test was run'] : []),
    ...(notRun > 0 ? [`${notRun} tests were skipped or are only planned`] : []),
  ];
  return { passed, failed, problems };
}
