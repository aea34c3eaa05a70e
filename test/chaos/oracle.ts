import type { Finding, Rest } from './findings.ts';
import { differences, loners, stuck } from './judge-couples.ts';
import { lostEdits } from './judge-edits.ts';
import { deletions, doubles, revivals } from './judge-records.ts';
import { unexplainedValues } from './judge-writes.ts';

const judgements: readonly ((rest: Rest) => readonly Finding[])[] = [
  stuck,
  lostEdits,
  doubles,
  differences,
  loners,
  revivals,
  deletions,
  unexplainedValues,
];

/** Everything in which a run that has come to rest breaks a promise. */
export const judge = (rest: Rest): readonly Finding[] =>
  judgements.flatMap((one) => one(rest)).map((finding) => ({ ...finding, pair: rest.pair.name }));
