import { keyOf } from './file-storage.ts';
import type { Instance } from './instance.ts';
import type { Author, Organization } from './organization.ts';
import { invalidAttributes, type ProductiveError } from './productive-error.ts';
import type { StoredRecord, Values } from './resource.ts';
import type { Written } from './write-rules.ts';

/** The third step of an upload: the location that the bucket answered becomes the attachment's file. */
export function settleUpload({ files, organization }: Instance, record: StoredRecord, values: Values): Values {
  const { temp_url: location, ...others } = values;
  if (typeof location !== 'string') return others;
  if (!files.settle(record, location)) throw invalid(organization, 'temp_url');
  const url = `${organization.origin}/files/${keyOf(record.id, String(record.values['name']))}`;
  return { ...others, url, aws_policy: null };
}

/** The fourth: the owner names its attachments. @throws ProductiveError 422 */
export function link(organization: Organization, owner: StoredRecord, linked: Written['linked'], by: Author): void {
  const ids = linked['attachments'];
  if (ids === undefined) return;
  const key = owner.type === 'comments' ? 'comment_id' : 'task_id';
  const found = ids.map((id) => organization.living('attachments', id));
  if (found.includes(undefined)) throw invalid(organization, 'attachments');
  const task = owner.type === 'comments' ? owner.values['task_id'] : owner.id;
  for (const id of ids) organization.update('attachments', id, { [key]: owner.id, task_id: task }, by);
  if (!organization.unknowns.linkingReplaces) return;
  for (const other of organization.table('attachments').pointingAt(key, owner.id)) {
    const belongsToComment = key === 'task_id' && other.values['comment_id'] !== null;
    if (other.deleted || ids.includes(other.id) || belongsToComment) continue;
    organization.update('attachments', other.id, { [key]: null, task_id: null }, by);
  }
}

const invalid = ({ unknowns }: Organization, name: string): ProductiveError =>
  invalidAttributes(unknowns.invalidAttributeCode, [{ name, detail: 'is invalid' }]);
