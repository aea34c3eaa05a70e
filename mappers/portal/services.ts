import { text } from '../../engine/codec.ts';
import { flag, number } from '../../engine/codec-plain.ts';
import { definePair } from '../../engine/define-pair.ts';
import { deals, portalPair, required, shown } from './portal-pair.ts';

/** What is sold within a deal or a budget. */
export const servicesPair = () =>
  definePair({
    ...portalPair('services'),
    fields: {
      name: shown('name', 'name', text()),
      billable: shown('billable', 'billable', flag()),
      budgetedTime: shown('budgeted_time', 'budgetedTime', number()),
      deal: shown('deal_id', 'dealId', deals, required),
    },
  });
