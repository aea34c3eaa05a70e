import type { FastifyRequest } from 'fastify';
import type { Multipart } from '@fastify/multipart';
import { z } from 'zod';
import { portalId } from '../shapes.ts';
import { ApiError } from '../../api-error.ts';

/** A form with one file, as it came. */
export interface Upload {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The comment that the file is part of; null: only of the task. */
  readonly commentId: string | null;
}

const maxFieldBytes = 1_000;
const field = z.object({ commentId: portalId.optional() }).strict();

/** @throws ApiError 400, 413, 415 */
export async function readUpload(request: FastifyRequest, maxBytes: number): Promise<Upload> {
  if (!request.isMultipart()) {
    throw new ApiError(415, 'not_a_form', 'Send the file as multipart/form-data, in a part with the name file');
  }
  const fields: Record<string, unknown> = {};
  let file: Omit<Upload, 'commentId'> | null = null;
  try {
    for await (const part of request.parts({ limits: limitsOf(maxBytes) })) {
      if (part.type === 'file') file = await fileIn(part);
      else fields[part.fieldname] = part.value;
    }
  } catch (error) {
    throw refusalOf(error, maxBytes);
  }
  if (file === null) throw badForm('The form has no file: a part with the name file');
  const parsed = field.safeParse(fields);
  if (!parsed.success)
    throw badForm("Beside the file the form may have commentId, the id of one of the task's comments");
  return { ...file, commentId: parsed.data.commentId ?? null };
}

const limitsOf = (fileSize: number) => ({
  ...{ fileSize, files: 1, fields: 5, parts: 6, fieldSize: maxFieldBytes, fieldNameSize: 100, headerPairs: 50 },
});

async function fileIn(part: Multipart & { readonly type: 'file' }): Promise<Omit<Upload, 'commentId'>> {
  if (part.fieldname !== 'file') throw badForm('The file has to be in a part with the name file');
  const bytes = await part.toBuffer();
  if (bytes.byteLength === 0) throw badForm('The file is empty');
  return { name: nameOf(part.filename), contentType: typeOf(part.mimetype), bytes };
}

/** What a browser, or somebody who wants to be taken for one, calls the file: without folders and what can't be shown. */
function nameOf(given: string): string {
  // As browsers write a quotation mark in a form (HTML standard, "multipart form data").
  const last = given.replaceAll('%22', '"').split(/[/\\]/).at(-1) ?? '';
  const shown = last.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim();
  return shown === '' || /^\.+$/.test(shown) ? 'file' : shown.slice(0, 200).toWellFormed();
}

const typeOf = (given: string): string =>
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}$/i.test(given)
    ? given.toLowerCase()
    : 'application/octet-stream';

const badForm = (message: string): ApiError => new ApiError(400, 'bad_form', message);

function refusalOf(error: unknown, maxBytes: number): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'FST_REQ_FILE_TOO_LARGE') {
    const mebibytes = Math.floor((maxBytes / 1024 / 1024) * 10) / 10;
    return new ApiError(413, 'file_too_large', `The file is too large: ${mebibytes} MiB at most (PORTAL_MAX_UPLOAD)`);
  }
  if (error instanceof ApiError) return error;
  if (code === 'FST_FILES_LIMIT') return badForm('One file at a time, please');
  // Whatever else busboy says is about the form: it was cut, or is no form.
  return badForm('The form can not be understood, or was cut off; send it again');
}
