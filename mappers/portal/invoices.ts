import { day, text } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { definePair } from '../../engine/define-pair.ts';
import { companies, portalPair, shown } from './portal-pair.ts';

/** Invoices, as sums. Amounts are in the smallest unit of their currency. */
export const invoicesPair = () =>
  definePair({
    ...portalPair('invoices'),
    fields: {
      number: shown('number', 'number', text()),
      invoicedOn: shown('invoiced_on', 'invoicedOn', day('day')),
      payOn: shown('pay_on', 'payOn', day('day')),
      amount: shown('amount', 'amount', number()),
      amountUnpaid: shown('amount_unpaid', 'amountUnpaid', number()),
      currency: shown('currency', 'currency', text()),
      company: shown('company_id', 'companyId', companies),
    },
  });
