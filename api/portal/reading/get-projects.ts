import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type ProjectRow, projectSorts } from '../../../store/portal/reading/project-readings.ts';
import { callerIn, type PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import type { Currency } from './currency.ts';
import { currentRow } from './current-row.ts';
import { archivedFilter, archivedIn, idFilter, idParams, productiveIdFilter } from './filters.ts';
import { freshnessOf, freshnessShape } from './freshness.ts';
import { includedOf, includeQuery } from './included.ts';
import { nextFrom, pageQueryOf, wishFrom } from './paging.ts';
import { includedShape, projectShape } from './record-shapes.ts';
import { projectView } from './record-views.ts';
import { statedView } from './stated-views.ts';
import { unknownRecord } from './unknown.ts';

const include = includeQuery(['people', 'companies']);
const querystring = z.strictObject({
  companyId: idFilter,
  projectManagerId: idFilter,
  archived: archivedFilter,
  productiveId: productiveIdFilter,
  include,
  ...pageQueryOf(projectSorts, 'name'),
});
const more = { freshness: freshnessShape, included: includedShape };
const page = z.object({ projects: z.array(projectShape), next: z.string().nullable(), ...more });
const answer = z.object({ project: projectShape, ...more });

/** `GET /portal/v1/projects`: project lists of clients and admins, with how many tasks are open. */
export function addGetProjects(app: FastifyInstance, deps: PortalDependencies, currency: Currency): void {
  const schema = { querystring, response: { 200: page, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/projects', { schema }, async (request) => {
    const caller = callerIn(request);
    const { include: wished, sort, limit, after, ...asked } = request.query;
    const filter = { ...asked, archived: archivedIn(asked) };
    const wish = wishFrom(projectSorts, { sort, limit, after });
    const read = () => deps.portal.store().projects.page(caller, filter, wish);
    let found = await read();
    const { productiveId } = filter;
    // A record that is not here yet may be in Productive. Clients must not be able to ask there for whatever they like.
    const isMissing = productiveId !== undefined && found.rows.length === 0 && caller.role === 'admin';
    if (isMissing && (await currency.lookedAt({ entity: 'projects', productiveId, lastSyncedAt: null }))) {
      found = await read();
    }
    const projects = found.rows.map(shownProject);
    return { projects, next: nextFrom(found.next, { sort }), ...(await moreOf(deps, caller, projects, wished)) };
  });
}

/** `GET /portal/v1/projects/:id`: the overview of a project. */
export function addGetProject(app: FastifyInstance, deps: PortalDependencies, currency: Currency): void {
  const schema = {
    params: idParams,
    querystring: z.strictObject({ include }),
    response: { 200: answer, ...problems },
  };
  app.withTypeProvider<ZodTypeProvider>().get('/projects/:id', { schema }, async (request) => {
    const caller = callerIn(request);
    const { id } = request.params;
    const row = await currentRow({ currency, entity: 'projects' }, () =>
      deps.portal.store().projects.find(caller, Number(id)),
    );
    if (row === null) throw unknownRecord('project', id);
    const project = shownProject(row);
    return { project, ...(await moreOf(deps, caller, [project], request.query.include)) };
  });
}

const shownProject = (row: ProjectRow) => statedView(row, { ...projectView(row), tasks: row.tasks });

async function moreOf(
  deps: PortalDependencies,
  caller: PortalCaller,
  projects: readonly ReturnType<typeof shownProject>[],
  wished: readonly string[],
) {
  const named = {
    people: projects.map(({ projectManagerId }) => projectManagerId),
    companies: projects.map(({ companyId }) => companyId),
  };
  const [freshness, included] = await Promise.all([
    freshnessOf(deps, 'projects', projects),
    includedOf(deps, caller, wished, named),
  ]);
  return { freshness, included };
}
