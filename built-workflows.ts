import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The workflows in one file, as `npm run build` makes it and the worker runs it. */
export const builtWorkflows = fileURLToPath(new URL('./dist/workflow-bundle.js', import.meta.url));

export class WorkflowsNotBuilt extends Error {
  readonly code = 'workflows_not_built';
  constructor(path: string) {
    super(
      `The workflows are not built: ${path} is missing. Run \`npm run build\` in Tandem's folder and start it again.`,
    );
    this.name = 'WorkflowsNotBuilt';
  }
}

/** @throws WorkflowsNotBuilt: no waiting for Temporal or the database would help */
export function requireBuiltWorkflows(path = builtWorkflows): void {
  if (!existsSync(path)) throw new WorkflowsNotBuilt(path);
}
