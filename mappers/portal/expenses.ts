import { day, text } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { definePair } from '../../engine/define-pair.ts';
import { deals, people, portalPair, shown } from './portal-pair.ts';

/** Expenses. Amounts are in the smallest unit of their currency. */
export const expensesPair = () =>
  definePair({
    ...portalPair('expenses'),
    fields: {
      name: shown('name', 'name', text()),
      date: shown('date', 'date', day('day')),
      amount: shown('amount', 'amount', number()),
      currency: shown('currency', 'currency', text()),
      person: shown('person_id', 'personId', people),
      deal: shown('deal_id', 'dealId', deals),
    },
  });
