/**
 * Mutation tests of the engine; `make mutate` runs them.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['engine/**/*.ts', '!engine/**/*.test.ts'],
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'jest.mutation.config.js' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A busy machine is not an endless loop: a timeout counts as a change that was noticed.
  timeoutMS: 30_000,
  // The transform strips types without looking at them.
  disableTypeChecks: false,
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/dist', '/.tandem', '/coverage', '.env', '*.log'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
  thresholds: { high: 95, low: 85, break: 85 },
  warnings: { slow: false },
};
