export { syncRecord } from './sync-record.ts';
