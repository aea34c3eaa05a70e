import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ApiToken, newToken, sha256Of } from '../api-token.ts';
import { BearerTokens } from './bearer-tokens.ts';

const hashed = (token: string) => ApiToken.hashed(sha256Of(token).toString('hex'));

describe('a bearer is known by its token,', () => {
  const tokens = new BearerTokens(
    new Map([
      ['anna', ApiToken.inTheClear('token-of-anna-in-the-clear')],
      ['bert', hashed('token-of-bert')],
    ]),
  );

  test.each([
    ['Bearer token-of-anna-in-the-clear', 'anna'],
    ['Bearer token-of-bert', 'bert'],
    [`Bearer ${sha256Of('token-of-bert').toString('hex')}`, null],
    [`Bearer sha256:${sha256Of('token-of-bert').toString('hex')}`, null],
    ['Bearer token-of-bert ', null],
    ['bearer token-of-bert', null],
    ['Basic token-of-bert', null],
    ['Bearer ', null],
    [undefined, null],
  ])('%j: %s', (authorization, name) => {
    expect(tokens.nameOf(authorization)).toBe(name);
  });
});

test('without tokens nobody is known, whatever is shown', () => {
  const nobody = new BearerTokens(new Map());
  fc.assert(
    fc.property(fc.string(), (text) => nobody.nameOf(text) === null && nobody.nameOf(`Bearer ${text}`) === null),
  );
});

test('a new token has 256 bits, is another each time, and fits into a header and into API_TOKENS', () => {
  const made = Array.from({ length: 100 }, newToken);
  expect(new Set(made).size).toBe(100);
  for (const token of made) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('a token shows nothing of itself when it is printed or serialised', () => {
  const token = ApiToken.inTheClear('geheim-geheim-geheim');
  const shown = `${inspect(token, { depth: 9, showHidden: true })} ${JSON.stringify(token)}`;
  expect(shown).not.toMatch(/geheim/);
  expect(shown).not.toContain(sha256Of('geheim-geheim-geheim').toString('hex').slice(0, 8));
});
