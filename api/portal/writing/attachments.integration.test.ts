import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { Unavailable } from '../../../connectors/errors.ts';
import type { OpenDatabase } from '../../../store/database.ts';
import { openInMemory } from '../../../test/support/embedded.ts';
import { AttachmentStore } from '../../../store/portal/attachment-writes.ts';
import { portalAttachments } from '../../../store/portal/work-tables.ts';
import { portalUploads } from '../../../store/portal/write-tables.ts';
import { hints, links } from '../../../store/schema.ts';
import type { ApiUnderTest } from '../../../test/support/api.ts';
import { startTestPortal } from '../../../test/support/portal.ts';
import { type Office, officeIn, refused, writerIn } from '../../../test/support/portal-office.ts';
import type { KeptFile } from './writing-parts.ts';

const maxUploadBytes = 100_000;
const secretUrl = 'https://files.productive.io/attachments/17/plan.pdf';
const token = 'the-token-of-productive';

let database: OpenDatabase;
let api: ApiUnderTest;
let office: Office;
/** Files that Productive keeps, by address. */
const kept = new Map<string, Uint8Array<ArrayBuffer>>();
const asked: KeptFile[] = [];

beforeAll(async () => {
  database = await openInMemory();
  const files = {
    open: (file: KeptFile) => {
      asked.push(file);
      const bytes = kept.get(file.url);
      if (bytes === undefined) throw new Unavailable(`${file.url}?token=${token} does not answer`, { system: 'P' });
      const body = new Blob([bytes]).stream();
      return Promise.resolve({ body, contentType: 'text/html; charset=utf-8', size: bytes.byteLength });
    },
  };
  api = await startTestPortal(database, { writing: { files, maxUploadBytes } });
});
afterAll(async () => {
  await api.stop();
  await database.close();
});
beforeEach(async () => {
  office = await officeIn(database);
});
afterEach(() => {
  kept.clear();
  asked.length = 0;
});

const client = () => writerIn(api, office.client);
const stranger = () => writerIn(api, office.stranger);
const path = () => `/tasks/${office.task}/attachments`;
const rows = () => database.db.select().from(portalAttachments).orderBy(portalAttachments.id);
const idIn = ({ body }: { readonly body: unknown }) => (body as { id: string }).id;
const form = (
  bytes: string | Uint8Array<ArrayBuffer>,
  { name = 'plan.pdf', type = 'application/pdf', ...fields }: Record<string, string> = {},
) => {
  const data = new FormData();
  for (const [field, value] of Object.entries(fields)) data.set(field, value);
  data.set('file', new File([bytes], name, { type }));
  return data;
};

describe('a file that is uploaded', () => {
  test('is stored, byte by byte, before it is answered, and has its hint', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256);
    const answer = await client().form(path(), form(bytes));
    expect(answer).toMatchObject({ status: 201, body: { syncState: 'pending' } });
    const id = idIn(answer);
    expect(await rows()).toMatchObject([
      { id: Number(id), name: 'plan.pdf', contentType: 'application/pdf', size: 70_000, url: null },
    ]);
    const hinted = await database.db.select().from(hints);
    expect(hinted).toMatchObject([{ pair: 'attachments', side: 'replica', recordId: id }]);
    const stored = await new AttachmentStore(database.db).fileOf(id);
    expect(createHash('sha256').update(stored!.body).digest()).toEqual(createHash('sha256').update(bytes).digest());
  });

  test('can be part of a comment', async () => {
    const answer = await client().form(path(), form('x', { commentId: office.comment }));
    expect(answer.status).toBe(201);
    expect(await rows()).toMatchObject([{ commentId: Number(office.comment), taskId: Number(office.task) }]);
  });

  test('is stored once, however often it is sent under one key', async () => {
    const key = { 'idempotency-key': 'the-upload' };
    const answers = await Promise.all([1, 2, 3].map(() => client().form(path(), form('same'), key)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await rows()).toHaveLength(1);
    expect(await client().form(path(), form('other'), key)).toMatchObject(
      refused(422, 'key_used_differently', /new key/),
    );
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\x.txt', 'x.txt'],
    ['..', 'file'],
    ['a\u202egnp.exe', 'agnp.exe'],
    ['Müllers Plan №1.pdf', 'Müllers Plan №1.pdf'],
    ['y'.repeat(500), 'y'.repeat(200)],
  ])('under the name %j is called %j', async (given, shown) => {
    await client().form(path(), form('x', { name: given }));
    expect(await rows()).toMatchObject([{ name: shown }]);
  });

  test('is kept until Productive has it, and no longer', async () => {
    const first = idIn(await client().form(path(), form('first')));
    const uploads = () => database.db.select({ id: portalUploads.attachmentId }).from(portalUploads);
    await database.db.insert(links).values({ pair: 'attachments', masterId: '900', replicaId: first });
    await client().form(path(), form('second'));
    expect(await uploads()).toHaveLength(2);
    await database.db
      .update(portalAttachments)
      .set({ url: secretUrl })
      .where(eq(portalAttachments.id, Number(first)));
    await client().form(path(), form('third'));
    expect((await uploads()).map(({ id }) => String(id))).not.toContain(first);
    expect(await uploads()).toHaveLength(2);
  });
});

describe('an upload is refused, and nothing is stored,', () => {
  afterEach(async () => {
    expect([await rows(), await database.db.select().from(hints)]).toEqual([[], []]);
  });
  const boundary = 'a-boundary';
  const multipart = `multipart/form-data; boundary=${boundary}`;
  const part = (head: string, body = 'x') =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const end = `--${boundary}--\r\n`;
  const file = part('name="file"; filename="a.txt"');

  test('if it is too large', async () => {
    const answer = await client().form(path(), form(new Uint8Array(maxUploadBytes + 1)));
    expect(answer).toMatchObject(refused(413, 'file_too_large', /MiB at most/));
  });

  test('if it is empty, or has another name, or there is none, or there are two', async () => {
    expect(await client().form(path(), form(''))).toMatchObject(refused(400, 'bad_form', /empty/));
    const named = new FormData();
    named.set('upload', new File(['x'], 'x'));
    expect(await client().form(path(), named)).toMatchObject(refused(400, 'bad_form', /name file/));
    const none = new FormData();
    none.set('commentId', office.comment);
    expect(await client().form(path(), none)).toMatchObject(refused(400, 'bad_form', /no file/));
    expect(await client().raw('POST', path(), file + file + end, multipart)).toMatchObject(
      refused(400, 'bad_form', /One file/),
    );
  });

  test.each<[string, () => string, string, number]>([
    ['if it is no form', () => '{}', 'application/json', 415],
    ['if it is no form at all', () => 'x', 'text/plain', 415],
    ['if the form has no boundary', () => file + end, 'multipart/form-data', 400],
    ['if the form was cut off', () => file.slice(0, -4), multipart, 400],
    ['if the form never begins', () => 'nonsense', multipart, 400],
    ['if the form is empty', () => end, multipart, 400],
    ['if it has a field that nobody knows', () => part('name="admin"', 'true') + file + end, multipart, 400],
    ['if it tries to reach the prototype', () => part('name="__proto__"', '1') + file + end, multipart, 400],
    ['if it has too many fields', () => part('name="commentId"', '1').repeat(20) + file + end, multipart, 400],
    ['if a field is too long', () => part('name="commentId"', '1'.repeat(5_000)) + file + end, multipart, 400],
    ['with the id of no comment', () => part('name="commentId"', '999999') + file + end, multipart, 404],
    ['with an id that is none', () => part('name="commentId"', '-1') + file + end, multipart, 400],
  ])('%s', async (_title, body, type, status) => {
    expect(await client().raw('POST', path(), body(), type)).toMatchObject({ status });
  });

  test('by whoever may not see the task', async () => {
    expect(await stranger().form(path(), form('x'))).toMatchObject(refused(404, 'unknown_task', /no task/));
    const hidden = `/tasks/${office.privateTask}/attachments`;
    expect(await client().form(hidden, form('x'))).toMatchObject({ status: 404 });
    expect(await client().form('/tasks/999999/attachments', form('x'))).toMatchObject({ status: 404 });
    expect(await writerIn(api, '').form(path(), form('x'))).toMatchObject({ status: 401 });
  });
});

describe('a file that is downloaded', () => {
  const download = (id: string, who = client()) => who.file(`/attachments/${id}/content`);
  const inProductive = async (values: Partial<typeof portalAttachments.$inferInsert> = {}) => {
    const [row] = await database.db
      .insert(portalAttachments)
      .values({
        name: 'plan.pdf',
        contentType: 'application/pdf',
        url: secretUrl,
        taskId: Number(office.task),
        ...values,
      })
      .returning();
    const replicaId = String(row!.id);
    await database.db.insert(links).values({ pair: 'attachments', masterId: `p${replicaId}`, replicaId });
    return replicaId;
  };
  const everythingOf = async (answer: Response) =>
    `${JSON.stringify([...answer.headers])} ${answer.url} ${await answer.text()}`;

  test('comes from here until Productive has it', async () => {
    const id = idIn(await client().form(path(), form('the bytes', { name: 'Plän "1".pdf' })));
    const answer = await download(id);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': '9',
      'content-disposition': `attachment; filename="Pl_n _1_.pdf"; filename*=UTF-8''Pl%C3%A4n%20%221%22.pdf`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
    expect(await answer.text()).toBe('the bytes');
    expect(asked).toEqual([]);
  });

  test('comes through us from Productive, of whose address and token nothing is seen', async () => {
    const bytes = new TextEncoder().encode('from productive');
    kept.set(secretUrl, bytes);
    const id = await inProductive();
    const answer = await download(id);
    expect([answer.status, answer.redirected]).toEqual([200, false]);
    const seen = await everythingOf(answer);
    expect(seen).toContain('from productive');
    expect(seen).not.toMatch(/files\.productive|token/);
    expect(asked).toEqual([{ id: `p${id}`, url: secretUrl }]);
  });

  test('never runs in a page, whatever it says that it is', async () => {
    kept.set(secretUrl, new TextEncoder().encode('<script>alert(1)</script>'));
    for (const contentType of ['text/html', null, 'text/html\r\nSet-Cookie: a=b', 'nonsense']) {
      const answer = await download(await inProductive({ contentType, name: 'x.html\r\nX-Evil: 1' }));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; /);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect([answer.headers.get('x-evil'), answer.headers.get('set-cookie')]).toEqual([null, null]);
      await answer.arrayBuffer();
    }
  });

  test('is not there while Productive does not answer, and says nothing of where it is', async () => {
    const answer = await download(await inProductive());
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await everythingOf(answer)).not.toMatch(/productive\.io|token=/);
  });

  test('is refused to everybody who may not see what it is part of', async () => {
    kept.set(secretUrl, new TextEncoder().encode('secret'));
    const ours = await inProductive();
    const hiddenComment = idIn(
      await writerIn(api, office.admin).post(`/tasks/${office.task}/comments`, { body: 'x', hidden: true }),
    );
    const unseen = [
      await download(ours, stranger()),
      await download(await inProductive({ taskId: Number(office.privateTask) })),
      await download(await inProductive({ taskId: Number(office.deletedTask) })),
      await download(await inProductive({ taskId: Number(office.foreignTask) })),
      await download(await inProductive({ commentId: Number(hiddenComment) })),
      await download(await inProductive({ taskId: null })),
      await download(await inProductive({ deletedAt: new Date() })),
      await download('999999'),
    ];
    for (const answer of unseen) {
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: 'unknown_attachment' } });
    }
    expect((await download(ours, writerIn(api, ''))).status).toBe(401);
    expect(asked).toEqual([]);
  });

  test('of which nobody knows where it is yet is not there yet', async () => {
    const answer = await download(await inProductive({ url: null }));
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'no_file' } }]);
  });
});
