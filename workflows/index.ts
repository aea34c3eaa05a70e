export { catchUp } from './catch-up.ts';
export { rollingCheck } from './rolling-check.ts';
export { syncRecord } from './sync-record.ts';
