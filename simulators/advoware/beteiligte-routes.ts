import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listAnswer, singleAnswer } from './answer-form.ts';
import type { AdvowareSettings } from './options.ts';
import type { PartyRegister } from './party-register.ts';
import { canonicalName, type AdvowareRecord } from './record.ts';
import { offlineText, type SecurityGateway } from './security-gateway.ts';
import { fieldsAfterPut, fieldsOfNewParty, readParty, type SentKey } from './write-rules.ts';

export type BeteiligteRoutes = { settings: AdvowareSettings; gateway: SecurityGateway; register: PartyRegister };

const largestInt32 = 2 ** 31 - 1;

const betNrParams = z.object({
  betNr: z
    .string()
    .regex(/^-?\d{1,10}$/)
    .transform(Number)
    .refine((betNr) => Math.abs(betNr) <= largestInt32),
});

const conditions = z.record(z.string(), z.string());

/** The API's routes for parties, relative to its base path. Deleting is always refused. */
export function addBeteiligteRoutes(app: FastifyInstance, routes: BeteiligteRoutes): void {
  const { settings } = routes;
  app.addHook('onRequest', async (request, reply) => refuseStrangers(request, reply, routes));
  app.get('/Beteiligte/:betNr', async (request, reply) => readOne(request, reply, routes));
  app.put('/Beteiligte/:betNr', async (request, reply) => writeOne(request, reply, routes));
  app.post('/Beteiligte', (request) => {
    const fields = fieldsOfNewParty(readParty(request.body).fields, settings);
    return singleAnswer(routes.register.insert(fields, settings.credentials.user), 'post', settings);
  });
  app.delete('/Beteiligte/:betNr', async (_request, reply) =>
    reply.code(403).send({ message: 'Das Löschen von Beteiligten ist nicht erlaubt' }),
  );
  if (settings.search.length > 0) app.get('/Beteiligte', async (request, reply) => search(request, reply, routes));
}

async function refuseStrangers(request: FastifyRequest, reply: FastifyReply, { settings, gateway }: BeteiligteRoutes) {
  if (!gateway.online) {
    return reply.code(settings.apiOfflineStatus).send({ message: offlineText(settings.credentials.kanzlei) });
  }
  if (gateway.accepts(request.headers.authorization)) return;
  return reply.code(401).send({ message: 'Das Token ist ungültig oder abgelaufen' });
}

async function readOne(request: FastifyRequest, reply: FastifyReply, { settings, register }: BeteiligteRoutes) {
  const params = betNrParams.safeParse(request.params);
  if (!params.success) return notANumber(reply);
  const party = register.find(params.data.betNr);
  return party ? singleAnswer(party, 'get', settings) : notFound(reply, settings);
}

async function writeOne(request: FastifyRequest, reply: FastifyReply, { settings, register }: BeteiligteRoutes) {
  const params = betNrParams.safeParse(request.params);
  if (!params.success) return notANumber(reply);
  const { betNr } = params.data;
  const sent = readParty(request.body);
  const current = register.find(betNr);
  if (!current) return notFound(reply, settings);
  if ((sent.betNr ?? betNr) !== betNr) {
    return reply.code(400).send({ message: 'Die Beteiligtennummer passt nicht zur Adresse' });
  }
  if (settings.checkRowId && isOutdated(sent, current)) {
    return reply.code(409).send({ message: 'Der Datensatz wurde zwischenzeitlich geändert' });
  }
  return singleAnswer(register.change(betNr, fieldsAfterPut(current, sent.fields, settings)), 'put', settings);
}

function isOutdated(sent: SentKey, current: AdvowareRecord): boolean {
  return sent.rowId !== current.rowId;
}

async function search(request: FastifyRequest, reply: FastifyReply, { settings, register }: BeteiligteRoutes) {
  const query = conditions.safeParse(request.query);
  const wanted = Object.entries(query.data ?? {}).map(([name, value]) => [canonicalName(name), value] as const);
  const foreign = wanted.some(([name]) => !settings.search.includes(name));
  if (!query.success || wanted.length === 0 || foreign) {
    return reply.code(400).send({ message: `Die Suche ist nur möglich nach: ${settings.search.join(', ')}` });
  }
  const matches = register.matching((party) => wanted.every(([name, value]) => equals(party, name, value)));
  return listAnswer(matches, settings);
}

function equals(party: AdvowareRecord, name: string, wanted: string): boolean {
  const value = Object.entries(party).find(([property]) => property === name)?.[1];
  if (name === 'geburtsdatum') return typeof value === 'string' && value.slice(0, 10) === wanted.slice(0, 10);
  return (typeof value === 'string' || typeof value === 'number') && String(value) === wanted;
}

async function notANumber(reply: FastifyReply) {
  return reply.code(400).send({ message: 'Die Beteiligtennummer ist keine ganze Zahl' });
}

async function notFound(reply: FastifyReply, settings: AdvowareSettings) {
  switch (settings.notFound) {
    case '404':
      return reply.code(404).send({ message: 'Der Beteiligte wurde nicht gefunden' });
    case '500':
      return reply.code(500).send({ message: 'Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt.' });
    case 'empty':
      return reply.send([]);
  }
}
