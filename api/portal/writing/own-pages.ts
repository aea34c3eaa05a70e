import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  insertPage,
  lockPage,
  type PageChanges,
  type PageEntity,
  type PageRow,
  updatePage,
} from '../../../store/portal/page-writes.ts';
import type { PortalWrite } from '../../../store/portal/write-store.ts';
import { adminIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { portalId } from '../shapes.ts';
import { carryOut } from './carry-out.ts';
import { refuseOutdated } from './if-match.ts';
import { unknown } from './known-or-404.ts';
import { ownReceiptOf } from './receipts.ts';
import { atLeastOne, idParams, nothingToChange, ownReceipt, writeHeaders, writeProblems } from './shapes.ts';
import { projectOr422 } from './task-references.ts';

const fields = {
  title: z.string().trim().min(1).max(500),
  body: z.string().max(500_000).describe('Markdown'),
  position: z.int().min(0).max(1_000_000).describe('Among the others of its project'),
  private: z.boolean().describe('Not for clients'),
};
const newPage = z.strictObject({
  ...fields,
  projectId: portalId,
  body: fields.body.default(''),
  position: fields.position.default(0),
  private: fields.private.default(false),
});
const pageChanges = z.strictObject(fields).partial().refine(atLeastOne, nothingToChange);

interface Pages {
  readonly path: string;
  readonly entity: PageEntity;
  readonly word: string;
}

/** What no system but the portal knows: service overviews and documents. Admins write them, nothing is sent anywhere. */
export function addOwnPages(app: FastifyInstance, deps: PortalDependencies): void {
  const all: readonly Pages[] = [
    { path: '/service-overviews', entity: 'service_overviews', word: 'service overview' },
    { path: '/documents', entity: 'documents', word: 'document' },
  ];
  for (const pages of all) {
    addPost(app, deps, pages);
    addPatch(app, deps, pages);
    addDelete(app, deps, pages);
  }
}

function addPost(app: FastifyInstance, deps: PortalDependencies, { path, entity }: Pages): void {
  const schema = { headers: writeHeaders, body: newPage, response: { 201: ownReceipt, ...writeProblems } };
  app.withTypeProvider<ZodTypeProvider>().post(path, { schema }, async (request, reply) => {
    const { subject } = adminIn(request);
    const { body: made } = await carryOut(deps, {
      ...{ request, reply, sent: [JSON.stringify(request.body)], shape: ownReceipt },
      work: async (write, caller) => {
        const projectId = await projectOr422(write, caller, request.body.projectId);
        const row = await insertPage(write.db, entity, { ...request.body, projectId, createdBy: subject });
        await write.note(entity, row.id, 'create');
        return { status: 201, body: ownReceiptOf(row) };
      },
    });
    return reply.code(201).header('ETag', `"${made.version}"`).send(made);
  });
}

function addPatch(app: FastifyInstance, deps: PortalDependencies, pages: Pages): void {
  const response = { 200: ownReceipt, ...writeProblems };
  const schema = { params: idParams, headers: writeHeaders, body: pageChanges, response };
  app.withTypeProvider<ZodTypeProvider>().patch(`${pages.path}/:id`, { schema }, async (request, reply) => {
    adminIn(request);
    const sent = [JSON.stringify(request.body), request.headers['if-match'] ?? ''];
    const { body: answer } = await carryOut(deps, {
      ...{ request, reply, sent, shape: ownReceipt },
      work: async (write) => {
        const page = await pageOr404(write, pages, request);
        return { status: 200, body: ownReceiptOf(await changePage(write, pages, page, definedIn(request.body))) };
      },
    });
    return reply.header('ETag', `"${answer.version}"`).send(answer);
  });
}

/** Deleted pages are kept, and nobody sees them any more. */
function addDelete(app: FastifyInstance, deps: PortalDependencies, pages: Pages): void {
  const schema = { params: idParams, headers: writeHeaders, response: { 200: ownReceipt, ...writeProblems } };
  app.withTypeProvider<ZodTypeProvider>().delete(`${pages.path}/:id`, { schema }, async (request, reply) => {
    adminIn(request);
    const { body: answer } = await carryOut(deps, {
      ...{ request, reply, sent: [request.headers['if-match'] ?? ''], shape: ownReceipt },
      work: async (write) => {
        const page = await pageOr404(write, pages, request);
        return { status: 200, body: ownReceiptOf(await changePage(write, pages, page, { deletedAt: deps.now() })) };
      },
    });
    return reply.send(answer);
  });
}

interface PageRequest {
  readonly params: { readonly id: string };
  readonly headers: FastifyRequest['headers'];
}

/** @throws ApiError 404, 412 */
async function pageOr404(
  { db }: PortalWrite,
  { entity, word }: Pages,
  { params, headers }: PageRequest,
): Promise<PageRow> {
  const page = await lockPage(db, entity, Number(params.id));
  if (page === null) throw unknown(word, params.id);
  refuseOutdated(headers['if-match'], page.version, `${word} ${params.id}`);
  return page;
}

async function changePage(
  write: PortalWrite,
  { entity }: Pages,
  page: PageRow,
  changes: PageChanges,
): Promise<PageRow> {
  const row = await updatePage(write.db, entity, page.id, changes);
  if (row.version !== page.version) await write.note(entity, row.id, 'update');
  return row;
}

function definedIn({ title, body, position, private: isPrivate }: z.infer<typeof pageChanges>): PageChanges {
  return {
    ...(title !== undefined && { title }),
    ...(body !== undefined && { body }),
    ...(position !== undefined && { position }),
    ...(isPrivate !== undefined && { private: isPrivate }),
  };
}
