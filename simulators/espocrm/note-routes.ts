import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { EspoUser } from './database.ts';
import { EspoError } from './espo-error.ts';
import { espoTime } from './espo-time.ts';
import { type Instance, mayRead, type StreamNote } from './instance.ts';
import type { WhoAsks } from './record-routes.ts';

const sentNote = z.record(z.string(), z.unknown()).catch({});

/** Posts in the streams of records. They change nothing of the record that anybody could see, and no webhook tells of them. */
export function addNoteRoutes(app: FastifyInstance, instance: Instance, whoAsks: WhoAsks): void {
  app.post('/Note', (request) => postNote(instance, whoAsks(request), sentNote.parse(request.body)));
  app.get<{ Params: { entityType: string; id: string } }>('/:entityType/:id/stream', (request) => {
    const { entityType, id } = request.params;
    refuseUnseen(instance, whoAsks(request), { entityType, id, action: 'read' });
    const list = instance.notes.filter(({ parentType, parentId }) => parentType === entityType && parentId === id);
    return { total: list.length, list: list.toReversed() };
  });
}

function postNote(instance: Instance, user: EspoUser, sent: Record<string, unknown>): StreamNote {
  const parentType = typeof sent['parentType'] === 'string' ? sent['parentType'] : null;
  const parentId = typeof sent['parentId'] === 'string' ? sent['parentId'] : null;
  if (parentType !== null && parentId !== null) {
    refuseUnseen(instance, user, { entityType: parentType, id: parentId, action: 'create' });
  }
  if (sent['type'] !== 'Post' && user.kind !== 'admin') throw new EspoError(403, "Only 'Post' type allowed.");
  const time = espoTime(instance.now());
  const post = typeof sent['post'] === 'string' ? sent['post'] : null;
  const mentions = [...(post ?? '').matchAll(/@(\w+)/g)].map(([mention]) => mention);
  const note = {
    id: `note${instance.notes.length}`,
    deleted: false,
    post,
    type: sent['type'],
    data: mentions.length > 0 ? { mentions: Object.fromEntries(mentions.map((one) => [one, {}])) } : {},
    parentType,
    parentId,
    createdAt: time,
    modifiedAt: time,
    createdById: user.id,
    createdByName: user.name,
  };
  instance.notes.push(note);
  return note;
}

/** A post needs the record to be readable and its stream to be open to the user (source of 9.2). */
function refuseUnseen(
  instance: Instance,
  user: EspoUser,
  { entityType, id, action }: { entityType: string; id: string; action: 'create' | 'read' },
): void {
  const record = instance.database.find(entityType, id);
  if (record === undefined || record.deleted || !mayRead(instance, user, entityType, id)) {
    throw new EspoError(403, 'No access to parent.');
  }
  const isClosed = user.kind === 'api' && instance.closedStreams.has(entityType);
  if (isClosed) throw new EspoError(403, `No ${action} access.`);
}
