import type { Attributes, Json } from '../../../engine/values.ts';
import type { Finding } from '../findings.ts';
import type { SystemSave } from './agency.ts';
import type { Receipt, Refusal } from './users.ts';

/** What users were promised, and what the portal's tables have seen of them. */
export interface Promised {
  readonly receipts: readonly Receipt[];
  readonly refusals: readonly Refusal[];
  /** Of the portal, whoever made them. */
  readonly saves: readonly SystemSave[];
  /** Rows of records that were deleted in Productive. */
  readonly goneRows: ReadonlySet<string>;
}

/** I3, I4: whatever was acknowledged was stored, and carried out once. */
export function brokenPromises({ receipts, refusals, saves, goneRows }: Promised): readonly Finding[] {
  const left = Map.groupBy(
    saves.filter(({ by }) => by === 'person'),
    rowOf,
  );
  const lost = receipts.filter(({ status }) => status !== 200).flatMap((receipt) => unstored(receipt, left));
  const surplus = [...left.values()].flat().map((save): Finding => ({
    ...{ kind: 'duplicated', pair: save.entity, record: `replica:${save.id}`, field: null },
    what: `a user's request was carried out twice, or was never answered: ${JSON.stringify(save.now)}`,
  }));
  return [...lost, ...surplus, ...refusals.flatMap((refusal) => strange(refusal, goneRows))];
}

const rowOf = ({ entity, id }: SystemSave): string => `${entity}/${id}`;

/** Takes the save out of those that nobody has asked for yet. */
function unstored({ entity, rowId, body }: Receipt, left: Map<string, SystemSave[]>): readonly Finding[] {
  const saves = left.get(`${entity}/${rowId}`) ?? [];
  const at = saves.findIndex(({ now }) => now !== null && shows(now, body));
  if (at >= 0) {
    saves.splice(at, 1);
    return [];
  }
  const what = `was acknowledged and is nowhere: ${JSON.stringify(body)}`;
  return [{ kind: 'lost', pair: entity, record: `replica:${rowId}`, field: null, what }];
}

const shows = (now: Attributes, body: Attributes): boolean =>
  Object.entries(body).every(([name, value]) => textOf(now[name]) === textOf(value));

/** Ids are numbers in a table and texts in the API. */
function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Who writes to what was deleted meanwhile is told so; anything else was nobody's fault. */
function strange({ request, status, text }: Refusal, goneRows: ReadonlySet<string>): readonly Finding[] {
  const { entity, rowId, taskRowId } = request;
  const touched = [`${entity}/${rowId ?? ''}`, `tasks/${taskRowId ?? ''}`];
  if (status === 404 && touched.some((row) => goneRows.has(row))) return [];
  const what = `was answered with ${status}: ${text}`;
  return [{ kind: 'broken', pair: entity, record: `replica:${rowId ?? 'new'}`, field: null, what }];
}
