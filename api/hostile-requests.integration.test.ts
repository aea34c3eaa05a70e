import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { type ApiUnderTest, startTestApi, testToken, unlimited } from '../test/support/api.ts';
import { batch, type Registration, signature, storedIds, updatePath } from '../test/support/espo-webhook.ts';
import { exchange, rawRequest, statusesIn } from '../test/support/raw-http.ts';
import { everything } from '../test/support/store.ts';

const registration: Registration = { id: 'w1', secret: 'key-of-the-webhook' };
const post = `POST ${updatePath} HTTP/1.1`;
const body = batch('m1');
const { signature: signed = '' } = signature(body, registration);
const length = String(Buffer.byteLength(body));
const chunked = (text: string) => `${Array.from(text, (character) => `1\r\n${character}\r\n`).join('')}0\r\n\r\n`;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startTestApi({ secrets: new Map([[registration.id, registration.secret]]), limits: unlimited });
});
afterAll(() => api.stop());
beforeEach(() => api.database.db.execute(sql`truncate hints`));

describe('an unusual but proper request is served:', () => {
  type Headers = readonly (readonly [string, string])[];
  test.each<[string, string, Headers, string]>([
    ['HTTP/1.0', `POST ${updatePath} HTTP/1.0`, [['content-length', length]], body],
    ['a chunked body', post, [['transfer-encoding', 'chunked']], chunked(body)],
    [
      'Expect: 100-continue',
      post,
      [
        ['expect', '100-continue'],
        ['content-length', length],
      ],
      body,
    ],
    ['a query', `POST ${updatePath}?x=1 HTTP/1.1`, [['content-length', length]], body],
    [
      'a malformed content type',
      post,
      [
        ['content-length', length],
        ['content-type', 'application;;/json='],
      ],
      body,
    ],
    [
      'an empty content type',
      post,
      [
        ['content-length', length],
        ['content-type', ''],
      ],
      body,
    ],
    [
      'two content types',
      post,
      [
        ['content-length', length],
        ['content-type', 'a/b'],
        ['content-type', 'c'],
      ],
      body,
    ],
    [
      'a request to change the protocol',
      post,
      [
        ['content-length', length],
        ['upgrade', 'h2c'],
      ],
      body,
    ],
    [
      'a method in a header',
      post,
      [
        ['content-length', length],
        ['x-http-method-override', 'DELETE'],
      ],
      body,
    ],
  ])('%s', async (_title, line, headers, text) => {
    expect(statusesIn(await exchange(api, rawRequest(line, [['signature', signed], ...headers], text)))).toEqual([200]);
    expect(await storedIds(api)).toEqual(['m1']);
  });
});

describe('what is no proper request is refused, and nothing is stored:', () => {
  afterEach(async () => {
    expect(await everything(api.database.db)).toEqual({ hints: [], links: [], ledger: [], pairs: [] });
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  });
  const withSignature = (...headers: readonly (readonly [string, string])[]) => [
    ['signature', signed] as const,
    ...headers,
  ];
  const withLength = (line: string) => rawRequest(line, withSignature(['content-length', length]), body);

  test.each<[string, string, readonly number[]]>([
    [
      'length and chunks',
      rawRequest(post, withSignature(['content-length', length], ['transfer-encoding', 'chunked']), chunked(body)),
      [400],
    ],
    [
      'chunks and length',
      rawRequest(post, withSignature(['transfer-encoding', 'chunked'], ['content-length', '4']), chunked(body)),
      [400],
    ],
    ['two lengths', rawRequest(post, withSignature(['content-length', length], ['content-length', '4']), body), [400]],
    ['a list of lengths', rawRequest(post, withSignature(['content-length', `${length}, ${length}`]), body), [400]],
    [
      'a coding that is almost chunked',
      rawRequest(post, withSignature(['transfer-encoding', 'xchunked']), chunked(body)),
      [400],
    ],
    [
      'chunked, but not as the last coding',
      rawRequest(post, withSignature(['transfer-encoding', 'chunked, identity']), chunked(body)),
      [400],
    ],
    ['a blank before the colon', rawRequest(post, withSignature([`content-length `, length]), body), [400]],
    [
      'a folded header',
      rawRequest(post, withSignature(['content-length', length], ['x-a', `1\r\n transfer-encoding: chunked`]), body),
      [400],
    ],
    ['a line feed alone', withLength(post).replace('\r\nconnection', '\nconnection'), [400]],
    ['a negative length', rawRequest(post, withSignature(['content-length', '-1']), body), [400]],
    ['a length with a sign', rawRequest(post, withSignature(['content-length', `+${length}`]), body), [400]],
    ['a hexadecimal length', rawRequest(post, withSignature(['content-length', '0x1f']), body), [400]],
    ['a length beyond all numbers', rawRequest(post, withSignature(['content-length', '9'.repeat(40)]), body), [400]],
    ['no signature: at once, the body is not waited for', rawRequest(post, [['content-length', '9999999']]), [401]],
    ['a length beyond the limit', rawRequest(post, withSignature(['content-length', '99999999']), ''), [413]],
    [
      'a chunk of no size',
      rawRequest(post, withSignature(['transfer-encoding', 'chunked']), 'zz\r\nx\r\n0\r\n\r\n'),
      [400],
    ],
    [
      'a chunk of gigantic size',
      rawRequest(post, withSignature(['transfer-encoding', 'chunked']), `${'f'.repeat(20)}\r\nx`),
      [400],
    ],
    [
      'endless chunk extensions',
      rawRequest(post, withSignature(['transfer-encoding', 'chunked']), `1;${'x'.repeat(40_000)}\r\n[\r\n0\r\n\r\n`),
      [413],
    ],
    [
      'a signature in a trailer',
      rawRequest(
        post,
        [
          ['transfer-encoding', 'chunked'],
          ['trailer', 'signature'],
        ],
        `${chunked(body).slice(0, -2)}signature: ${signed}\r\n\r\n`,
      ),
      [401],
    ],
    ['headers beyond 16 KiB', rawRequest(post, withSignature(['x-long', 'x'.repeat(17_000)]), body), [431]],
    [
      'thousands of headers',
      rawRequest(
        post,
        Array.from({ length: 5_000 }, (_, n) => [`x${n}`, '1'] as const),
        body,
      ),
      [431],
    ],
    [
      'a gigantic signature',
      rawRequest(
        post,
        [
          ['signature', 'QUFB'.repeat(3_900)],
          ['content-length', length],
        ],
        body,
      ),
      [401],
    ],
    [
      'the signature twice',
      rawRequest(post, withSignature(['signature', signed], ['content-length', length]), body),
      [401],
    ],
    [
      'a signature and an empty one',
      rawRequest(post, withSignature(['signature', ''], ['content-length', length]), body),
      [401],
    ],
    ['a header with a NUL', rawRequest(post, withSignature(['x-a', 'a\0b'], ['content-length', length]), body), [400]],
    ['no host', withLength(post).replace('host: tandem\r\n', ''), [400]],
    [
      'an expectation that nobody knows',
      rawRequest(post, withSignature(['expect', 'a miracle'], ['content-length', length]), body),
      [417],
    ],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
    ['a version that does not exist', withLength(`POST ${updatePath} HTTP/9.9`), [400]],
    ['HTTP/0.9', `POST ${updatePath}\r\n\r\n`, [401]],
    ['a greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', [400]],
    ['a method that does not exist', withLength(`STEAL ${updatePath} HTTP/1.1`), [400]],
    ['a NUL in the address', withLength(`POST ${updatePath}\0 HTTP/1.1`), [400]],
    ['blanks in the address', withLength(`POST ${updatePath} /x HTTP/1.1`), [400]],
    ['an encoded NUL', withLength(`POST ${updatePath}%00 HTTP/1.1`), [404]],
    ['an encoded slash', withLength('POST /webhooks/espocrm/beteiligte%2Fupdate HTTP/1.1'), [404]],
    ['a double encoded slash', withLength('POST /webhooks/espocrm/beteiligte%252Fupdate HTTP/1.1'), [404]],
    ['a way up', withLength('POST /webhooks/x/../espocrm/beteiligte/update HTTP/1.1'), [404]],
    ['an encoded way up', withLength('POST /healthz/%2e%2e/webhooks/espocrm/beteiligte/update HTTP/1.1'), [404]],
    ['a backslash', withLength('POST /webhooks\\espocrm\\beteiligte\\update HTTP/1.1'), [404]],
    ['two slashes', withLength('POST //webhooks/espocrm/beteiligte/update HTTP/1.1'), [404]],
    ['another case', withLength('POST /WEBHOOKS/espocrm/beteiligte/update HTTP/1.1'), [404]],
    ['a parameter in the path', withLength(`POST ${updatePath};x=1 HTTP/1.1`), [404]],
    ['bytes that are no UTF-8', withLength(`POST /webhooks/espocrm/\xff\xfe/update HTTP/1.1`), [400, 404]],
    ['an overlong encoding', withLength('POST /webhooks/espocrm/%c0%af/update HTTP/1.1'), [400, 404]],
    ['a name of the language', withLength('POST /webhooks/espocrm/__proto__/update HTTP/1.1'), [404]],
    ['a very long path', withLength(`POST /${'x/'.repeat(7_000)} HTTP/1.1`), [404]],
    ['a very long name', withLength(`POST /webhooks/espocrm/${'x'.repeat(15_000)}/update HTTP/1.1`), [414]],
    ['a very long query', withLength(`POST ${updatePath}?${'x'.repeat(17_000)} HTTP/1.1`), [431]],
    ['no address', withLength('POST * HTTP/1.1'), [400, 404]],
    ['a tunnel', withLength('CONNECT tandem:443 HTTP/1.1'), []],
    ['a trace', withLength(`TRACE ${updatePath} HTTP/1.1`), [404]],
  ])('%s', async (_title, bytes, statuses) => {
    const [status, ...more] = statusesIn(await exchange(api, bytes));
    expect(more).toEqual([]);
    expect(statuses.length === 0 ? [undefined] : statuses).toContain(status);
  });

  const inner = rawRequest(post, withSignature(['content-length', length]), body);
  test.each([
    ['a signed request hidden in the body of an unsigned one', post, 401],
    ['a signed request hidden in the body of one to nowhere', 'POST /nowhere HTTP/1.1', 404],
    ['a signed request hidden in the body of a GET', 'GET /healthz HTTP/1.1', 200],
  ])('%s', async (_title, line, status) => {
    const outer = rawRequest(line, [['content-length', String(inner.length)]], inner).replace(
      'connection: close\r\n',
      '',
    );
    const last = rawRequest('GET /healthz HTTP/1.1');
    expect(statusesIn(await exchange(api, `${outer}${last}`))).toEqual([status, 200]);
  });

  test.each<[string, readonly (readonly [string, string])[]]>([
    [
      'two tokens',
      [
        ['authorization', `Bearer ${testToken}`],
        ['authorization', 'Bearer x'],
      ]
        .map(([a = '', b = '']) => [a, b] as const)
        .toReversed(),
    ],
    ['a token in another header', [['x-authorization', `Bearer ${testToken}`]]],
    ['a token of 15 KiB', [['authorization', `Bearer ${'x'.repeat(15_000)}`]]],
  ])('the ops API does not hear %s', async (_title, headers) => {
    const pause = rawRequest('POST /api/v1/pairs/beteiligte/pause HTTP/1.1', [...headers, ['content-length', '0']]);
    expect(statusesIn(await exchange(api, pause))).toEqual([401]);
  });
});

test('an address with the scheme and host of another server is no way around anything', async () => {
  const absolute = rawRequest(`POST http://elsewhere${updatePath} HTTP/1.1`, [['content-length', length]], body);
  const [status] = statusesIn(await exchange(api, absolute));
  expect([401, 404]).toContain(status);
  expect(await storedIds(api)).toEqual([]);
});
