import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../../../store/database.ts';
import { portalAttachments } from '../../../store/portal/work-tables.ts';
import type { ApiUnderTest } from '../../../test/support/api.ts';
import { openInMemory } from '../../../test/support/embedded.ts';
import { type Office, officeIn } from '../../../test/support/portal-office.ts';
import { startTestPortal } from '../../../test/support/portal.ts';
import { connectTo, rawRequest, statusesIn, untilClosed } from '../../../test/support/raw-http.ts';

const timeouts = { headersMs: 30_000, requestMs: 300, uploadMs: 60_000, silenceMs: 60_000, checkEveryMs: 50 };
const boundary = 'a-boundary';
const form = [
  `--${boundary}`,
  'Content-Disposition: form-data; name="file"; filename="a.txt"',
  '',
  'a long file',
  `--${boundary}--`,
  '',
].join('\r\n');

let database: OpenDatabase;
let api: ApiUnderTest;
let office: Office;
beforeAll(async () => {
  database = await openInMemory();
  api = await startTestPortal(database, { limits: { timeouts } });
});
afterAll(async () => {
  await api.stop();
  await database.close();
});
beforeEach(async () => {
  office = await officeIn(database);
});

const upload = (task: string, token: string): string =>
  rawRequest(
    `POST /portal/v1/tasks/${task}/attachments HTTP/1.1`,
    [
      ['authorization', `Bearer ${token}`],
      ['content-type', `multipart/form-data; boundary=${boundary}`],
      ['content-length', String(form.length)],
    ],
    form,
  );

test('a file may take its time, while nothing else may', async () => {
  const [file, comment] = [await connectTo(api), await connectTo(api)];
  const said = { file: untilClosed(file), comment: untilClosed(comment) };
  file.write(upload(office.task, office.client).slice(0, -20));
  comment.write(
    rawRequest(
      `POST /portal/v1/tasks/${office.task}/comments HTTP/1.1`,
      [
        ['authorization', `Bearer ${office.client}`],
        ['content-type', 'application/json'],
        ['content-length', '100'],
      ],
      '{',
    ),
  );
  expect(statusesIn(await said.comment)).toEqual([408]);
  file.write(form.slice(-20));
  expect(statusesIn(await said.file)).toEqual([201]);
  expect(await database.db.select().from(portalAttachments)).toMatchObject([{ name: 'a.txt', size: 11 }]);
});

test.each([
  ['a task that he does not see', () => office.stranger, 404],
  ['a token that does not hold', () => 'rubbish', 401],
])(
  'whoever sends a file with %s hears so before it has arrived, and gets no time for it',
  async (_what, token, status) => {
    const socket = await connectTo(api);
    const said = untilClosed(socket);
    socket.write(upload(office.task, token()).slice(0, -20));
    expect(statusesIn(await said)).toEqual([status]);
  },
);
