export { census, nightlyCensus } from './census.ts';
export { keepWebhooks } from './keep-webhooks.ts';
export { syncRecord } from './sync-record.ts';
