import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { type ApiTestOptions, type ApiUnderTest, startTestApi } from './api.ts';
import { postWebhook, type Registration, signature, type WebhookAnswer } from './espo-webhook.ts';

/** The webhook that every server of a suite knows. */
export const registration: Registration = { id: '6b00f5036c98ebbfb', secret: 'key-of-the-update-webhook' };
const secrets = new Map([[registration.id, registration.secret]]);

interface Sent {
  readonly to?: ApiUnderTest;
  readonly at?: string;
  readonly headers?: Record<string, string>;
}

/** One server for the suite, with an empty inbox at the start of each test. */
export function webhookServer(): {
  readonly api: () => ApiUnderTest;
  /** A server for one test. */
  readonly another: (options?: ApiTestOptions) => Promise<ApiUnderTest>;
  /** Sends a body, signed as EspoCRM 9 does unless headers are given. */
  readonly post: (body: string, sent?: Sent) => Promise<WebhookAnswer>;
} {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await startTestApi({ secrets });
  });
  afterAll(() => api.stop());
  beforeEach(async () => {
    await api.database.db.execute(sql`truncate hints`);
    api.doorbell.rung.length = 0;
  });
  const others: ApiUnderTest[] = [];
  afterEach(async () => {
    for (const started of others.splice(0)) await started.stop();
  });
  return {
    api: () => api,
    another: async (options) => {
      const started = await startTestApi({ secrets, ...options });
      others.push(started);
      return started;
    },
    post: (body, { to = api, at, headers = signature(body, registration) } = {}) => postWebhook(to, body, headers, at),
  };
}
