import { z } from 'zod';

/** What people write where a secret is still to come, and what our own examples say there. */
const wordsOfExamples = [
  /(change|replace)[-_ ]?(me|it|this|with)/i,
  /place[-_ ]?holder/i,
  /(^|[^a-z])(example|your|insert|todo|fixme)([^a-z]|$)/i,
  /(goes|comes)[-_ ]?here/i,
  /at[-_ ]least[-_ ]\d+/i,
];
const shapesOfExamples = [/^<.*>$/, /\.\.\.|…/, /^(.)\1*$/];

/** Whether the text only stands for a secret, so that everybody who has read the documentation knows it. */
export const isPlaceholder = (text: string): boolean =>
  [...wordsOfExamples, ...shapesOfExamples].some((pattern) => pattern.test(text));

/** Whether it is so with the token, or with what stands for its hash. @param entry `name:token` or `name:sha256:hash` */
const isUnfilled = (entry: string): boolean => isPlaceholder(entry.trim().replace(/^[^:]*:(sha256:)?/, ''));

/** Entries with commas between them. A placeholder that is too short as well is told of as a placeholder. */
export const realTokens = z.string().refine((text) => !text.split(',').some(isUnfilled), {
  error: 'has a placeholder, which everybody knows: `tandem token <name>` makes a token and its entry',
  abort: true,
});

export const realSecret = z.string().refine((text) => !isPlaceholder(text), {
  error: 'is a placeholder, which everybody knows: share a random secret, such as `openssl rand -base64 48` makes',
  abort: true,
});
