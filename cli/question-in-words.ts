import type { AskedQuestion } from '../api/ops/question-shape.ts';
import { nameOf } from './pages.ts';

/** A record's question, what has been answered, or the commands that answer it. */
export function questionInWords(pair: string, question: AskedQuestion): string {
  const { code, since, message } = question;
  const id = nameOf(question);
  return [`${pair} ${id}  (${code}, since ${since})`, `  ${message}`, `  ${answersInWords(pair, id, question)}`].join(
    '\n',
  );
}

function answersInWords(pair: string, id: string, { answers, given }: AskedQuestion): string {
  if (given !== null) return `answered: ${given.answer}, by ${given.by} at ${given.at}; the next look carries it out`;
  if (answers.length === 0) return `correct it in the systems, then: tandem sync-check ${pair} ${id}`;
  const commands = answers.map((answer) => (answer === 'link' ? 'link <other id>' : answer));
  return `answer: tandem answer ${pair} ${id} ${commands.join(' | ')}`;
}
