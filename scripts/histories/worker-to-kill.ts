/** A worker that begins a pass and never ends it. Argument: `host:port` of the Temporal server. */
import { runStageWorker } from './worker-of-stage.ts';

const address = process.argv[2];
if (address === undefined) throw new TypeError('The address of the Temporal server is missing');
await runStageWorker({ address, activities: { reconcile: () => new Promise(() => undefined) } });
