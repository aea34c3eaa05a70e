import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Instance, whoAsks, whoWrites } from './instance.ts';
import { mergePeople } from './merge-people.ts';
import { ProductiveError, recordNotFound } from './productive-error.ts';
import { readable, resourceThat, shown } from './record-routes.ts';
import type { StoredRecord, Values } from './resource.ts';
import type { ChangeKind } from './saved-change.ts';

interface Params {
  type: string;
  id: string;
}
type Request = FastifyRequest<{ Params: Params }>;

/** What is done to records apart from writing their attributes: archive, restore, merge, take out of the bin. */
export function addActionRoutes(app: FastifyInstance, instance: Instance): void {
  const act =
    (can: 'archive' | 'deactivate', kind: ChangeKind, changes: (now: string) => Values) => (request: Request) => {
      const author = whoWrites(instance, request);
      resourceThat(can, request);
      const { type, id } = readable(instance, request);
      const { organization } = instance;
      return shown(instance, request, organization.update(type, id, changes(organization.now()), author, kind));
    };
  app.patch(
    '/:type/:id/archive',
    act('archive', 'archive', (now) => ({ archived_at: now })),
  );
  app.patch(
    '/:type/:id/restore',
    act('archive', 'restore', () => ({ archived_at: null })),
  );
  app.patch(
    '/:type/:id/deactivate',
    act('deactivate', 'update', (now) => ({ deactivated_at: now })),
  );
  app.patch(
    '/:type/:id/activate',
    act('deactivate', 'update', () => ({ deactivated_at: null })),
  );
  app.patch('/deals/:id/close', (request: FastifyRequest<{ Params: { id: string } }>) => {
    const author = whoWrites(instance, request);
    const { organization } = instance;
    const now = organization.now();
    const changes = { closed_at: now, delivered_on: now.slice(0, 10) };
    return shown(instance, request, organization.update('deals', request.params.id, changes, author));
  });
  app.patch('/deleted_items/:id/restore', (request: Request) => takeOutOfBin(instance, request));
  app.route({ method: ['POST', 'PATCH'], url: '/people/merge', handler: (request) => merge(instance, request) });
  app.get('/reports/:name', (request) => {
    whoAsks(instance, request);
    instance.limits.charge(0);
    return { data: [], meta: { current_page: 1, total_pages: 0, total_count: 0, page_size: 30, max_page_size: 200 } };
  });
}

function takeOutOfBin(instance: Instance, request: Request): unknown {
  const author = whoWrites(instance, request);
  const { organization } = instance;
  const entry = organization.existing('deleted_items', request.params.id);
  if (entry.values['recovered_at'] !== null) throw recordNotFound();
  const record = binned(instance, entry);
  if (record === undefined) throw recordNotFound();
  organization.recover(record.type, record.id, author);
  return shown(instance, request, entry);
}

function binned({ organization }: Instance, { values }: StoredRecord): StoredRecord | undefined {
  const type = organization.typeOf(String(values['item_type']));
  const record = type === undefined ? undefined : organization.find(type, String(values['item_id']));
  return record?.deleted === true ? record : undefined;
}

const mergeBody = z.object({
  data: z.object({ attributes: z.object({ person_id: z.coerce.string(), merged_person_id: z.coerce.string() }) }),
});

/** That it exists is documented, what it is sent isn't: `person_id` stays, `merged_person_id` vanishes. */
function merge(instance: Instance, request: FastifyRequest): unknown {
  whoWrites(instance, request);
  const parsed = mergeBody.safeParse(request.body);
  if (!parsed.success) {
    throw new ProductiveError(422, [
      { title: 'Invalid Attribute', detail: 'person_id and merged_person_id must exist' },
    ]);
  }
  const { person_id: kept, merged_person_id: vanishing } = parsed.data.data.attributes;
  return shown(instance, request, mergePeople(instance.organization, kept, vanishing));
}
