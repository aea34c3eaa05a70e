import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../database.ts';
import { rowsIn } from '../../rows-in.ts';
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

export interface AuthorPerson {
  readonly id: number;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

const found = z.object({
  recordId: z.coerce.number(),
  subject: z.string(),
  role: z.enum(writerRoles).nullable(),
  companyId: z.coerce.number().nullable(),
  personId: z.coerce.number().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
});
type Found = z.infer<typeof found>;

/** Who made records through the portal. In Productive all of them are the token's person's. */
export class AuthorReadings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By the row's id, without those that nobody made through the portal. One query. */
  async of(entity: WrittenEntity, ids: readonly number[]): Promise<ReadonlyMap<number, Author>> {
    if (ids.length === 0) return new Map();
    const authors = new Map<number, Author>();
    for (const { recordId, subject, role, companyId, ...row } of await this.#written(entity, ids)) {
      const person = authors.has(recordId) ? null : personIn(row);
      authors.set(recordId, { subject, role, companyId, person });
    }
    return authors;
  }

  /**
   * A row for each person who is meant by the subject, or one without. What is noted of a record is looked up in its index,
   * whatever the database expects of the numbers. A client is no person of another company, whatever his token calls him.
   */
  async #written(entity: WrittenEntity, ids: readonly number[]): Promise<readonly Found[]> {
    const result = await this.#db.execute(sql`
      select asked.id as "recordId", made.subject, made.role, made.company_id as "companyId",
        ${portalPeople.id} as "personId", ${portalPeople.firstName} as "firstName", ${portalPeople.lastName} as "lastName"
      from (select value::bigint as id from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)) as asked
        cross join lateral (
          select ${portalWrites.subject} as subject, ${portalWrites.role} as role, ${portalWrites.companyId} as company_id
          from ${portalWrites}
          where ${portalWrites.entity} = ${entity} and ${portalWrites.recordId} = asked.id and ${portalWrites.action} = 'create'
          order by ${portalWrites.id} desc limit 1
        ) as made
        left join ${portalPeople} on lower(${portalPeople.email}) = lower(made.subject) and ${portalPeople.deletedAt} is null
          and (made.role = 'admin' or ${portalPeople.companyId} = made.company_id)`);
    return z.array(found).parse(rowsIn(result));
  }
}

function personIn({ personId, firstName, lastName }: Pick<Found, 'personId' | 'firstName' | 'lastName'>) {
  return personId === null ? null : { id: personId, firstName, lastName };
}
