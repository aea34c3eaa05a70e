import type { Answer, AnswerKind } from '../../engine/question.ts';
import type { Link } from '../../store/link-rows.ts';
import { ApiError } from '../api-error.ts';
import { questionOf } from './question-shape.ts';

export type AnswerBody =
  { readonly answer: 'link'; readonly id: string } | { readonly answer: Exclude<AnswerKind, 'link'> };

export const answerFrom = (body: AnswerBody): Answer =>
  body.answer === 'link' ? { kind: 'link', id: body.id } : { kind: body.answer };

/** @throws ApiError 409 naming what fits, if the record has no question or one that does not take the answer */
export function refuseUnfitting({ link, id }: { readonly link: Link; readonly id: string }, answer: AnswerKind): void {
  const asked = questionOf(link);
  if (asked?.answers.includes(answer) === true) return;
  throw new ApiError(409, 'answer_does_not_fit', adviceFor(link.pair, id, asked));
}

function adviceFor(pair: string, id: string, asked: ReturnType<typeof questionOf>): string {
  if (asked === null) return `${id} asks nothing at the moment; \`tandem questions ${pair}\` shows the records that do`;
  const { code, answers } = asked;
  return answers.length === 0
    ? `${id} asks about ${code}, which is answered in the systems: correct it there, then \`tandem sync-check ${pair} ${id}\``
    : `${id} asks about ${code}, which takes: ${answers.join(', ')}`;
}
