import type { AdvowareSettings, AnswerShapes } from './options.ts';
import type { AdvowareRecord } from './record.ts';

export type AnswerForm = Pick<AdvowareSettings, 'answerShapes' | 'propertyCase' | 'postAnswersRowId'>;

/** The JSON body that answers a read or a write of one party. */
export function singleAnswer(party: AdvowareRecord, method: keyof AnswerShapes, form: AnswerForm): unknown {
  const { rowId, ...withoutRowId } = party;
  const visible = method === 'post' && !form.postAnswersRowId ? withoutRowId : { ...withoutRowId, rowId };
  const written = inCase(visible, form.propertyCase);
  return form.answerShapes[method] === 'list' ? [written] : written;
}

/** The JSON body that answers a search. */
export function listAnswer(parties: AdvowareRecord[], form: AnswerForm): unknown {
  return inCase(parties, form.propertyCase);
}

function inCase(value: unknown, propertyCase: AnswerForm['propertyCase']): unknown {
  if (propertyCase === 'camel') return value;
  if (Array.isArray(value)) return value.map((inner) => inCase(inner, propertyCase));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [pascal(name), inCase(inner, propertyCase)]));
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
