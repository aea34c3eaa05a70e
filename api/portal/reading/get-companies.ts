import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { companySorts } from '../../../store/portal/reading/company-readings.ts';
import { callerIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import type { Currency } from './currency.ts';
import { currentRow } from './current-row.ts';
import { archivedFilter, archivedIn, idParams, productiveIdFilter } from './filters.ts';
import { freshnessOf, freshnessShape } from './freshness.ts';
import { nextFrom, pageQueryOf, wishFrom } from './paging.ts';
import { companyShape } from './record-shapes.ts';
import { companyView } from './record-views.ts';
import { statedView } from './stated-views.ts';
import { unknownRecord } from './unknown.ts';

const querystring = z.strictObject({
  archived: archivedFilter,
  productiveId: productiveIdFilter,
  ...pageQueryOf(companySorts, 'name'),
});
const page = z.object({
  companies: z.array(companyShape),
  next: z.string().nullable(),
  freshness: freshnessShape,
});
const answer = z.object({ company: companyShape, freshness: freshnessShape });

/** `GET /portal/v1/companies`: a client sees its own. */
export function addGetCompanies(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { querystring, response: { 200: page, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/companies', { schema }, async (request) => {
    const { sort, limit, after, ...asked } = request.query;
    const filter = { ...asked, archived: archivedIn(asked) };
    const wish = wishFrom(companySorts, { sort, limit, after });
    const found = await deps.portal.store().companies.page(callerIn(request), filter, wish);
    const companies = found.rows.map((row) => statedView(row, companyView(row)));
    const freshness = await freshnessOf(deps, 'companies', companies);
    return { companies, next: nextFrom(found.next, { sort }), freshness };
  });
}

/** `GET /portal/v1/companies/:id` */
export function addGetCompany(app: FastifyInstance, deps: PortalDependencies, currency: Currency): void {
  const schema = { params: idParams, response: { 200: answer, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/companies/:id', { schema }, async (request) => {
    const { id } = request.params;
    const row = await currentRow({ currency, entity: 'companies' }, () =>
      deps.portal.store().companies.find(callerIn(request), Number(id)),
    );
    if (row === null) throw unknownRecord('company', id);
    const company = statedView(row, companyView(row));
    return { company, freshness: await freshnessOf(deps, 'companies', [company]) };
  });
}
