import { day } from '../../engine/codec.ts';
import { flag, number } from '../../engine/codec-plain.ts';
import { isoInstant } from '../../engine/codec-time.ts';
import { verbatim } from '../../engine/codec-verbatim.ts';
import { definePair } from '../../engine/define-pair.ts';
import { people, portalPair, services, shown, tasks } from './portal-pair.ts';

/** Time that was worked. */
export const timeEntriesPair = () =>
  definePair({
    ...portalPair('time_entries'),
    fields: {
      date: shown('date', 'date', day('day')),
      time: shown('time', 'time', number()),
      billableTime: shown('billable_time', 'billableTime', number()),
      note: shown('note', 'note', verbatim()),
      approved: shown('approved', 'approved', flag()),
      person: shown('person_id', 'personId', people),
      service: shown('service_id', 'serviceId', services),
      task: shown('task_id', 'taskId', tasks),
      updatedAt: shown('updated_at', 'updatedAt', isoInstant()),
    },
  });
