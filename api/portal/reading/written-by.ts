import { z } from 'zod';
import type { Author } from '../../../store/portal/reading/author-column.ts';
import { writerRoles } from '../../../store/portal/write-tables.ts';
import type { PortalCaller } from '../caller.ts';
import { portalId } from '../shapes.ts';

/** Who made a record through the portal, as far as the asker may know. */
export const writtenByShape = z
  .object({
    kind: z.enum(writerRoles).nullable().describe('The role that his token said; null: not noted'),
    subject: z.string().nullable().describe('As his token names him (sub). For clients only that of their own users'),
    personId: portalId.nullable().describe('The person whose e-mail address the subject is, if there is just one'),
    name: z.string().nullable().describe("That person's"),
  })
  .nullable()
  .describe('Who made it through the portal; null: it was made in Productive');
export type WrittenBy = z.infer<typeof writtenByShape>;

/** A subject may be an e-mail address, and a project may have been another company's before: of its users a client learns nothing. */
export function writtenBy(caller: PortalCaller, author: Author | null): WrittenBy {
  if (author === null) return null;
  const { subject, role, companyId, person } = author;
  const isOwn = caller.role === 'admin' || subject === caller.subject || companyId === caller.companyId;
  const shown = isOwn || role === 'admin' ? person : null;
  return {
    kind: role,
    subject: isOwn ? subject : null,
    personId: shown === null ? null : String(shown.id),
    name: shown === null ? null : nameOf(shown.firstName, shown.lastName),
  };
}

function nameOf(...parts: readonly (string | null)[]): string | null {
  const name = parts.filter((part) => part !== null && part !== '').join(' ');
  return name === '' ? null : name;
}

interface Shown {
  readonly creatorId: string | null;
  readonly writtenBy?: WrittenBy;
}

/** The portal's ids of those who made what is shown, here or in Productive. */
export const makersOf = (shown: readonly Shown[]): readonly (string | null)[] =>
  shown.flatMap(({ creatorId, writtenBy: by }) => [creatorId, by?.personId ?? null]);
