import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { newToken } from './api-token.ts';
import { isPlaceholder } from './placeholder.ts';

describe('a placeholder is known', () => {
  test.each([
    'change-me',
    'CHANGE_ME_PLEASE_NOW',
    'changeme12345678',
    'replace-me-with-a-long-secret',
    'please-replace-this-token',
    '<token>',
    '<token of at least 16 characters>',
    '...',
    '................',
    'at-least-32-bytes…',
    'your-token-of-the-ops-api',
    'an-example-token-of-ours',
    'placeholder-for-a-secret',
    'the-secret-goes-here-please',
    'xxxxxxxxxxxxxxxx',
  ])('%s', (text) => {
    expect(isPlaceholder(text)).toBe(true);
  });

  test.each(['.env.example', 'docs/portal.md', 'docs/install.md', 'docker-compose.yml'])(
    'and %s shows no other secret for these settings',
    async (file) => {
      const text = await readFile(new URL(file, import.meta.url), 'utf8');
      const shown = [...text.matchAll(/\b(?:API_TOKENS=[^:\s]+:(?:sha256:)?|PORTAL_JWT_SECRET=)(\S+)/g)];
      expect(shown.map(([, value = '']) => value).filter((value) => !isPlaceholder(value))).toEqual([]);
    },
  );
});

describe('a secret is not taken for one', () => {
  test('that `tandem token` has made', () => {
    expect(Array.from({ length: 10_000 }, newToken).filter(isPlaceholder)).toEqual([]);
  });

  test.each([
    'a-secret-of-the-tests-with-more-than-32-bytes',
    'correct horse battery staple',
    '0123456789abcdef',
    'counterexamples-are-long',
  ])('%s', (text) => {
    expect(isPlaceholder(text)).toBe(false);
  });
});
