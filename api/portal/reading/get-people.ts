import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type PersonRow, peopleSorts } from '../../../store/portal/reading/people-readings.ts';
import { callerIn, type PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import type { Currency } from './currency.ts';
import { currentRow } from './current-row.ts';
import { archivedFilter, archivedIn, idFilter, idParams } from './filters.ts';
import { freshnessOf, freshnessShape } from './freshness.ts';
import { includedOf, includeQuery } from './included.ts';
import { nextFrom, pageQueryOf, wishFrom } from './paging.ts';
import { includedShape, personShape } from './record-shapes.ts';
import { personView } from './record-views.ts';
import { statedView } from './stated-views.ts';
import { unknownRecord } from './unknown.ts';

const include = includeQuery(['companies']);
const querystring = z.strictObject({
  companyId: idFilter,
  archived: archivedFilter,
  include,
  ...pageQueryOf(peopleSorts, 'lastName'),
});
const more = { freshness: freshnessShape, included: includedShape };
const page = z.object({ people: z.array(personShape), next: z.string().nullable(), ...more });
const answer = z.object({ person: personShape, ...more });

/** `GET /portal/v1/people`: clients see their own people and those who have to do with their projects and tasks. */
export function addGetPeople(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { querystring, response: { 200: page, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/people', { schema }, async (request) => {
    const caller = callerIn(request);
    const { include: wished, sort, limit, after, ...asked } = request.query;
    const filter = { ...asked, archived: archivedIn(asked) };
    const wish = wishFrom(peopleSorts, { sort, limit, after });
    const found = await deps.portal.store().people.page(caller, filter, wish);
    const people = found.rows.map((row) => shownPerson(caller, row));
    return { people, next: nextFrom(found.next, { sort }), ...(await moreOf(deps, caller, people, wished)) };
  });
}

/** `GET /portal/v1/people/:id` */
export function addGetPerson(app: FastifyInstance, deps: PortalDependencies, currency: Currency): void {
  const schema = {
    params: idParams,
    querystring: z.strictObject({ include }),
    response: { 200: answer, ...problems },
  };
  app.withTypeProvider<ZodTypeProvider>().get('/people/:id', { schema }, async (request) => {
    const caller = callerIn(request);
    const { id } = request.params;
    const row = await currentRow({ currency, entity: 'people' }, () =>
      deps.portal.store().people.find(caller, Number(id)),
    );
    if (row === null) throw unknownRecord('person', id);
    const person = shownPerson(caller, row);
    return { person, ...(await moreOf(deps, caller, [person], request.query.include)) };
  });
}

const shownPerson = (caller: PortalCaller, row: PersonRow) => statedView(row, personView(caller, row));

async function moreOf(
  deps: PortalDependencies,
  caller: PortalCaller,
  people: readonly ReturnType<typeof shownPerson>[],
  wished: readonly string[],
) {
  const companies = people.map(({ companyId }) => companyId);
  return {
    freshness: await freshnessOf(deps, 'people', people),
    included: await includedOf(deps, caller, wished, { companies }),
  };
}
