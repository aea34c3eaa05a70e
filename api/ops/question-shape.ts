import { z } from 'zod';
import { type AnswerKind, answersTo, type QuestionCode } from '../../engine/question.ts';
import type { Link } from '../../store/link-rows.ts';
import { time } from './shapes.ts';

/** Every code that the engine knows an answer to, or knows to have none. */
export const questionCode = z.enum(Object.keys(answersTo) as QuestionCode[]);

const otherId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/)
  .describe("The partner's id in its own system");

/** What a person may answer, as it is sent. */
export const answerBody = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('link'), id: otherId }),
  z.strictObject({ answer: z.literal('create') }),
  z.strictObject({ answer: z.literal('delete') }),
  z.strictObject({ answer: z.literal('keep') }),
]);

export const questionShape = z.object({
  masterId: z.string().nullable(),
  replicaId: z.string().nullable(),
  code: questionCode,
  system: z.string().nullable(),
  /** What is the matter and what to do. */
  message: z.string(),
  since: time,
  /** Empty: it is answered in the systems, by correcting what the message names. */
  answers: z.array(z.enum(['link', 'create', 'delete', 'keep'])),
  /** What somebody has answered and the next look carries out. */
  given: z.object({ answer: z.string(), by: z.string(), at: time }).nullable(),
});
export type AskedQuestion = z.infer<typeof questionShape>;

/** The question of a parked record; null if it has none. */
export function questionOf(
  link: Link,
): { readonly code: QuestionCode; readonly answers: readonly AnswerKind[] } | null {
  const code = questionCode.safeParse(link.failure?.code);
  return link.state === 'parked' && code.success ? { code: code.data, answers: answersTo[code.data] } : null;
}

/** Nothing for a record that asks nothing. */
export function questionView(link: Link): readonly AskedQuestion[] {
  const { masterId, replicaId, failure, answer: given } = link;
  const asked = questionOf(link);
  if (asked === null || failure === null) return [];
  const { system, message, at: since } = failure;
  return [
    {
      ...{ masterId, replicaId, code: asked.code, system, message, since },
      answers: [...asked.answers],
      given: given === null ? null : { answer: given.answer.kind, by: given.by, at: given.at },
    },
  ];
}

/** What became of all of a pair's questions about deletions at once. */
export const decidedDeletions = z.object({
  answered: z.int(),
  /** Questions about deletions that nobody has answered yet. */
  left: z.int(),
  /** Since when the pair deletes nothing by itself; null: it goes on. */
  heldSince: time.nullable(),
});
