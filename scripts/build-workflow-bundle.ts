import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type Logger } from '@temporalio/worker';
import { builtWorkflows } from '../built-workflows.ts';

export interface BundleOptions {
  /** The module that exports every workflow. */
  readonly workflowsPath: string;
  readonly bundlePath: string;
  /** By default warnings and errors go to stderr. */
  readonly logger?: Logger;
}

/** Bundles the workflows into one file, as the worker loads it. A reader sees the old bundle or the new one, never a half. */
export async function buildWorkflowBundle(options: BundleOptions): Promise<void> {
  const { workflowsPath, bundlePath, logger = new DefaultLogger('WARN') } = options;
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await mkdir(dirname(bundlePath), { recursive: true });
  const unfinishedPath = `${bundlePath}.${process.pid}`;
  await writeFile(unfinishedPath, code);
  await rename(unfinishedPath, bundlePath);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildWorkflowBundle({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    bundlePath: builtWorkflows,
  });
}
