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

/** Judges a Jest report. A suite that runs nothing, or leaves something out, has not passed. */
export function judgeReport(report: unknown): TestVerdict {
  const counts = reportSchema.parse(report);
  const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites;
  const notRun = counts.numPendingTests + counts.numTodoTests;
  const problems = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(counts.numPassedTests + failed === 0 ? ['no test was run'] : []),
    ...(notRun > 0 ? [`${notRun} tests were skipped or are only planned`] : []),
  ];
  return { passed: counts.numPassedTests, failed, problems };
}
