import { testTimeout, unit } from './jest.config.js';

/** The engine's own tests, for mutation runs. @type {import('jest').Config} */
export default {
  ...unit,
  testMatch: ['<rootDir>/engine/**/*.test.ts'],
  setupFiles: ['<rootDir>/test/support/reproducible-properties.ts'],
  testTimeout,
};
