export { census, nightlyCensus } from './census.ts';
export { syncRecord } from './sync-record.ts';
