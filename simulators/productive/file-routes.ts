import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Instance } from './instance.ts';

/** The bucket that takes uploads, and the host that gives files to whoever has the API token in the address. */
export async function addFileRoutes(app: FastifyInstance, instance: Instance): Promise<void> {
  await app.register(multipart, { limits: { fileSize: 200 * 1024 * 1024 } });
  app.post('/s3', async (request, reply) => {
    const fields: Record<string, string> = {};
    let body: Buffer | null = null;
    // A browser's form: whatever stands behind the file is ignored by S3.
    for await (const part of request.parts()) {
      if (part.type === 'file') body = await part.toBuffer();
      else if (body === null) fields[part.fieldname] = String(part.value);
    }
    const isAllowed = isSigned(instance, fields);
    if (!isAllowed || body === null)
      return reply.code(403).type('application/xml').send('<Error><Code>AccessDenied</Code></Error>');
    const location = `${instance.organization.origin}/s3/${fields['key'] ?? ''}`;
    instance.files.upload(location, { contentType: fields['Content-Type'] ?? 'application/octet-stream', body });
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${location}</Location><Key>${fields['key'] ?? ''}</Key></PostResponse>`;
    return reply.code(201).type('application/xml').send(xml);
  });
  app.get<{ Params: { id: string }; Querystring: { token?: string } }>(
    '/files/attachments/files/:id/original/:name',
    async (request, reply) => {
      const { token } = request.query;
      if (token === undefined || !instance.credentials.has(token)) return reply.code(401).send('');
      const file = instance.files.find(request.params.id);
      if (file === undefined) return reply.code(404).send('');
      return reply.type(file.contentType).send(file.body);
    },
  );
}

/** All fields of the policy have to come back as they were given. */
function isSigned({ organization }: Instance, fields: Readonly<Record<string, string>>): boolean {
  const id = /^attachments\/files\/(\d+)\//.exec(fields['key'] ?? '')?.[1] ?? '';
  const policy = organization.living('attachments', id)?.values['aws_policy'];
  if (typeof policy !== 'object' || policy === null) return false;
  return Object.entries(policy).every(([name, value]) => fields[name] === value);
}
