import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Faults } from './faults.ts';
import type { RequestLog } from './request-log.ts';

const fault = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('status'),
    status: z.int(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(''),
  }),
  z.object({ kind: z.literal('latency'), delayMs: z.number() }),
  z.object({ kind: z.literal('resetBefore') }),
  z.object({ kind: z.literal('resetAfter') }),
  z.object({ kind: z.literal('truncate') }),
]);
const rule = z.object({
  fault,
  method: z.string().default(''),
  /** The source of a regular expression. */
  path: z.string().default(''),
  times: z.int().default(1),
  probability: z.number().default(1),
});

/** What every simulator lets people do with curl: see what arrived, make it go wrong, heal it. */
export function addCommonControls(app: FastifyInstance, requests: RequestLog, faults: Faults): void {
  app.get('/_control/requests', () => requests.all());
  app.post('/_control/faults', (request) => {
    const { method, path, ...rest } = rule.parse(request.body);
    faults.add({ ...rest, path: new RegExp(path), ...(method !== '' && { method }) });
    return { added: true };
  });
  app.delete('/_control/faults', () => {
    faults.clear();
    return { cleared: true };
  });
}
