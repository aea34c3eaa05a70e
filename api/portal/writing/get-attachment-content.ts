import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ConnectorError } from '../../../connectors/errors.ts';
import { ApiError } from '../../api-error.ts';
import { callerIn } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { problems } from '../shapes.ts';
import { unknown } from './known-or-404.ts';
import { idParams } from './shapes.ts';

/** `GET /portal/v1/attachments/:id/content`: the file itself, always as a download. Where it comes from stays here. */
export function addGetAttachmentContent(app: FastifyInstance, deps: PortalDependencies): void {
  const schema = { params: idParams, response: { 200: z.any().describe('The file'), ...problems } };
  app.withTypeProvider<ZodTypeProvider>().get('/attachments/:id/content', { schema }, async (request, reply) => {
    const { id } = request.params;
    const { attachments } = deps.portal.writing.store();
    const found = await attachments.find(callerIn(request), Number(id));
    if (found === null) throw unknown('attachment', id);
    const { row, productiveId } = found;
    const ours = await attachments.fileOf(id);
    if (ours !== null) return send(reply, { ...ours, body: Buffer.from(ours.body) });
    if (productiveId === null || row.url === null) throw noFile(id);
    const kept = await openKept(deps, { id: productiveId, url: row.url });
    const name = row.name ?? 'file';
    const contentType = row.contentType ?? kept.contentType;
    return send(reply, { name, contentType, size: kept.size, body: Readable.fromWeb(kept.body) });
  });
}

const noFile = (id: string): ApiError =>
  new ApiError(404, 'no_file', `The file of attachment ${id} is not known yet; come again in a while`);

/** @throws ApiError 503, without a word of the master's about where the file is */
async function openKept({ portal, log }: PortalDependencies, file: { readonly id: string; readonly url: string }) {
  if (portal.writing.files === null) throw unavailable();
  try {
    return await portal.writing.files.open(file);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    log.warn({ attachment: file.id, code: error.code }, 'A file could not be read');
    throw unavailable();
  }
}

const unavailable = (): ApiError =>
  new ApiError(503, 'file_unavailable', 'The file can not be read at the moment; come again in a while');

interface SentFile {
  readonly name: string;
  readonly contentType: string;
  readonly size: number | null;
  readonly body: Buffer | Readable;
}

/** Nothing in it may run as part of a page: not by its type, not by its name, not in a frame. */
function send(reply: FastifyReply, { name, contentType, size, body }: SentFile): FastifyReply {
  if (size !== null) void reply.header('Content-Length', size);
  return reply
    .header('Content-Type', safeType(contentType))
    .header('Content-Disposition', dispositionOf(name))
    .header('X-Content-Type-Options', 'nosniff')
    .header('Content-Security-Policy', "sandbox; default-src 'none'")
    .header('Cache-Control', 'private, no-store')
    .send(body);
}

const safeType = (given: string): string =>
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?charset=[\w-]+)?$/.test(given) ? given : 'application/octet-stream';

/** RFC 6266: a name for everybody, and the real one for those who can read it. */
function dispositionOf(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
