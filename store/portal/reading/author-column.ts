import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { syncedTables } from '../tables.ts';
import { portalPeople } from '../work-tables.ts';
import type { WrittenEntity } from '../write-store.ts';
import { portalWrites, writerRoles } from '../write-tables.ts';

/** Who made a record through the portal, with the role and the company that he had then. */
export interface Author {
  readonly subject: string;
  /** Null: written when it was not noted yet. */
  readonly role: (typeof writerRoles)[number] | null;
  /** The portal's id of a client's company. */
  readonly companyId: number | null;
  /** Null: none is known by the subject, or several are. */
  readonly person: AuthorPerson | null;
}

const person = z.object({ id: z.number(), firstName: z.string().nullable(), lastName: z.string().nullable() });
export type AuthorPerson = z.infer<typeof person>;

const author = z
  .object({
    subject: z.string(),
    role: z.enum(writerRoles).nullable(),
    companyId: z.number().nullable(),
    people: z.array(person).nullable(),
  })
  .transform(({ people, ...made }): Author => {
    const [only, ...others] = people ?? [];
    return { ...made, person: others.length > 0 ? null : (only ?? null) };
  });

/** A row that is read with who made it through the portal; null: nobody did. In Productive all of them are the token's person's. */
export interface WithAuthor {
  readonly author: Author | null;
}

/**
 * To be selected with a row. What is noted of it is looked up in its index row by row, whatever the database expects of their
 * number. A client is no person of another company, whatever his token calls him.
 */
export const authorColumn = (entity: WrittenEntity): SQL<Author | null> =>
  sql`(${sql`
    select json_build_object('subject', made.subject, 'role', made.role, 'companyId', made.company_id, 'people', (
      select json_agg(json_build_object('id', ${portalPeople.id}, 'firstName', ${portalPeople.firstName},
        'lastName', ${portalPeople.lastName}))
      from ${portalPeople}
      where lower(${portalPeople.email}) = lower(made.subject) and ${portalPeople.deletedAt} is null
        and (made.role = 'admin' or ${portalPeople.companyId} = made.company_id)))
    from (
      select ${portalWrites.subject} as subject, ${portalWrites.role} as role, ${portalWrites.companyId} as company_id
      from ${portalWrites}
      where ${portalWrites.entity} = ${entity} and ${portalWrites.recordId} = ${syncedTables[entity].id} and ${portalWrites.action} = 'create'
      order by ${portalWrites.id} desc limit 1
    ) as made`})`.mapWith((value: unknown) => author.parse(value));
