import { day, text } from '../../engine/codec.ts';
import { flag, number } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { definePair } from '../../engine/define-pair.ts';
import { companies, portalPair, projects, shown } from './portal-pair.ts';

/** Deals and budgets: a budget is a deal with `budget`. */
export const dealsPair = () =>
  definePair({
    ...portalPair('deals'),
    fields: {
      name: shown('name', 'name', text()),
      budget: shown('budget', 'budget', flag()),
      date: shown('date', 'date', day('day')),
      endDate: shown('end_date', 'endDate', day('day')),
      dealTypeId: shown('deal_type_id', 'dealTypeId', number()),
      currency: shown('currency', 'currency', text()),
      company: shown('company_id', 'companyId', companies),
      project: shown('project_id', 'projectId', projects),
      closedAt: shown('closed_at', 'closedAt', isoInstant()),
      lastActivityAt: shown('last_activity_at', 'lastActivityAt', isoInstant()),
    },
  });
