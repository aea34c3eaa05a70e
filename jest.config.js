import { findPostgres } from './test/support/postgres.ts';

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.tandem', '<rootDir>/.stryker-tmp'],
};
const withServices = {
  ...shared,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

export const unit = {
  ...shared,
  displayName: 'unit',
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.(integration|postgres)\\.test\\.ts$'],
};
const integration = {
  ...withServices,
  displayName: 'integration',
  testMatch: ['<rootDir>/**/*.integration.test.ts'],
};
/** What two processes share is a database that both can open, which an embedded one is not. */
const postgres = { ...withServices, displayName: 'postgres', testMatch: ['<rootDir>/**/*.postgres.test.ts'] };

// Ends what hangs; no test waits for it, and a busy machine has time.
export const testTimeout = 300_000;

/** @returns {Promise<import('jest').Config>} */
export default async function config() {
  const found = process.env.TEST_DATABASE_URL === undefined ? await findPostgres() : { kind: 'found' };
  if (found.kind === 'absent') process.stderr.write(`${found.reason}: *.postgres.test.ts are left out\n`);
  return {
    projects: found.kind === 'absent' ? [unit, integration] : [unit, integration, postgres],
    testTimeout,
    maxWorkers: 2,
  };
}
