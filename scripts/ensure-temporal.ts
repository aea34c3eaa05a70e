/** Finds, downloads or builds the Temporal server that the demo and the tests use, says where it is, and ends. */
import { acquireTemporalServer } from '../cli/temporal-server/acquire.ts';
import { TemporalServerUnavailable } from '../cli/temporal-server/errors.ts';

try {
  await acquireTemporalServer({ log: console.log });
} catch (error) {
  if (!(error instanceof TemporalServerUnavailable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
