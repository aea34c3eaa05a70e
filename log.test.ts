import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from './log.ts';

test('whatever carries a secret under a known name is not written', () => {
  let written = '';
  const log = createLog(
    'info',
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written += chunk.toString();
        done();
      },
    }),
  );
  log.info(
    {
      authorization: 'Bearer geheim-1',
      headers: { signature: 'geheim-2' },
      req: { headers: { 'x-api-key': 'geheim-3' } },
      system: { password: 'geheim-4', token: 'geheim-5', apiKey: 'geheim-6' },
      pair: 'beteiligte',
    },
    'Looked at a record',
  );
  expect(written).toContain('beteiligte');
  expect(written).not.toContain('geheim');
});
