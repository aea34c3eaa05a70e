export { catchUp } from './catch-up.ts';
export { census, nightlyCensus } from './census.ts';
export { keepWebhooks } from './keep-webhooks.ts';
export { readFeeds } from './read-feeds.ts';
export { rollingCheck } from './rolling-check.ts';
export { syncRecord } from './sync-record.ts';
