import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { isDataException } from '../store/data-exception.ts';
import { ApiError, bodyOf, outageSeconds } from './api-error.ts';
import type { ApiDependencies } from './dependencies.ts';
import { addHealth } from './get-health.ts';
import { addMetrics } from './get-metrics.ts';
import type { HttpLimits } from './http-limits.ts';
import { createHttpServer } from './http-server.ts';
import { addOpsRoutes } from './ops/ops-routes.ts';
import type { PortalDependencies } from './portal/portal-dependencies.ts';
import { addPortalRoutes } from './portal/portal-routes.ts';
import { limitRate } from './rate-limit.ts';
import { addWebhooks } from './webhooks/post-webhook.ts';

/** The HTTP side without a port, so that tests can talk to it too. */
export function buildApi(deps: ApiDependencies, limits: HttpLimits): FastifyInstance {
  // An address that can't even be routed.
  const app = createHttpServer(limits, (error, request, reply) => {
    void answerError(deps, error, request, reply);
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply));
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(bodyOf('not_found', 'There is nothing at this address')),
  );
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    deps.log.debug({
      method,
      route: routeOptions.url ?? '',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    });
    done();
  });
  addHealth(app, deps);
  addMetrics(app, deps);
  addWebhooks(app, deps, limits.webhookRate);
  void app.register(async (scope) => {
    await limitRate(scope, { rate: limits.apiRate, status: 429, wrongOnes: 'lock_out', log: deps.log });
    await scope.register(fastifySwagger, {
      openapi: { info: { title: 'Tandem ops API', version: '1' } },
      transform: jsonSchemaTransform,
    });
    addOpsRoutes(scope, deps);
  });
  const { portal } = deps;
  if (portal !== null) void app.register((scope) => addPortal(scope, { ...deps, portal }, limits));
  return app;
}

/** Apart from the ops API: other callers, another rate, a description of its own. */
async function addPortal(scope: FastifyInstance, deps: PortalDependencies, { portalRate }: HttpLimits): Promise<void> {
  // All users may come from the front end's address, and a signature is not guessed.
  await limitRate(scope, { rate: portalRate, status: 429, wrongOnes: 'refuse_those', log: deps.log });
  await scope.register(fastifySwagger, {
    openapi: { info: { title: "Tandem's portal API", version: '1' } },
    transform: jsonSchemaTransform,
  });
  addPortalRoutes(scope, deps);
}

function answerError(
  deps: ApiDependencies,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof ApiError) {
    if (error.retryAfterSeconds !== null) void reply.header('Retry-After', String(error.retryAfterSeconds));
    return reply.code(error.status).send(bodyOf(error.code, error.message));
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation;
    const where = issue?.instancePath === '/' ? 'The body' : (issue?.instancePath ?? '');
    return reply.code(400).send(bodyOf('bad_request', `${where} ${issue?.message ?? 'is not valid'}`.trim()));
  }
  if (isDataException(error))
    return reply.code(400).send(bodyOf('bad_request', 'A value contains what can not be stored, such as a NUL'));
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return reply.code(status).send(bodyOf('bad_request', textFor(status)));
  // A database that is away is the usual cause: whoever asked should ask again.
  const reason = error instanceof Error ? error.name : 'unknown';
  deps.log.error({ route: request.routeOptions.url ?? '', reason }, 'A request failed');
  return reply
    .code(503)
    .header('Retry-After', String(outageSeconds))
    .send(bodyOf('unavailable', 'Something that Tandem needs does not answer; see /readyz'));
}

const textFor = (status: number): string =>
  status === 413 ? 'The body is too large' : 'The request can not be understood';
