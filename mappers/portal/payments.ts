import { day } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { definePair } from '../../engine/define-pair.ts';
import { invoices, portalPair, required, shown } from './portal-pair.ts';

/** Payments of invoices. Amounts are in the smallest unit of the invoice's currency. */
export const paymentsPair = () =>
  definePair({
    ...portalPair('payments'),
    fields: {
      amount: shown('amount', 'amount', number()),
      paidOn: shown('paid_on', 'paidOn', day('day')),
      invoice: shown('invoice_id', 'invoiceId', invoices, required),
    },
  });
