import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FaultRule, Faults } from '../faults.ts';
import type { RequestLog } from '../request-log.ts';
import type { Office } from './office.ts';
import { UnknownParty } from './party-register.ts';
import type { SecurityGateway } from './security-gateway.ts';
import { readParty } from './write-rules.ts';

export type ControlRoutes = { office: Office; gateway: SecurityGateway; requests: RequestLog; faults: Faults };

const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).exactOptional(),
    body: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('latency'), delayMs: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('resetBefore') }),
  z.strictObject({ kind: z.literal('resetAfter') }),
  z.strictObject({ kind: z.literal('truncate') }),
]);

const faultRule = z.strictObject({
  fault,
  method: z.string().exactOptional(),
  path: z.string().exactOptional(),
  times: z.int().positive().exactOptional(),
  probability: z.number().min(0).max(1).exactOptional(),
}) satisfies z.ZodType<FaultRule>;

const offlineBody = z.strictObject({ on: z.boolean() });
const partyParams = z.object({ betNr: z.coerce.number<string>().int() });

/**
 * Steers the simulator over HTTP, e.g. with curl. Needs no token, works during an outage, and isn't counted as a
 * request. A wrong body is answered with 400.
 */
export function addControlRoutes(app: FastifyInstance, routes: ControlRoutes): void {
  app.register(
    (control, _options, done) => {
      control.setErrorHandler(async (error, _request, reply) => {
        const text = error instanceof Error ? error.message : String(error);
        return reply.code(error instanceof UnknownParty ? 404 : 400).send({ message: text });
      });
      addConditions(control, routes);
      addOffice(control, routes);
      done();
    },
    { prefix: '/_control' },
  );
}

function addConditions(control: FastifyInstance, { gateway, requests, faults }: ControlRoutes): void {
  control.get('/requests', () => ({ count: requests.count(), requests: requests.all() }));
  control.post('/faults', async (request, reply) => {
    faults.add(faultRule.parse(request.body));
    return reply.code(204).send();
  });
  control.delete('/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  control.post('/offline', async (request, reply) => {
    gateway.setOnline(!offlineBody.parse(request.body).on);
    return reply.code(204).send();
  });
}

function addOffice(control: FastifyInstance, { office }: ControlRoutes): void {
  control.get('/beteiligte', () => office.records());
  control.post('/beteiligte', (request) => office.create(readParty(request.body).fields));
  control.put('/beteiligte/:betNr', (request) =>
    office.update(partyParams.parse(request.params).betNr, readParty(request.body).fields),
  );
  control.delete('/beteiligte/:betNr', async (request, reply) => {
    office.remove(partyParams.parse(request.params).betNr);
    return reply.code(204).send();
  });
}
