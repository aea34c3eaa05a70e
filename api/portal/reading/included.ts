import { z } from 'zod';
import type { PortalCaller } from '../caller.ts';
import type { PortalDependencies } from '../portal-dependencies.ts';
import type { Included } from './record-shapes.ts';
import { companyView, personView, projectView, taskListView, workflowStatusView } from './record-views.ts';

export type Kind = 'people' | 'projects' | 'companies' | 'taskLists' | 'workflowStatuses';

/** `include=people,projects`: which of the named records come along. */
export const includeQuery = <const Name extends string>(names: readonly Name[]) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.enum(names)))
    .describe(`Any of ${names.join(', ')}, separated by commas`);

/** Ids of the portal that shown records name. */
export type NamedIds = Readonly<Partial<Record<Kind, readonly (string | null)[]>>>;

/**
 * The records behind the ids, of the wished kinds only, as far as they are the caller's to see. The ids must come out of what
 * the caller was shown.
 */
export async function includedOf(
  deps: PortalDependencies,
  caller: PortalCaller,
  wished: readonly string[],
  ids: NamedIds,
): Promise<Included> {
  const { named } = deps.portal.store();
  const wants = (kind: Kind): boolean => wished.includes(kind);
  const read = async <Row, View>(
    kind: Kind,
    rows: (ids: readonly number[]) => PromiseLike<readonly Row[]>,
    view: (row: Row) => View,
  ): Promise<readonly View[]> => {
    const unique = numbersIn(ids[kind] ?? []);
    return unique.length === 0 ? [] : (await rows(unique)).map(view);
  };
  const [people, projects, companies, taskLists, workflowStatuses] = await Promise.all([
    wants('people')
      ? read(
          'people',
          (of) => named.people(caller, of),
          (row) => personView(caller, row),
        )
      : undefined,
    wants('projects') ? read('projects', (of) => named.projects(caller, of), projectView) : undefined,
    wants('companies') ? read('companies', (of) => named.companies(caller, of), companyView) : undefined,
    wants('taskLists') ? read('taskLists', (of) => named.taskLists(caller, of), taskListView) : undefined,
    wants('workflowStatuses')
      ? read('workflowStatuses', (of) => named.workflowStatuses(caller, of), workflowStatusView)
      : undefined,
  ]);
  return {
    ...(people !== undefined && { people: [...people] }),
    ...(projects !== undefined && { projects: [...projects] }),
    ...(companies !== undefined && { companies: [...companies] }),
    ...(taskLists !== undefined && { taskLists: [...taskLists] }),
    ...(workflowStatuses !== undefined && { workflowStatuses: [...workflowStatuses] }),
  };
}

const numbersIn = (ids: readonly (string | null)[]): readonly number[] => [
  ...new Set(ids.flatMap((id) => (id === null ? [] : [Number(id)]))),
];
