import type { Codec } from '../../engine/codec.ts';
import { type FieldOptions, type FieldRow, field } from '../../engine/define-pair.ts';
import { masterWins } from '../../engine/policy.ts';
import { reference } from '../../engine/reference.ts';

type Options = Pick<FieldOptions<'productive'>, 'required'>;

/** Productive's field: the portal shows it, and a change of it there is put back. */
export const shown = <const M extends string, const R extends string>(
  master: M,
  replica: R,
  codec: Codec,
  options: Options = {},
): FieldRow<M, R, 'productive'> =>
  field(master, replica, codec, { ...options, group: 'productive', direction: 'toReplica' });

/** A field that people change in Productive and in the portal; where both did, Productive's value stays. */
export const shared = <const M extends string, const R extends string>(
  master: M,
  replica: R,
  codec: Codec,
  options: Options = {},
): FieldRow<M, R, 'productive'> => field(master, replica, codec, { ...options, group: 'productive' });

/** A record that must be there first. */
export const required = { required: true } as const;

/** What all pairs of Productive and the portal have in common. Productive has no place where it could show their status. */
export const portalPair = <const Name extends string>(name: Name) =>
  ({
    name,
    master: { system: 'Productive', entity: name },
    replica: { system: 'Portal', entity: name },
    groups: { productive: masterWins },
    marker: 'productiveId',
    createOn: ['replica'],
    // What Productive deletes goes from the portal, whatever was done to it there; the other way round nothing is deleted.
    whenPartnerDeleted: { master: { kind: 'unlink' }, replica: { kind: 'delete' } },
    whenEditedAndDeleted: 'delete',
    status: null,
  }) as const;

export const companies = reference('companies');
export const people = reference('people');
export const projects = reference('projects');
export const workflowStatuses = reference('workflow_statuses');
export const taskLists = reference('task_lists');
export const tasks = reference('tasks');
export const comments = reference('comments');
export const deals = reference('deals');
export const services = reference('services');
export const invoices = reference('invoices');
