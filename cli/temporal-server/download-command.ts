/**
 * Run as a process of its own: `node download-command.ts <directory>` leaves the Temporal CLI that fits the SDK in the
 * directory. The SDK's download has no deadline and cannot be cancelled; a process can be killed.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [downloadDir] = process.argv.slice(2);
if (downloadDir === undefined) throw new TypeError('usage: download-command.ts <directory>');
try {
  // The SDK offers no download by itself: it downloads on the way to a running server.
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
