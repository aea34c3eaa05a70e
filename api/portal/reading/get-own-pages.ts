import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type OwnPages, ownPageSort } from '../../../store/portal/reading/structure-readings.ts';
import { callerIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import { idFilter, idParams } from './filters.ts';
import { nextFrom, pageQueryOf, wishFrom } from './paging.ts';
import { ownPageShape } from './record-shapes.ts';
import { ownPageView } from './record-views.ts';
import { unknownRecord } from './unknown.ts';

interface Kind {
  readonly pages: OwnPages;
  readonly path: string;
  readonly word: string;
}

const kinds: readonly Kind[] = [
  { pages: 'service_overviews', path: '/service-overviews', word: 'service overview' },
  { pages: 'documents', path: '/documents', word: 'document' },
];
const answer = z.object({ page: ownPageShape });
const list = z.object({ pages: z.array(ownPageShape), next: z.string().nullable() });

/** `GET /portal/v1/service-overviews`, `GET /portal/v1/documents`, and each of them by its id: what only the portal has. */
export function addGetOwnPages(app: FastifyInstance, deps: PortalDependencies): void {
  for (const kind of kinds) {
    addList(app, deps, kind);
    addOne(app, deps, kind);
  }
}

function addList(app: FastifyInstance, deps: PortalDependencies, { pages, path }: Kind): void {
  const sorts = { position: ownPageSort(pages) };
  const querystring = z.strictObject({ projectId: idFilter, ...pageQueryOf(sorts, 'position') });
  const schema = { querystring, response: { 200: list, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get(path, { schema }, async (request) => {
    const { projectId, ...query } = request.query;
    const { structure } = deps.portal.store();
    const found = await structure.ownPages(pages, callerIn(request), projectId, wishFrom(sorts, query));
    return { pages: found.rows.map(ownPageView), next: nextFrom(found.next, query) };
  });
}

function addOne(app: FastifyInstance, deps: PortalDependencies, { pages, path, word }: Kind): void {
  const schema = { params: idParams, response: { 200: answer, ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get(`${path}/:id`, { schema }, async (request) => {
    const { id } = request.params;
    const row = await deps.portal.store().structure.ownPage(pages, callerIn(request), Number(id));
    if (row === null) throw unknownRecord(word, id);
    return { page: ownPageView(row) };
  });
}
